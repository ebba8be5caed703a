// SPDX-License-Identifier: Apache-2.0
// erbium/package/load_claims.cpp: claims.yaml, the statements that the model must bear out.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "erbium/package/loading.hpp"

namespace erbium::package {
namespace {

/// One dish and what is asked of it; what it leaves out is taken from `base`, and its parameters
/// are changed on top of those of `base`.
Question read_question(Loading& loading, const YamlNode& node, std::string_view what,
                       Question base) {
    const YamlFields fields{
        node,
        what,
        {"profile", "background", "treatment", "parameters", "readout", "quantity", "time"},
        loading.diagnostics};
    Question q = std::move(base);
    if (fields.find("profile") != nullptr) {
        q.profile = fields.text("profile");
        loading.require_profile(q.profile, fields.span("profile"));
    } else if (q.profile.empty()) {
        (void)fields.require("profile");
    }
    if (fields.find("background") != nullptr) {
        q.background_text = fields.text("background");
        q.background = loading.treatment(q.background_text, fields.span("background"));
    }
    if (fields.find("treatment") != nullptr) {
        q.treatment_text = fields.text("treatment");
        q.treatment = loading.treatment(q.treatment_text, fields.span("treatment"));
    }
    if (const YamlNode* parameters = fields.find("parameters")) {
        overlay(q.parameters, loading.settings(*parameters, "'parameters'"));
    }
    if (fields.find("readout") != nullptr) {
        q.readout = fields.text("readout");
        if (q.readout != "viability") {
            loading.require_readout(q.readout, fields.span("readout"));
        }
    }
    if (fields.find("quantity") != nullptr) {
        if (const auto quantity = measured_quantity(fields.text("quantity"))) {
            q.quantity = *quantity;
        } else {
            loading.unknown_word("quantity", fields.text("quantity"), fields.span("quantity"),
                                 measured_quantity_words());
        }
    }
    if (fields.find("time") != nullptr) {
        q.time_s = loading.time_s(fields.text("time"), fields.span("time")).value_or(0.0);
    }
    if (q.quantity != MeasuredQuantity::viability &&
        (q.readout.empty() || q.readout == "viability")) {
        loading.diagnostics.error("ERB-PKG-0015", node.span,
                                  fmt::format("{} asks for a quantity that needs a readout", what));
    }
    return q;
}

std::optional<Expectation> expectation_of(Loading& loading, const YamlFields& fields,
                                          std::string_view key) {
    if (fields.find(key) == nullptr) {
        return std::nullopt;
    }
    auto expectation = parse_expectation(fields.text(key), fields.span(key));
    if (!expectation) {
        loading.diagnostics.append(std::move(expectation).error());
        return std::nullopt;
    }
    return std::move(expectation).value();
}

/// An id that no claim before it has.
std::string new_id(Loading& loading, const YamlFields& fields, std::set<std::string>& taken) {
    std::string id = fields.required_text("id");
    if (id.empty()) {
        return id;
    }
    if (!is_plain_id(id)) {
        loading.diagnostics.error("ERB-PKG-0005", fields.span("id"),
                                  fmt::format("'{}' is not a name", id));
    }
    if (!taken.insert(id).second) {
        loading.diagnostics.error("ERB-PKG-0004", fields.span("id"),
                                  fmt::format("claim '{}' stands here twice", id));
    }
    return id;
}

void read_claim(Loading& loading, const YamlNode& item, std::set<std::string>& taken) {
    const YamlFields fields{item,
                            "a claim",
                            {"id", "statement", "compare", "against", "expect", "ablation",
                             "ablation_expect", "source", "note"},
                            loading.diagnostics};
    Claim claim;
    claim.id = new_id(loading, fields, taken);
    claim.span = fields.span("id");
    claim.statement = fields.required_text("statement");
    claim.note = fields.text("note");
    Question base;
    base.time_s = loading.package.protocol.duration_s;
    if (const YamlNode* compare = fields.require("compare")) {
        claim.compare = read_question(loading, *compare, "'compare'", std::move(base));
    }
    if (const YamlNode* against = fields.find("against")) {
        claim.against = read_question(loading, *against, "'against'", claim.compare);
    }
    (void)fields.require("expect");
    claim.expect = expectation_of(loading, fields, "expect").value_or(Expectation{});
    if (const YamlNode* ablation = fields.find("ablation")) {
        claim.ablation = read_question(loading, *ablation, "'ablation'", claim.compare);
        if (claim.against) {
            claim.ablation_against =
                read_question(loading, *ablation, "'ablation'", *claim.against);
        }
        claim.ablation_expect = expectation_of(loading, fields, "ablation_expect");
        if (fields.find("ablation_expect") == nullptr && !claim.against &&
            claim.compare.quantity == MeasuredQuantity::absolute) {
            loading.diagnostics.error(
                "ERB-PKG-0031", fields.span("ablation"),
                fmt::format("claim '{}' asks for a number that is no ratio: half of its effect has "
                            "no meaning",
                            claim.id),
                "say with 'ablation_expect' what the ablation gives, or divide by 'against'");
        }
    }
    for (const std::string& key : fields.texts("source")) {
        for (std::string& source : loading.sources(key, fields.span("source"))) {
            claim.sources.push_back(std::move(source));
        }
    }
    if (claim.sources.empty()) {
        loading.diagnostics.error("ERB-PKG-0011", fields.span("source"),
                                  fmt::format("claim '{}' needs a source", claim.id));
    }
    loading.package.claims.push_back(std::move(claim));
}

}  // namespace

void read_claims(Loading& loading, const std::shared_ptr<const SourceText>& source) {
    auto root = parse_yaml(source);
    if (!root) {
        loading.diagnostics.append(std::move(root).error());
        return;
    }
    const YamlFields fields{root.value(), "the claims", {"claims", "waiting"}, loading.diagnostics};
    std::set<std::string> taken;
    for (const YamlNode& item : fields.sequence("claims")) {
        read_claim(loading, item, taken);
    }
    for (const YamlNode& item : fields.sequence("waiting")) {
        const YamlFields waiting{
            item, "a waiting claim", {"id", "statement", "needs"}, loading.diagnostics};
        WaitingClaim out;
        out.id = new_id(loading, waiting, taken);
        out.statement = waiting.required_text("statement");
        out.needs = waiting.required_text("needs");
        loading.package.waiting_claims.push_back(std::move(out));
    }
}

}  // namespace erbium::package

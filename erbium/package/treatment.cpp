// SPDX-License-Identifier: Apache-2.0
// erbium/package/treatment.cpp: treatments as text.
#include "erbium/package/treatment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"

namespace erbium::package {
namespace {

/// The place of `piece`, a part of `text` that stands at `where`. A scalar whose text does not
/// stand in its file letter by letter (quotes, escapes) is shown as a whole.
Span place(const Span& where, std::string_view text, std::string_view piece) {
    if (!where.source || piece.empty()) {
        return where;
    }
    const auto offset = static_cast<std::uint32_t>(piece.data() - text.data());
    std::uint32_t begin = where.begin;
    const std::string_view file = where.source->text;
    if (!file.substr(begin).starts_with(text)) {
        ++begin;  // behind an opening quote
        if (begin > file.size() || !file.substr(begin).starts_with(text)) {
            return where;
        }
    }
    return {where.source, begin + offset,
            begin + offset + static_cast<std::uint32_t>(piece.size())};
}

/// An agent's text taken apart: the longest beginning that is a drug's name, and the rest.
struct Match {
    std::size_t drug{};
    std::size_t length{};  // of the name in the text; 0: no drug has this name
};

Match longest_match(std::span<const Drug> drugs, std::string_view text) {
    Match best;
    for (std::size_t end = text.size(); end > 0 && best.length == 0; --end) {
        const bool is_word_end = end == text.size() || text[end] == ' ' || text[end] == '\t';
        if (!is_word_end || text[end - 1] == ' ') {
            continue;
        }
        const std::string name = folded_name(text.substr(0, end));
        for (std::size_t i = 0; i < drugs.size(); ++i) {
            if (name == folded_name(drugs[i].id) || name == folded_name(drugs[i].title)) {
                best = {i, end};
                break;
            }
        }
    }
    return best;
}

/// The words before the first one that starts with a digit: the name of an unknown drug.
std::string_view name_part(std::string_view text) {
    std::size_t at = 0;
    while (true) {
        const std::size_t blank = text.find(' ', at);
        if (blank == std::string_view::npos) {
            return text;
        }
        const std::size_t next = text.find_first_not_of(' ', blank);
        if (next == std::string_view::npos ||
            std::isdigit(static_cast<unsigned char>(text[next])) != 0) {
            return text.substr(0, blank);
        }
        at = next;
    }
}

}  // namespace

std::string folded_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c != ' ' && c != '-' && c != '_' && c != '\t') {
            out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        }
    }
    return out;
}

Outcome<Treatment, Diagnostics> parse_treatment(std::span<const Drug> drugs, std::string_view text,
                                                const Span& where) {
    Diagnostics diagnostics;
    Treatment treatment;
    if (trimmed(text).empty() || folded_name(trimmed(text)) == "none") {
        return treatment;
    }
    constexpr std::size_t kLongest = 2000;
    if (text.size() > kLongest) {
        diagnostics.error("ERB-DRUG-0001", where,
                          fmt::format("a treatment of {} characters is too long", text.size()));
        return diagnostics;
    }
    for (const std::string_view raw : split(text, '+')) {
        const std::string_view agent = trimmed(raw);
        if (agent.empty()) {
            diagnostics.error("ERB-DRUG-0001", where,
                              fmt::format("an agent is missing beside '+' in '{}'", trimmed(text)));
            continue;
        }
        const Match match = longest_match(drugs, agent);
        if (match.length == 0) {
            const std::string_view name = name_part(agent);
            std::vector<std::string> names;
            for (const Drug& drug : drugs) {
                names.push_back(drug.id);
            }
            std::string hint = did_you_mean(name, names);
            if (hint.empty()) {
                hint = fmt::format("agents of this package are {}", fmt::join(names, ", "));
            }
            diagnostics.error("ERB-DRUG-0001", place(where, text, name),
                              fmt::format("unknown agent '{}'", name), std::move(hint));
            continue;
        }
        const Drug& drug = drugs[match.drug];
        const auto is_same = [&](const Dose& d) { return d.drug == match.drug; };
        if (std::any_of(treatment.doses.begin(), treatment.doses.end(), is_same)) {
            diagnostics.error("ERB-DRUG-0003", place(where, text, agent),
                              fmt::format("'{}' is given twice", drug.id),
                              "write one dose for each agent");
            continue;
        }
        const std::string_view dose_part = trimmed(agent.substr(match.length));
        if (dose_part.empty()) {
            treatment.doses.push_back({match.drug, drug.dose_nM, drug.dose_text});
            continue;
        }
        auto dose = parse_dose(dose_part);
        auto nM = dose ? dose_nM(dose.value(), drug.molar_mass)
                       : Outcome<double, UnitProblem>{dose.error()};
        if (!nM) {
            diagnostics.error("ERB-DRUG-0002", place(where, text, dose_part),
                              fmt::format("dose of '{}': {}", drug.id, nM.error().message),
                              nM.error().hint);
            continue;
        }
        treatment.doses.push_back({match.drug, nM.value(), std::string{dose_part}});
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return treatment;
}

Outcome<Treatment, Diagnostics> parse_treatment(const Package& package, std::string_view text,
                                                const Span& where) {
    return parse_treatment(std::span{package.drugs}, text, where);
}

Settings treatment_settings(const Package& package, const Treatment& treatment) {
    Settings out;
    const auto nanomolar = parse_unit("nM");
    const auto ours = parse_unit(package.concentration_unit);
    for (const Dose& dose : treatment.doses) {
        out.push_back({package.drugs[dose.drug].parameter,
                       converted(dose.dose_nM, nanomolar.value(), ours.value())});
    }
    return out;
}

std::string treatment_text(const Package& package, const Treatment& treatment) {
    if (treatment.doses.empty()) {
        return "none";
    }
    std::string out;
    for (const Dose& dose : treatment.doses) {
        out += fmt::format("{}{} {}", out.empty() ? "" : " + ", package.drugs[dose.drug].id,
                           dose.text);
    }
    return out;
}

}  // namespace erbium::package

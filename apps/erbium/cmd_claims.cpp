// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_claims.cpp: every statement of a package as an experiment, beside its ablation.
#include <fmt/format.h>

#include "claim_tables.hpp"
#include "commands.hpp"
#include "erbium/base/text.hpp"
#include "inputs.hpp"
#include "json_number.hpp"
#include "package_experiment.hpp"

namespace erbium::app {
namespace {

/// Claims whose id is one of `wanted`, or begins with it as "S9" begins "S9b"; all when none is
/// wanted.
Outcome<std::vector<std::size_t>, Diagnostics> chosen_claims(
    const package::Package& package, const std::vector<std::string>& wanted) {
    std::vector<std::size_t> chosen;
    std::vector<std::string> ids;
    for (const package::Claim& claim : package.claims) {
        ids.push_back(claim.id);
    }
    const auto is_meant = [](std::string_view id, std::string_view name) {
        // "S2" means S2a and S2b, but not S25.
        return id.starts_with(name) &&
               (id.size() == name.size() || id[name.size()] < '0' || id[name.size()] > '9');
    };
    Diagnostics diagnostics;
    for (const std::string& name : wanted) {
        if (std::none_of(ids.begin(), ids.end(),
                         [&](const std::string& id) { return is_meant(id, name); })) {
            diagnostics.error("ERB-APP-0009", {}, fmt::format("no claim '{}'", name),
                              did_you_mean(name, ids));
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (wanted.empty() ||
            std::any_of(wanted.begin(), wanted.end(),
                        [&](const std::string& name) { return is_meant(ids[i], name); })) {
            chosen.push_back(i);
        }
    }
    return chosen;
}

}  // namespace

Exit run(const ClaimsCommand& command) {
    const Outcome<package::Package, Diagnostics> loaded = load_package(command.package);
    if (!loaded) {
        return show(loaded.error());
    }
    const package::Package& package = loaded.value();
    const auto chosen = chosen_claims(package, command.only);
    if (!chosen) {
        return show(chosen.error());
    }
    assay::ExperimentOptions options;
    options.threads = static_cast<unsigned>(command.threads);
    auto experiment = experiment_of(package, options);
    if (!experiment) {
        return show(experiment.error());
    }
    const std::vector<assay::ClaimCheck> checks =
        assay::check_claims(experiment.value(), chosen.value(),
                            command.is_nominal ? assay::Sets::nominal : assay::Sets::ensemble);
    const std::size_t holding = borne_out(checks);
    if (command.as_json) {
        print(json_text(claims_json(package, checks)) + "\n");
    } else {
        print(report::plain_text(claim_table(package, checks, false)) + "\n");
        if (command.only.empty() && !package.waiting_claims.empty()) {
            print(report::plain_text(waiting_table(package)) + "\n");
        }
        const std::size_t sets = command.is_nominal ? 0 : package.ensemble.size();
        print(fmt::format("{} of {} claims hold with their ablation{}.\n", holding, checks.size(),
                          sets == 0 ? " in the nominal set"
                                    : fmt::format(", in the nominal set and in at least {:.0f} % "
                                                  "of {} sets",
                                                  100.0 * assay::kLeastShare, sets)));
    }
    if (holding < checks.size()) {
        return fail(Exit::some_failed, fmt::format("{} of {} claims do not hold",
                                                   checks.size() - holding, checks.size()));
    }
    return Exit::ok;
}

}  // namespace erbium::app

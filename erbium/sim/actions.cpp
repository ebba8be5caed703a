// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/actions.hpp"

#include <algorithm>

#include "erbium/sim/action_runner.hpp"
#include "erbium/sim/action_table.hpp"

namespace erbium::sim {

Outcome<ActionReport, Diagnostics> run_actions(std::span<const model::Action> actions,
                                               const ActionContext& context) {
    Diagnostics diagnostics;
    check_actions(actions, context, !context.protocol.empty(), diagnostics);
    if (std::any_of(actions.begin(), actions.end(), runs_protocol)) {
        check_actions(context.protocol, context, false, diagnostics);
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    ActionRunner runner{context, diagnostics};
    std::size_t done = 0;
    for (const model::Action& action : actions) {
        if (!runner.run(action)) {
            break;
        }
        ++done;
        if (runner.has_quit()) {
            break;
        }
    }
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    ActionReport report = runner.take_report();
    report.warnings = std::move(diagnostics);
    report.actions_run = done;
    return report;
}

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
// erbium/petab/simulation_table.cpp: the simulation table as text.
#include "erbium/petab/simulation_table.hpp"

#include <cmath>

#include "erbium/base/text.hpp"

namespace erbium::petab {

std::string simulation_table(const Problem& problem, const Prediction& prediction) {
    bool has_preequilibration = false;
    bool has_observable_parameters = false;
    bool has_noise_parameters = false;
    for (const Measurement& m : problem.measurements) {
        has_preequilibration =
            has_preequilibration || !problem.experiments[m.experiment].preequilibration.empty();
        has_observable_parameters = has_observable_parameters || !m.observable_parameters.empty();
        has_noise_parameters = has_noise_parameters || !m.noise_parameters.empty();
    }
    const bool is_v1 = problem.version == 1;
    std::string text = "observableId";
    if (is_v1 && has_preequilibration) {
        text += "\tpreequilibrationConditionId";
    }
    text += is_v1 ? "\tsimulationConditionId" : "\texperimentId";
    text += "\ttime\tsimulation";
    text += has_observable_parameters ? "\tobservableParameters" : "";
    text += has_noise_parameters ? "\tnoiseParameters" : "";
    text += '\n';
    for (std::size_t i = 0; i < problem.measurements.size(); ++i) {
        const Measurement& m = problem.measurements[i];
        const Experiment& experiment = problem.experiments[m.experiment];
        text += problem.observables[m.observable].id;
        if (is_v1 && has_preequilibration) {
            text += '\t' + experiment.preequilibration;
        }
        text += '\t' + (is_v1 ? experiment.simulation : experiment.id);
        text += '\t' + shortest(m.time) + '\t' + shortest(prediction.simulated[i]);
        if (has_observable_parameters) {
            text += '\t' + m.observable_parameters;
        }
        if (has_noise_parameters) {
            text += '\t' + m.noise_parameters;
        }
        text += '\n';
    }
    return text;
}

}  // namespace erbium::petab

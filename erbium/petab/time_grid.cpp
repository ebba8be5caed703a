// SPDX-License-Identifier: Apache-2.0
// erbium/petab/time_grid.cpp: measurements on a grid.
#include "erbium/petab/time_grid.hpp"

#include <algorithm>
#include <cmath>

#include "erbium/base/check.hpp"

namespace erbium::petab {
namespace {

double start_of(const Experiment& experiment) {
    for (const Period& period : experiment.periods) {
        if (std::isfinite(period.time)) {
            return period.time;
        }
    }
    return 0.0;
}

}  // namespace

bool is_same_curve(const Measurement& one, const Measurement& other) {
    return one.observable == other.observable && one.experiment == other.experiment &&
           one.observable_parameters == other.observable_parameters;
}

Problem on_time_grid(const Problem& problem, std::size_t intervals) {
    ERBIUM_CHECK(intervals > 0, "a grid has an interval");
    struct Curve {
        const Measurement* example{};
        double begin{};
        double end{};
    };
    std::vector<Curve> curves;
    for (const Measurement& m : problem.measurements) {
        if (!std::isfinite(m.time)) {
            continue;
        }
        const auto known = std::find_if(curves.begin(), curves.end(), [&](const Curve& curve) {
            return is_same_curve(*curve.example, m);
        });
        if (known == curves.end()) {
            const double start = start_of(problem.experiments[m.experiment]);
            curves.push_back({&m, std::min(start, m.time), m.time});
        } else {
            known->begin = std::min(known->begin, m.time);
            known->end = std::max(known->end, m.time);
        }
    }
    Problem grid = problem;
    grid.measurements.clear();
    for (const Curve& curve : curves) {
        for (std::size_t i = 0; i <= intervals; ++i) {
            const double share = static_cast<double>(i) / static_cast<double>(intervals);
            Measurement point = *curve.example;
            point.time = curve.begin + share * (curve.end - curve.begin);
            point.value = 1.0;
            grid.measurements.push_back(std::move(point));
            if (curve.begin == curve.end) {
                break;
            }
        }
    }
    return grid;
}

}  // namespace erbium::petab

// SPDX-License-Identifier: Apache-2.0
// erbium/fit/optimum.cpp: words and projections that all searches share.
#include "erbium/fit/optimum.hpp"

#include <algorithm>
#include <cmath>

namespace erbium::fit {

std::string_view name(Ending ending) noexcept {
    switch (ending) {
        case Ending::gradient:
            return "gradient";
        case Ending::value:
            return "value";
        case Ending::step:
            return "step";
        case Ending::max_iterations:
            return "max_iterations";
        case Ending::stopped:
            return "stopped";
        case Ending::failed:
            break;
    }
    return "failed";
}

double projected_gradient(std::span<const Coordinate> bounds, std::span<const double> x,
                          std::span<const double> gradient) noexcept {
    double largest = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double moved = std::clamp(x[i] - gradient[i], bounds[i].lower, bounds[i].upper);
        largest = std::max(largest, std::fabs(x[i] - moved));
    }
    return largest;
}

void project(std::span<const Coordinate> bounds, std::span<double> x) noexcept {
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = std::clamp(x[i], bounds[i].lower, bounds[i].upper);
    }
}

}  // namespace erbium::fit

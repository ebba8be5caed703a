// SPDX-License-Identifier: Apache-2.0
// erbium/petab/hierarchical.cpp: the inner minimum and its derivatives.
#include "erbium/petab/hierarchical.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/optimum.hpp"

namespace erbium::petab {
namespace {

/// f(theta, .) for simulations that are done.
class OuterObjective final : public fit::Objective {
public:
    OuterObjective(petab::Objective& whole, std::span<const ExperimentOutput> outputs,
                   std::vector<double> x, std::span<const std::size_t> outer,
                   std::span<const fit::Coordinate> coordinates)
        : whole_{whole},
          outputs_{outputs},
          x_{std::move(x)},
          outer_{outer},
          coordinates_{coordinates} {}

    [[nodiscard]] std::span<const fit::Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }
    [[nodiscard]] fit::Evaluation evaluate(std::span<const double> phi, fit::Need need) override {
        for (std::size_t i = 0; i < outer_.size(); ++i) {
            x_[outer_[i]] = phi[i];
        }
        fit::Evaluation all = whole_.evaluate_from(outputs_, x_, need);
        fit::Evaluation part;
        part.value = all.value;
        part.failure = std::move(all.failure);
        if (!all.gradient.empty()) {
            for (const std::size_t i : outer_) {
                part.gradient.push_back(all.gradient[i]);
            }
        }
        if (!all.curvature.empty()) {
            for (const std::size_t i : outer_) {
                for (const std::size_t j : outer_) {
                    part.curvature.push_back(all.curvature[i * x_.size() + j]);
                }
            }
        }
        return part;
    }
    [[nodiscard]] std::unique_ptr<fit::Objective> clone() const override {
        return std::make_unique<OuterObjective>(whole_, outputs_, x_, outer_, coordinates_);
    }

private:
    petab::Objective& whole_;
    std::span<const ExperimentOutput> outputs_;
    std::vector<double> x_;
    std::span<const std::size_t> outer_;
    std::span<const fit::Coordinate> coordinates_;
};

/// Where inner searches begin: in the middle of the bounds, which for noise and scalings on a
/// logarithmic scale is a number of the data's own order more often than the nominal value of a
/// random theta would be.
double middle_of(const fit::Coordinate& coordinate) noexcept {
    const double middle = 0.5 * (coordinate.lower + coordinate.upper);
    return std::isfinite(middle) ? middle : std::clamp(1.0, coordinate.lower, coordinate.upper);
}

}  // namespace

HierarchicalObjective::HierarchicalObjective(std::shared_ptr<const BoundProblem> problem,
                                             const SimulatorOptions& options)
    : problem_{std::move(problem)}, options_{options}, whole_{problem_, options} {
    std::set<std::size_t> simulated;
    for (const BoundExperiment& experiment : problem_->experiments) {
        simulated.insert(experiment.free.begin(), experiment.free.end());
    }
    for (std::size_t i = 0; i < problem_->estimated.size(); ++i) {
        const bool is_inner = simulated.count(i) != 0;
        (is_inner ? inner_ : outer_).push_back(i);
        (is_inner ? coordinates_ : outer_coordinates_).push_back(whole_.coordinates()[i]);
    }
}

std::unique_ptr<fit::Objective> HierarchicalObjective::clone() const {
    return std::make_unique<HierarchicalObjective>(problem_, options_);
}

HierarchicalObjective::Solved HierarchicalObjective::solve(
    std::span<const ExperimentOutput> outputs, std::span<const double> theta) {
    Solved solved;
    solved.x.resize(problem_->estimated.size());
    for (std::size_t i = 0; i < inner_.size(); ++i) {
        solved.x[inner_[i]] = theta[i];
    }
    std::vector<double> phi;
    for (const fit::Coordinate& coordinate : outer_coordinates_) {
        phi.push_back(middle_of(coordinate));
    }
    for (std::size_t i = 0; i < outer_.size(); ++i) {
        solved.x[outer_[i]] = phi[i];
    }
    if (outer_.empty()) {
        return solved;
    }
    // Slopes of the simulations play no part in the inner problem.
    std::vector<ExperimentOutput> plain{outputs.begin(), outputs.end()};
    for (ExperimentOutput& output : plain) {
        output.slopes.clear();
    }
    OuterObjective objective{whole_, plain, solved.x, outer_, outer_coordinates_};
    fit::SearchOptions search;
    search.gradient_tolerance = 1e-9;
    search.value_tolerance = 1e-13;
    fit::Optimum found = fit::minimise_trust_region(objective, phi, search);
    solved.failure = std::move(found.failure);
    for (std::size_t i = 0; i < outer_.size(); ++i) {
        solved.x[outer_[i]] = found.x[i];
    }
    return solved;
}

fit::Evaluation HierarchicalObjective::evaluate(std::span<const double> x, fit::Need need) {
    std::vector<double> all(problem_->estimated.size(), 0.0);
    for (std::size_t i = 0; i < inner_.size(); ++i) {
        all[inner_[i]] = x[i];
    }
    for (std::size_t i = 0; i < outer_.size(); ++i) {
        all[outer_[i]] = middle_of(outer_coordinates_[i]);
    }
    const std::vector<ExperimentOutput> outputs = whole_.simulate(all, need != fit::Need::value);
    fit::Evaluation result;
    Solved solved = solve(outputs, x);
    if (!solved.failure.empty()) {
        result.failure = std::move(solved.failure);
        return result;
    }
    const fit::Evaluation at = whole_.evaluate_from(outputs, solved.x, need);
    result.value = at.value;
    result.failure = at.failure;
    const std::size_t n = all.size();
    const std::size_t m = inner_.size();
    if (!at.gradient.empty()) {
        for (const std::size_t i : inner_) {
            result.gradient.push_back(at.gradient[i]);
        }
    }
    if (at.curvature.empty()) {
        return result;
    }
    for (const std::size_t i : inner_) {
        for (const std::size_t j : inner_) {
            result.curvature.push_back(at.curvature[i * n + j]);
        }
    }
    std::vector<std::size_t> free;
    for (std::size_t k = 0; k < outer_.size(); ++k) {
        const double phi = solved.x[outer_[k]];
        if (phi > outer_coordinates_[k].lower && phi < outer_coordinates_[k].upper) {
            free.push_back(outer_[k]);
        }
    }
    std::vector<double> block;
    for (const std::size_t i : free) {
        for (const std::size_t j : free) {
            block.push_back(at.curvature[i * n + j]);
        }
    }
    const fit::Cholesky factor{block, free.size()};
    if (!factor.ok()) {
        return result;  // phi that the data do not determine: the curvature is that at fixed phi
    }
    for (std::size_t b = 0; b < m; ++b) {
        std::vector<double> column;
        for (const std::size_t k : free) {
            column.push_back(at.curvature[k * n + inner_[b]]);
        }
        factor.solve(column);
        for (std::size_t a = 0; a < m; ++a) {
            for (std::size_t k = 0; k < free.size(); ++k) {
                result.curvature[a * m + b] -= at.curvature[inner_[a] * n + free[k]] * column[k];
            }
        }
    }
    // Rounding must not make the diagonal negative.
    for (std::size_t a = 0; a < m; ++a) {
        result.curvature[a * m + a] = std::max(result.curvature[a * m + a], 0.0);
    }
    return result;
}

std::vector<double> HierarchicalObjective::completed(std::span<const double> x) {
    std::vector<double> all(problem_->estimated.size(), 0.0);
    for (std::size_t i = 0; i < inner_.size(); ++i) {
        all[inner_[i]] = x[i];
    }
    for (std::size_t i = 0; i < outer_.size(); ++i) {
        all[outer_[i]] = middle_of(outer_coordinates_[i]);
    }
    return solve(whole_.simulate(all, false), x).x;
}

}  // namespace erbium::petab

// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/steady_state_slopes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/math/ordering.hpp"

namespace erbium::sim {
namespace {

/// A known solution must come back this well, or A counts as singular.
constexpr double kMostError = 1e-6;

}  // namespace

SteadyStateSlopes::SteadyStateSlopes(const eqn::System& system)
    : system_{system},
      kind_(system.state_count(), Row::rate),
      law_(system.state_count()),
      jacobian_(system.jacobian_size()),
      work_(system.state_count()) {
    auto laws = eqn::conservation_laws(system);
    has_laws_ = laws.has_value();
    if (!has_laws_) {
        return;
    }
    laws_ = std::move(*laws);
    const std::size_t n = system.state_count();
    // Each law has a species of its own: the one that occurs in no other law.
    std::vector<int> occurrences(n);
    for (const eqn::ConservationLaw& law : laws_) {
        for (const auto& member : law.members) {
            ++occurrences[member.species.value];
        }
    }
    for (std::uint32_t l = 0; l < laws_.size(); ++l) {
        for (const auto& member : laws_[l].members) {
            if (occurrences[member.species.value] == 1) {
                kind_[member.species.value] = Row::law;
                law_[member.species.value] = l;
                break;
            }
        }
    }
    for (std::uint32_t s = 0; s < n; ++s) {
        if (system.is_fixed(SpeciesId{s})) {
            kind_[s] = Row::fixed;
        }
    }
    struct Entry {
        std::int32_t row{};
        std::int32_t source{};
        double value{};
    };
    std::vector<std::vector<Entry>> columns(n);
    const eqn::Program program = system.program();
    for (std::size_t column = 0; column < n; ++column) {
        for (auto e = program.column_begins[column]; e < program.column_begins[column + 1]; ++e) {
            const std::int32_t row = program.row_of_entry[static_cast<std::size_t>(e)];
            if (kind_[static_cast<std::size_t>(row)] == Row::rate) {
                columns[column].push_back({row, e, 0.0});
            }
        }
    }
    for (std::uint32_t s = 0; s < n; ++s) {
        if (kind_[s] == Row::fixed) {
            columns[s].push_back({static_cast<std::int32_t>(s), -1, 1.0});
        } else if (kind_[s] == Row::law) {
            for (const auto& member : laws_[law_[s]].members) {
                columns[member.species.value].push_back(
                    {static_cast<std::int32_t>(s), -1, static_cast<double>(member.weight)});
            }
        }
    }
    begins_.push_back(0);
    for (std::vector<Entry>& column : columns) {
        std::sort(column.begin(), column.end(),
                  [](const Entry& a, const Entry& b) { return a.row < b.row; });
        for (const Entry& entry : column) {
            rows_.push_back(entry.row);
            source_.push_back(entry.source);
            values_.push_back(entry.value);
        }
        begins_.push_back(static_cast<std::int32_t>(rows_.size()));
    }
    const math::SparsePattern pattern{begins_, rows_};
    lu_.emplace(pattern, math::minimum_degree_order(pattern));
}

bool SteadyStateSlopes::factor(eqn::ReferenceKernel& kernel, double t, std::span<const double> y) {
    if (!has_laws_) {
        return false;
    }
    kernel.jacobian(t, y, jacobian_);
    for (std::size_t e = 0; e < values_.size(); ++e) {
        if (source_[e] >= 0) {
            values_[e] = jacobian_[static_cast<std::size_t>(source_[e])];
        }
    }
    return lu_->factor(values_.data(), 1.0, 0.0) && solves_well();
}

bool SteadyStateSlopes::solves_well() {
    std::fill(work_.begin(), work_.end(), 0.0);
    const auto truth = [](std::size_t column) {
        return 1.0 + 0.5 * std::sin(1.0 + static_cast<double>(column));
    };
    for (std::size_t column = 0; column < work_.size(); ++column) {
        for (auto e = begins_[column]; e < begins_[column + 1]; ++e) {
            const auto entry = static_cast<std::size_t>(e);
            work_[static_cast<std::size_t>(rows_[entry])] += values_[entry] * truth(column);
        }
    }
    lu_->solve(work_.data(), work_.data());
    for (std::size_t column = 0; column < work_.size(); ++column) {
        if (!(std::fabs(work_[column] - truth(column)) <= kMostError)) {
            return false;
        }
    }
    return true;
}

void SteadyStateSlopes::refine(eqn::ReferenceKernel& kernel, double t, std::span<double> y) {
    constexpr int kMostIterations = 6;
    std::vector<double> trial{y.begin(), y.end()};
    std::vector<double> correction(y.size());
    double last = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kMostIterations; ++i) {
        if (!factor(kernel, t, trial)) {
            return;
        }
        kernel.rhs(t, trial, correction);
        double largest = 0.0;
        for (const double amount : trial) {
            largest = std::max(largest, std::fabs(amount));
        }
        double size = 0.0;
        for (std::size_t s = 0; s < correction.size(); ++s) {
            correction[s] = kind_[s] == Row::rate ? -correction[s] : 0.0;
        }
        lu_->solve(correction.data(), correction.data());
        for (std::size_t s = 0; s < correction.size(); ++s) {
            const double relative =
                std::fabs(correction[s]) / (std::fabs(trial[s]) + 1e-6 * largest);
            size = correction[s] == 0.0 ? size : std::max(size, relative);
            if (!std::isfinite(relative) && correction[s] != 0.0) {
                return;
            }
        }
        if (!(size < last)) {
            break;  // rounding
        }
        last = size;
        for (std::size_t s = 0; s < trial.size(); ++s) {
            trial[s] += correction[s];
        }
        if (size == 0.0) {
            break;
        }
    }
    // Sums change by rounding only, but a step that is not small says that this is another state.
    constexpr double kNear = 1e-6;
    if (last < kNear) {
        std::copy(trial.begin(), trial.end(), y.begin());
    }
}

double SteadyStateSlopes::law_sum(std::uint32_t row, std::span<const double> y) const noexcept {
    if (kind_[row] == Row::fixed) {
        return y[row];
    }
    double sum = 0.0;
    for (const auto& member : laws_[law_[row]].members) {
        sum += static_cast<double>(member.weight) * y[member.species.value];
    }
    return sum;
}

void SteadyStateSlopes::solve(std::span<const double> explicit_slopes, std::span<double> s) {
    for (std::uint32_t row = 0; row < work_.size(); ++row) {
        work_[row] = kind_[row] == Row::rate ? -explicit_slopes[row] : law_sum(row, s);
    }
    lu_->solve(work_.data(), work_.data());
    std::copy(work_.begin(), work_.end(), s.begin());
}

void SteadyStateSlopes::solve_transposed(std::span<const double> worths,
                                         std::span<double> explicit_worths,
                                         std::span<double> initial_worths) {
    lu_->solve_transposed(worths.data(), work_.data());
    std::fill(explicit_worths.begin(), explicit_worths.end(), 0.0);
    std::fill(initial_worths.begin(), initial_worths.end(), 0.0);
    for (std::uint32_t row = 0; row < work_.size(); ++row) {
        switch (kind_[row]) {
            case Row::rate:
                explicit_worths[row] = -work_[row];
                break;
            case Row::fixed:
                initial_worths[row] += work_[row];
                break;
            case Row::law:
                for (const auto& member : laws_[law_[row]].members) {
                    initial_worths[member.species.value] +=
                        static_cast<double>(member.weight) * work_[row];
                }
                break;
        }
    }
}

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
// erbium/sim/crossings.hpp: finds where inside a step a comparison changes.
// Reads: eqn::System::roots   Used by: sim::Stepper, sim::LaneIntegrator
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"

namespace erbium::sim {

/// Watches the comparisons of System::roots() along the steps of one subject. Those in rates are
/// held during a step, so that the integrator sees a smooth system and its dense output is good up
/// to the point where they change.
///
/// Changes are looked for at the end of each step, at three times inside, and where a parabola
/// through neighbours says that a difference comes close to 0: a comparison that changes and
/// changes back within a fraction of a step can be missed where no rate feels it.
/// The place found is the last digit of the dense output: the first double at which it has changed.
class Crossings {
public:
    /// The state at time t inside the step just done, or at its end; of `y` only what states()
    /// names need be written.
    using Interpolant = std::function<void(double t, std::span<double> y)>;

    /// The kernel must outlive it.
    explicit Crossings(eqn::ReferenceKernel& kernel);

    /// False for systems without such comparisons: then there is nothing to do.
    [[nodiscard]] bool are_watched() const noexcept { return !begin_.truths.empty(); }
    /// True when a comparison reads `time`: then it can change while no state does, and steps must
    /// not be long.
    [[nodiscard]] bool depend_on_time() const noexcept { return depend_on_time_; }
    /// The states that comparisons and triggers read, ascending.
    [[nodiscard]] std::span<const std::uint32_t> states() const noexcept { return states_; }

    /// A new subject: nothing of the last one is kept.
    void begin_run() noexcept { changes_in_place_ = 0; }
    /// Steps begin at (t, y). Comparisons have the values there, and the kernel holds those in
    /// rates.
    /// @param latest  the last time at which comparisons are looked at; after it the rates jump
    void begin(double t, std::span<const double> y, double latest);

    /// True when each comparison at (t, y) is as it was at the last begin().
    [[nodiscard]] bool are_unchanged(double t, std::span<const double> y);

    /// After a step from `before`, where the last one ended or steps began, to (t, y).
    /// @return  where in it a comparison changed first; begin() is to follow. Empty: in no place
    [[nodiscard]] std::optional<double> find(double before, double t, std::span<const double> y,
                                             const Interpolant& interpolate);
    /// A comparison on which rates depend has changed in the last place found.
    [[nodiscard]] bool is_in_rate() const noexcept { return is_in_rate_; }
    /// Rates jump back and forth without time going on: they drive the state back across their
    /// condition from both sides, so that there is no solution to step along.
    [[nodiscard]] bool are_sliding() const noexcept {
        return changes_in_place_ >= kMostChangesInPlace;
    }

private:
    /// The comparisons at one time inside the step.
    struct Look {
        double t{};
        std::vector<double> differences;
        std::vector<double> truths;
    };
    void look(double t, std::span<const double> y, Look& at);
    void look_inside(double t, const Interpolant& interpolate, Look& at);
    [[nodiscard]] bool has_changed(const Look& at) const noexcept;
    [[nodiscard]] bool search(double before, double after, std::span<const double> y,
                              const Interpolant& interpolate);
    [[nodiscard]] bool search_dips(std::span<const Look> looks, const Interpolant& interpolate);
    void close_in(const Interpolant& interpolate);

    eqn::ReferenceKernel& kernel_;
    bool depend_on_time_{};
    std::vector<std::uint32_t> states_;
    Look begin_;  // at the start of the step
    Look low_;    // as at the start
    Look high_;   // changed
    Look middle_;
    std::vector<Look> looks_;
    std::vector<double> state_;
    static constexpr int kMostChangesInPlace = 100;
    double latest_{};
    bool is_in_rate_{};
    int changes_in_place_{};  // of rates, one after another
};

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/crossings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace erbium::sim {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr std::size_t kLooksInside = 3;

bool is_same(double a, double b) noexcept {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool reads_time(const eqn::Program& program) noexcept {
    return std::any_of(program.event_tape.begin(), program.event_tape.end(),
                       [time = program.time_slot](const eqn::Instruction& i) {
                           return i.op != eqn::Opcode::state && i.op != eqn::Opcode::weighted_sum &&
                                  (i.a == time || i.b == time || i.c == time);
                       });
}

std::vector<std::uint32_t> states_read(const eqn::Program& program) {
    std::vector<std::uint32_t> states;
    for (const eqn::Instruction& i : program.event_tape) {
        if (i.op == eqn::Opcode::state) {
            states.push_back(i.a);
        } else if (i.op == eqn::Opcode::weighted_sum) {
            for (const eqn::Term& term : program.observable_terms.subspan(i.a, i.b)) {
                states.push_back(term.index);
            }
        }
    }
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
}

}  // namespace

Crossings::Crossings(eqn::ReferenceKernel& kernel)
    : kernel_{kernel},
      states_{states_read(kernel.system().program())},
      looks_(kLooksInside + 2),
      state_(kernel.system().state_count()) {
    const std::size_t roots = kernel.system().roots().size();
    depend_on_time_ = roots > 0 && reads_time(kernel.system().program());
    const auto make_room = [roots](Look& at) {
        at.differences.resize(roots);
        at.truths.resize(roots);
    };
    for (Look* at : {&begin_, &low_, &high_, &middle_}) {
        make_room(*at);
    }
    std::for_each(looks_.begin(), looks_.end(), make_room);
}

void Crossings::begin(double t, std::span<const double> y, double latest) {
    latest_ = latest;
    if (are_watched()) {
        kernel_.hold_comparisons(t, y);
        look(t, y, begin_);
    }
}

bool Crossings::are_unchanged(double t, std::span<const double> y) {
    if (are_watched()) {
        look(t, y, middle_);
    }
    return !are_watched() || !has_changed(middle_);
}

std::optional<double> Crossings::find(double before, double t, std::span<const double> y,
                                      const Interpolant& interpolate) {
    if (!are_watched()) {
        return std::nullopt;
    }
    if (!search(before, t, y, interpolate)) {
        changes_in_place_ = 0;
        std::swap(begin_, looks_.back());
        return std::nullopt;
    }
    close_in(interpolate);
    is_in_rate_ = false;
    const std::span<const eqn::Root> roots = kernel_.system().roots();
    for (std::size_t r = 0; r < roots.size(); ++r) {
        is_in_rate_ =
            is_in_rate_ || (roots[r].is_in_rate && !is_same(high_.truths[r], begin_.truths[r]));
    }
    const double scale = std::max(std::fabs(high_.t), std::fabs(latest_));
    const bool is_in_place = is_in_rate_ && high_.t - before <= 1e-13 * scale;
    changes_in_place_ = is_in_place ? changes_in_place_ + 1 : 0;
    return high_.t;
}

void Crossings::look(double t, std::span<const double> y, Look& at) {
    at.t = t;
    kernel_.evaluate_events(std::min(t, latest_), y);
    const std::span<const eqn::Root> roots = kernel_.system().roots();
    for (std::size_t r = 0; r < roots.size(); ++r) {
        at.differences[r] = kernel_.slot(roots[r].difference);
        at.truths[r] = kernel_.slot(roots[r].comparison);
    }
}

void Crossings::look_inside(double t, const Interpolant& interpolate, Look& at) {
    interpolate(t, state_);
    look(t, state_, at);
}

bool Crossings::has_changed(const Look& at) const noexcept {
    for (std::size_t r = 0; r < at.truths.size(); ++r) {
        if (!is_same(at.truths[r], begin_.truths[r])) {
            return true;
        }
    }
    return false;
}

/// Where in the step something is changed: low_ and high_ around it.
bool Crossings::search(double before, double after, std::span<const double> y,
                       const Interpolant& interpolate) {
    looks_.front() = begin_;
    looks_.front().t = before;
    for (std::size_t i = 1; i <= kLooksInside + 1; ++i) {
        if (i > kLooksInside) {
            look(after, y, looks_[i]);
        } else {
            const double part = static_cast<double>(i) / static_cast<double>(kLooksInside + 1);
            look_inside(before + part * (after - before), interpolate, looks_[i]);
        }
        if (has_changed(looks_[i])) {
            // An earlier dip would come first; the parabola through what was seen so far shows it.
            if (!search_dips(std::span{looks_}.first(i + 1), interpolate)) {
                low_ = looks_[i - 1];
                high_ = looks_[i];
            }
            return true;
        }
    }
    return search_dips(looks_, interpolate);
}

/// Where three neighbouring differences bend towards 0, looks at the vertex of their parabola.
bool Crossings::search_dips(std::span<const Look> looks, const Interpolant& interpolate) {
    for (std::size_t i = 1; i + 1 < looks.size(); ++i) {
        for (std::size_t r = 0; r < begin_.truths.size(); ++r) {
            const double a = looks[i - 1].differences[r];
            const double b = looks[i].differences[r];
            const double c = looks[i + 1].differences[r];
            const double bend = a - 2.0 * b + c;
            const double vertex = b - (c - a) * (c - a) / (8.0 * bend);
            const double offset = (a - c) / (2.0 * bend);  // in spacings from the middle
            const bool bends_to_zero =
                b * bend > 0.0 && std::fabs(offset) < 1.0 && vertex * b < 0.5 * b * b;
            if (!bends_to_zero || offset == 0.0 || has_changed(looks[i])) {
                continue;
            }
            look_inside(looks[i].t + offset * (looks[i].t - looks[i - 1].t), interpolate, middle_);
            if (has_changed(middle_)) {
                low_ = offset < 0.0 ? looks[i - 1] : looks[i];
                high_ = middle_;
                return true;
            }
        }
    }
    return false;
}

/// Bisection and false position in turn between low_ and high_, down to neighbouring doubles.
void Crossings::close_in(const Interpolant& interpolate) {
    constexpr int kMostLooks = 200;
    const double resolution = 2.0 * kEpsilon;
    for (int i = 0; i < kMostLooks; ++i) {
        const double width = high_.t - low_.t;
        if (width <= resolution * std::max(std::fabs(low_.t), std::fabs(high_.t))) {
            return;
        }
        double t = low_.t + 0.5 * width;
        if (i % 3 != 2) {
            for (std::size_t r = 0; r < begin_.truths.size(); ++r) {
                const double a = low_.differences[r];
                const double b = high_.differences[r];
                if (!is_same(high_.truths[r], begin_.truths[r]) && a * b < 0.0) {
                    // A bit beyond the root that the line gives, alternating sides: both ends move.
                    const double root = low_.t + width * (a / (a - b));
                    const double beyond = std::max(1e-3 * std::min(root - low_.t, high_.t - root),
                                                   kEpsilon * std::fabs(root));
                    const double tried = i % 3 == 0 ? root + beyond : root - beyond;
                    if (tried > low_.t && tried < high_.t) {
                        t = tried;
                    }
                    break;
                }
            }
        }
        if (!(t > low_.t && t < high_.t)) {
            return;
        }
        look_inside(t, interpolate, middle_);
        std::swap(has_changed(middle_) ? high_ : low_, middle_);
    }
}

}  // namespace erbium::sim

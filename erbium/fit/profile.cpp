// SPDX-License-Identifier: Apache-2.0
// erbium/fit/profile.cpp: stepping along one coordinate.
#include "erbium/fit/profile.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>
#include <optional>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/share_out.hpp"

namespace erbium::fit {
namespace {

/// An objective with one coordinate held.
class Held final : public Objective {
public:
    Held(Objective& whole, std::size_t coordinate) : whole_{whole}, coordinate_{coordinate} {
        for (std::size_t i = 0; i < whole.coordinates().size(); ++i) {
            if (i != coordinate) {
                coordinates_.push_back(whole.coordinates()[i]);
            }
        }
    }

    void hold(double value) noexcept { value_ = value; }

    [[nodiscard]] std::span<const Coordinate> coordinates() const noexcept override {
        return coordinates_;
    }

    [[nodiscard]] std::vector<double> with_held(std::span<const double> x) const {
        std::vector<double> all{x.begin(), x.end()};
        all.insert(all.begin() + static_cast<std::ptrdiff_t>(coordinate_), value_);
        return all;
    }
    [[nodiscard]] std::vector<double> without_held(std::vector<double> all) const {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(coordinate_));
        return all;
    }

    [[nodiscard]] Evaluation evaluate(std::span<const double> x, Need need) override {
        Evaluation at = whole_.evaluate(with_held(x), need);
        if (!at.gradient.empty()) {
            at.gradient = without_held(std::move(at.gradient));
        }
        if (!at.curvature.empty()) {
            const std::size_t n = x.size() + 1;
            std::vector<double> kept;
            kept.reserve(x.size() * x.size());
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = 0; j < n; ++j) {
                    if (i != coordinate_ && j != coordinate_) {
                        kept.push_back(at.curvature[i * n + j]);
                    }
                }
            }
            at.curvature = std::move(kept);
        }
        return at;
    }

    [[nodiscard]] std::unique_ptr<Objective> clone() const override {
        auto copy = std::make_unique<Held>(whole_, coordinate_);
        copy->hold(value_);
        return copy;
    }

private:
    Objective& whole_;
    std::size_t coordinate_;
    double value_{};
    std::vector<Coordinate> coordinates_;
};

struct Point {
    double at{};
    double value{};
    std::vector<double> x;
};

class Profiler {
public:
    Profiler(Objective& objective, std::size_t coordinate, const ProfileOptions& options)
        : objective_{objective},
          held_{objective, coordinate},
          coordinate_{coordinate},
          options_{options},
          threshold_{profile_threshold(options.level)} {}

    Profile run(std::span<const double> optimum) {
        Point first{optimum[coordinate_],
                    objective_.evaluate(optimum, Need::value).value,
                    {optimum.begin(), optimum.end()}};
        std::vector<Point> below = walk(first, -1.0);
        std::vector<Point> above = walk(first, 1.0);
        std::vector<Point> points{std::make_move_iterator(below.rbegin()),
                                  std::make_move_iterator(below.rend())};
        points.push_back(first);
        points.insert(points.end(), std::make_move_iterator(above.begin()),
                      std::make_move_iterator(above.end()));
        Profile profile;
        profile.coordinate = coordinate_;
        profile.lowest = first.value;
        for (const Point& point : points) {
            profile.lowest = std::min(profile.lowest, point.value);
        }
        const double limit = profile.lowest + threshold_;
        const Coordinate& bounds = objective_.coordinates()[coordinate_];
        profile.lower = bounds.lower;
        profile.upper = bounds.upper;
        // The outermost crossings, by linear interpolation.
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const Point& a = points[i];
            const Point& b = points[i + 1];
            if (a.value > limit && b.value <= limit && !profile.is_bounded_below) {
                profile.is_bounded_below = true;
                profile.lower = crossing(a, b, limit);
            }
            if (a.value <= limit && b.value > limit) {
                profile.is_bounded_above = true;
                profile.upper = crossing(a, b, limit);
            }
        }
        for (Point& point : points) {
            profile.at.push_back(point.at);
            profile.value.push_back(point.value);
            profile.x.push_back(std::move(point.x));
        }
        return profile;
    }

private:
    static double crossing(const Point& a, const Point& b, double limit) noexcept {
        if (!std::isfinite(a.value) || !std::isfinite(b.value)) {
            return std::isfinite(a.value) ? a.at : b.at;
        }
        return a.at + (b.at - a.at) * (limit - a.value) / (b.value - a.value);
    }

    /// From the optimum to one side, until the profile is high enough or the bound is met.
    std::vector<Point> walk(const Point& first, double sign) {
        const Coordinate& bounds = objective_.coordinates()[coordinate_];
        const double end = sign < 0.0 ? bounds.lower : bounds.upper;
        const double width = bounds.upper - bounds.lower;
        const double rise = 0.1 * threshold_;
        double step = first_step(first, rise, width);
        std::vector<Point> points;
        Point last = first;
        while (points.size() < options_.most_points && last.at != end) {
            if (options_.search.stop != nullptr && options_.search.stop->load()) {
                break;
            }
            const double at = sign * (end - last.at) <= step ? end : last.at + sign * step;
            held_.hold(at);
            const Optimum found =
                minimise_trust_region(held_, held_.without_held(last.x), options_.search);
            Point next{at, found.value, held_.with_held(found.x)};
            const double gained = next.value - last.value;
            // Too far for a smooth curve: try again closer, unless the steps are tiny already.
            if ((!std::isfinite(next.value) || gained > 5.0 * rise) && step > 1e-5 * width) {
                step *= 0.3;
                continue;
            }
            points.push_back(next);
            last = std::move(next);
            if (!(last.value < first.value + options_.reach * threshold_)) {
                break;
            }
            step = gained > 2.0 * rise ? 0.6 * step : gained < 0.5 * rise ? 1.8 * step : step;
            step = std::min(step, 0.1 * width);
        }
        return points;
    }

    /// Where the curvature alone would raise the objective by `rise`.
    double first_step(const Point& first, double rise, double width) {
        const Evaluation at = objective_.evaluate(first.x, Need::curvature);
        const std::size_t n = first.x.size();
        const double curvature = at.ok() ? at.curvature[coordinate_ * n + coordinate_] : 0.0;
        const double step = curvature > 0.0 ? std::sqrt(2.0 * rise / curvature) : 0.02 * width;
        return std::clamp(step, 1e-4 * width, 0.05 * width);
    }

    Objective& objective_;
    Held held_;
    std::size_t coordinate_;
    const ProfileOptions& options_;
    double threshold_;
};

}  // namespace

double profile_threshold(double level) {
    ERBIUM_CHECK(level > 0.0 && level < 1.0, "a level between 0 and 1");
    // chi-squared with one degree of freedom is z^2: erf(sqrt(t)) = level, by bisection.
    double low = 0.0;
    double high = 100.0;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        (std::erf(std::sqrt(middle)) < level ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

Profile profile(Objective& objective, std::span<const double> optimum, std::size_t coordinate,
                const ProfileOptions& options) {
    return Profiler{objective, coordinate, options}.run(optimum);
}

std::vector<Profile> profiles(const Objective& objective, std::span<const double> optimum,
                              std::span<const std::size_t> coordinates,
                              const ProfileOptions& options) {
    std::vector<std::optional<Profile>> made(coordinates.size());
    std::mutex mutex;
    std::size_t count = 0;
    const auto is_stopped = [&] {
        return options.search.stop != nullptr && options.search.stop->load();
    };
    share_out(made.size(), options.threads, [&](const NextPiece& next) {
        const std::unique_ptr<Objective> own = objective.clone();
        for (auto i = next(); i && !is_stopped(); i = next()) {
            Profile one = profile(*own, optimum, coordinates[*i], options);
            const std::lock_guard lock{mutex};
            made[*i] = std::move(one);
            ++count;
            if (options.done) {
                options.done(count);
            }
        }
    });
    std::vector<Profile> results;
    for (std::optional<Profile>& one : made) {
        if (one) {
            results.push_back(*std::move(one));
        }
    }
    return results;
}

}  // namespace erbium::fit

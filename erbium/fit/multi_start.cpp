// SPDX-License-Identifier: Apache-2.0
// erbium/fit/multi_start.cpp: starts handed out to threads.
#include "erbium/fit/multi_start.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>

#include "erbium/base/share_out.hpp"
#include "erbium/fit/points.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

constexpr std::uint64_t kRedrawStream = std::uint64_t{1} << 40U;  // away from those of the designs

class MultiStart {
public:
    MultiStart(const Objective& objective, const MultiStartOptions& options)
        : objective_{objective},
          options_{options},
          coordinates_{objective.coordinates()},
          results_(options.starts) {
        const std::size_t n = coordinates_.size();
        cube_ = options.spread == Spread::sobol ? sobol_points(options.starts, n, options.seed)
                                                : latin_hypercube(options.starts, n, options.seed);
        for (const StartResult& known : options.known) {
            if (known.index < results_.size()) {
                results_[known.index] = known;
            }
        }
    }

    std::vector<StartResult> run() {
        share_out(results_.size(), options_.threads, [this](const NextPiece& next) { work(next); });
        std::vector<StartResult> ended;
        for (std::optional<StartResult>& result : results_) {
            if (result) {
                ended.push_back(*std::move(result));
            }
        }
        return ended;
    }

private:
    [[nodiscard]] bool is_stopped() const noexcept {
        return options_.stop != nullptr && options_.stop->load();
    }

    void work(const NextPiece& next) {
        const std::unique_ptr<Objective> own = objective_.clone();
        for (auto i = next(); i && !is_stopped(); i = next()) {
            if (results_[*i]) {
                continue;
            }
            StartResult result = search(*own, *i);
            // A search that was cut short is not the result of this start: a resumed run makes it
            // anew.
            const bool is_whole = result.optimum.ending != Ending::stopped;
            const std::lock_guard lock{mutex_};
            if (is_whole && options_.done) {
                options_.done(result);
            }
            results_[*i] = std::move(result);
        }
    }

    [[nodiscard]] double place(std::size_t coordinate, double quantile) const {
        const Coordinate& c = coordinates_[coordinate];
        const double x = options_.place ? options_.place(coordinate, quantile)
                                        : c.lower + quantile * (c.upper - c.lower);
        return std::clamp(x, c.lower, c.upper);
    }

    StartResult search(Objective& objective, std::size_t index) {
        const std::size_t n = coordinates_.size();
        StartResult result;
        result.index = index;
        result.start.resize(n);
        bool is_nominal = options_.from_nominal && index == 0;
        for (std::size_t i = 0; i < n; ++i) {
            is_nominal = is_nominal && std::isfinite(coordinates_[i].nominal);
        }
        for (std::size_t i = 0; i < n; ++i) {
            result.start[i] = is_nominal ? coordinates_[i].nominal : place(i, cube_[index * n + i]);
        }
        Random random{options_.seed, kRedrawStream + index};
        SearchOptions search = options_.search;
        search.stop = options_.stop;
        for (std::size_t redraw = 0;; ++redraw) {
            result.optimum = options_.method == Method::trust_region
                                 ? minimise_trust_region(objective, result.start, search)
                                 : minimise_quasi_newton(objective, result.start, search);
            if (result.optimum.ending != Ending::failed || redraw >= options_.most_redraws ||
                is_stopped()) {
                return result;
            }
            for (std::size_t i = 0; i < n; ++i) {
                result.start[i] = place(i, random.uniform());
            }
        }
    }

    const Objective& objective_;
    const MultiStartOptions& options_;
    std::span<const Coordinate> coordinates_;
    std::vector<double> cube_;
    std::mutex mutex_;
    std::vector<std::optional<StartResult>> results_;
};

}  // namespace

std::string_view name(Method method) noexcept {
    return method == Method::trust_region ? "trust-region" : "quasi-newton";
}

std::string_view name(Spread spread) noexcept {
    return spread == Spread::sobol ? "sobol" : "latin-hypercube";
}

std::vector<StartResult> multi_start(const Objective& objective, const MultiStartOptions& options) {
    return MultiStart{objective, options}.run();
}

std::vector<std::size_t> ranking(std::span<const StartResult> results) {
    std::vector<std::size_t> order(results.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return results[a].optimum.value < results[b].optimum.value;
    });
    return order;
}

std::size_t converged_to_best(std::span<const StartResult> results, double tolerance) {
    double best = std::numeric_limits<double>::infinity();
    for (const StartResult& result : results) {
        best = std::min(best, result.optimum.value);
    }
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(), [&](const StartResult& result) {
            return result.optimum.value <= best + tolerance && std::isfinite(best);
        }));
}

}  // namespace erbium::fit

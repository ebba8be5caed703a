// SPDX-License-Identifier: Apache-2.0
// erbium/fit/sampler.cpp: adaptive Metropolis with parallel tempering.
#include "erbium/fit/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/share_out.hpp"
#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/random.hpp"

namespace erbium::fit {
namespace {

constexpr double kWantedAcceptance = 0.234;  ///< best for normal targets of many dimensions
constexpr std::size_t kRefactor = 100;       ///< steps between factorisations while adapting

/// One temperature of one chain: a state, and a proposal that learns.
class Level {
public:
    Level(Objective& objective, std::vector<double> x, double temperature, Random random)
        : objective_{objective},
          bounds_{objective.coordinates()},
          random_{random},
          temperature_{temperature},
          x_{std::move(x)},
          mean_{x_},
          covariance_(x_.size() * x_.size(), 0.0) {
        value_ = objective_.evaluate(x_, Need::value).value;
        // A twentieth of the bounds' width to begin with.
        for (std::size_t i = 0; i < x_.size(); ++i) {
            const double width = bounds_[i].upper - bounds_[i].lower;
            const double sd = 0.05 * (std::isfinite(width) ? width : 1.0);
            covariance_[i * x_.size() + i] = sd * sd;
        }
        log_scale_ = std::log(2.38 * 2.38 / static_cast<double>(x_.size())) - std::log(10.0);
        factor();
    }

    void step(bool adapts) {
        const std::size_t n = x_.size();
        std::vector<double> proposal(n);
        for (double& v : proposal) {
            v = random_.normal();
        }
        root_->multiply_lower(proposal);
        const double scale = std::exp(0.5 * log_scale_);
        bool is_inside = true;
        for (std::size_t i = 0; i < n; ++i) {
            proposal[i] = x_[i] + scale * proposal[i];
            is_inside =
                is_inside && proposal[i] >= bounds_[i].lower && proposal[i] <= bounds_[i].upper;
        }
        const double draw = std::log(random_.uniform());  // always drawn: streams stay aligned
        double probability = 0.0;
        if (is_inside) {
            const double value = objective_.evaluate(proposal, Need::value).value;
            const double log_ratio = (value_ - value) / temperature_;
            probability = std::isfinite(value) ? std::exp(std::min(0.0, log_ratio)) : 0.0;
            if (std::isfinite(value) && draw < log_ratio) {
                x_ = std::move(proposal);
                value_ = value;
                ++accepted_;
            }
        }
        ++proposed_;
        if (adapts) {
            adapt(probability);
        }
    }

    void forget_counts() noexcept {
        accepted_ = 0;
        proposed_ = 0;
    }
    void exchange_state(Level& other) noexcept {
        std::swap(x_, other.x_);
        std::swap(value_, other.value_);
    }
    [[nodiscard]] const std::vector<double>& x() const noexcept { return x_; }
    [[nodiscard]] double value() const noexcept { return value_; }
    [[nodiscard]] double temperature() const noexcept { return temperature_; }
    [[nodiscard]] double acceptance() const noexcept {
        return proposed_ == 0 ? 0.0
                              : static_cast<double>(accepted_) / static_cast<double>(proposed_);
    }

private:
    void adapt(double probability) {
        ++adapted_;
        const double rate = std::pow(static_cast<double>(adapted_) + 1.0, -0.6);
        log_scale_ += rate * (probability - kWantedAcceptance);
        const std::size_t n = x_.size();
        std::vector<double> away(n);
        for (std::size_t i = 0; i < n; ++i) {
            away[i] = x_[i] - mean_[i];
            mean_[i] += rate * away[i];
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double& entry = covariance_[i * n + j];
                entry += rate * (away[i] * away[j] - entry);
            }
        }
        if (adapted_ % kRefactor == 0) {
            factor();
        }
    }

    void factor() {
        const std::size_t n = x_.size();
        std::vector<double> matrix = covariance_;
        for (std::size_t i = 0; i < n; ++i) {
            // Directions not seen yet keep a little of their own.
            const double width = bounds_[i].upper - bounds_[i].lower;
            const double floor = 1e-6 * (std::isfinite(width) ? width : 1.0);
            matrix[i * n + i] = matrix[i * n + i] * (1.0 + 1e-9) + floor * floor;
        }
        auto root = std::make_unique<Cholesky>(matrix, n);
        if (root->ok()) {
            root_ = std::move(root);
        }
        ERBIUM_CHECK(root_ != nullptr, "a diagonal matrix with positive entries has a root");
    }

    Objective& objective_;
    std::span<const Coordinate> bounds_;
    Random random_;
    double temperature_;
    std::vector<double> x_;
    double value_{};
    std::vector<double> mean_;
    std::vector<double> covariance_;
    std::unique_ptr<Cholesky> root_;
    double log_scale_{};
    std::size_t adapted_{};
    std::size_t accepted_{};
    std::size_t proposed_{};
};

class Sampler {
public:
    Sampler(const Objective& objective, std::span<const std::vector<double>> starts,
            const SamplerOptions& options)
        : objective_{objective}, starts_{starts}, options_{options} {
        samples_.chains = options.chains;
        samples_.dimensions = objective.coordinates().size();
        kept_.resize(options.chains);
        values_.resize(options.chains);
        samples_.acceptance.resize(options.chains);
        samples_.swaps.resize(options.chains);
    }

    Samples run() {
        share_out(options_.chains, options_.threads, [this](const NextPiece& next) {
            while (const auto chain = next()) {
                run_chain(*chain);
            }
        });
        // Chains that were stopped are cut to the shortest.
        std::size_t draws = values_.empty() ? 0 : values_.front().size();
        for (const std::vector<double>& chain : values_) {
            draws = std::min(draws, chain.size());
        }
        samples_.draws = draws;
        for (std::size_t c = 0; c < options_.chains; ++c) {
            samples_.x.insert(
                samples_.x.end(), kept_[c].begin(),
                kept_[c].begin() + static_cast<std::ptrdiff_t>(draws * samples_.dimensions));
            samples_.value.insert(samples_.value.end(), values_[c].begin(),
                                  values_[c].begin() + static_cast<std::ptrdiff_t>(draws));
        }
        return std::move(samples_);
    }

private:
    void run_chain(std::size_t c) {
        const std::unique_ptr<Objective> own = objective_.clone();
        const std::size_t levels_wanted = std::max<std::size_t>(options_.temperatures, 1);
        std::vector<Level> levels;
        for (std::size_t k = 0; k < levels_wanted; ++k) {
            const double part = levels_wanted == 1 ? 0.0
                                                   : static_cast<double>(k) /
                                                         static_cast<double>(levels_wanted - 1);
            levels.emplace_back(*own, starts_[c % starts_.size()], std::pow(options_.hottest, part),
                                Random{options_.seed, 1000 * (c + 1) + k});
            ERBIUM_CHECK(std::isfinite(levels.back().value()), "chains start at finite values");
        }
        Random exchanges{options_.seed, 1000 * (c + 1) + 999};
        std::size_t tried = 0;
        std::size_t exchanged = 0;
        const std::size_t total = options_.warm_up + options_.samples;
        for (std::size_t i = 0; i < total; ++i) {
            if (options_.stop != nullptr && options_.stop->load()) {
                break;
            }
            if (i == options_.warm_up) {
                levels.front().forget_counts();
                tried = 0;
                exchanged = 0;
            }
            for (Level& level : levels) {
                level.step(i < options_.warm_up);
            }
            if (levels.size() > 1) {
                // Even pairs, then odd ones, in turn: all exchanges of a sweep are independent.
                for (std::size_t k = i % 2; k + 1 < levels.size(); k += 2) {
                    const double gain =
                        1.0 / levels[k].temperature() - 1.0 / levels[k + 1].temperature();
                    ++tried;
                    if (std::log(exchanges.uniform()) <
                        gain * (levels[k].value() - levels[k + 1].value())) {
                        levels[k].exchange_state(levels[k + 1]);
                        ++exchanged;
                    }
                }
            }
            if (i >= options_.warm_up && (i - options_.warm_up) % options_.thin == 0) {
                const std::vector<double>& x = levels.front().x();
                kept_[c].insert(kept_[c].end(), x.begin(), x.end());
                values_[c].push_back(levels.front().value());
            }
            if (i % kReport == 0 && options_.progress) {
                const std::lock_guard lock{mutex_};
                done_ += kReport;
                options_.progress(std::min(done_, total * options_.chains),
                                  total * options_.chains);
            }
        }
        samples_.acceptance[c] = levels.front().acceptance();
        samples_.swaps[c] =
            tried == 0 ? 0.0 : static_cast<double>(exchanged) / static_cast<double>(tried);
    }

    static constexpr std::size_t kReport = 50;

    const Objective& objective_;
    std::span<const std::vector<double>> starts_;
    const SamplerOptions& options_;
    Samples samples_;
    std::vector<std::vector<double>> kept_;
    std::vector<std::vector<double>> values_;
    std::mutex mutex_;
    std::size_t done_{};
};

}  // namespace

Samples sample(const Objective& objective, std::span<const std::vector<double>> starts,
               const SamplerOptions& options) {
    ERBIUM_CHECK(!starts.empty(), "a chain needs a start");
    return Sampler{objective, starts, options}.run();
}

}  // namespace erbium::fit

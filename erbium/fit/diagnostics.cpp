// SPDX-License-Identifier: Apache-2.0
// erbium/fit/diagnostics.cpp: R-hat and effective sample sizes.
#include "erbium/fit/diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace erbium::fit {
namespace {

/// Each chain cut in two, so that a drift within a chain shows as two chains that differ.
struct Split {
    std::vector<double> values;
    std::size_t chains{};
    std::size_t draws{};

    [[nodiscard]] std::span<const double> chain(std::size_t c) const noexcept {
        return std::span{values}.subspan(c * draws, draws);
    }
};

Split split(const Draws& all) {
    Split result;
    result.chains = 2 * all.chains;
    result.draws = all.draws / 2;
    for (std::size_t c = 0; c < all.chains; ++c) {
        const auto chain = all.values.subspan(c * all.draws, all.draws);
        const auto first = chain.first(result.draws);
        const auto last = chain.last(result.draws);
        result.values.insert(result.values.end(), first.begin(), first.end());
        result.values.insert(result.values.end(), last.begin(), last.end());
    }
    return result;
}

double mean_of(std::span<const double> values) noexcept {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values) noexcept {
    const double mean = mean_of(values);
    double sum = 0.0;
    for (const double v : values) {
        sum += (v - mean) * (v - mean);
    }
    return sum / static_cast<double>(values.size() - 1);
}

/// Normal scores of the ranks (ties share theirs), by Blom's formula.
std::vector<double> normal_scores(std::span<const double> values) {
    const std::size_t n = values.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return values[a] < values[b] || (values[a] == values[b] && a < b);
    });
    std::vector<double> scores(n);
    for (std::size_t i = 0; i < n;) {
        std::size_t end = i + 1;
        while (end < n && values[order[end]] == values[order[i]]) {
            ++end;
        }
        const double rank = 0.5 * static_cast<double>(i + 1 + end);
        const double score = normal_quantile((rank - 0.375) / (static_cast<double>(n) + 0.25));
        for (; i < end; ++i) {
            scores[order[i]] = score;
        }
    }
    return scores;
}

double plain_r_hat(const Split& chains) {
    std::vector<double> means;
    double within = 0.0;
    for (std::size_t c = 0; c < chains.chains; ++c) {
        means.push_back(mean_of(chains.chain(c)));
        within += variance_of(chains.chain(c)) / static_cast<double>(chains.chains);
    }
    const auto n = static_cast<double>(chains.draws);
    const double between = variance_of(means);
    return std::sqrt(((n - 1.0) / n * within + between) / within);
}

/// Autocovariances of one chain at lag `lag`, with 1 / n.
double autocovariance(std::span<const double> chain, double mean, std::size_t lag) noexcept {
    double sum = 0.0;
    for (std::size_t i = lag; i < chain.size(); ++i) {
        sum += (chain[i] - mean) * (chain[i - lag] - mean);
    }
    return sum / static_cast<double>(chain.size());
}

double ess_of(const Split& chains) {
    const auto n = static_cast<double>(chains.draws);
    const auto m = static_cast<double>(chains.chains);
    std::vector<double> means;
    double within = 0.0;
    for (std::size_t c = 0; c < chains.chains; ++c) {
        means.push_back(mean_of(chains.chain(c)));
        within += variance_of(chains.chain(c)) / m;
    }
    const double pooled = (n - 1.0) / n * within + variance_of(means);
    if (!(pooled > 0.0)) {
        return std::numeric_limits<double>::quiet_NaN();  // all draws are equal
    }
    const auto correlation = [&](std::size_t lag) {
        double covariance = 0.0;
        for (std::size_t c = 0; c < chains.chains; ++c) {
            covariance += autocovariance(chains.chain(c), means[c], lag) / m;
        }
        return 1.0 - (within * (n - 1.0) / n - covariance) / pooled;
    };
    // Sums of neighbouring correlations, as long as they are positive and made to fall.
    double sum = 0.0;
    double last = std::numeric_limits<double>::infinity();
    for (std::size_t lag = 0; lag + 1 < chains.draws; lag += 2) {
        const double pair = (lag == 0 ? 1.0 : correlation(lag)) + correlation(lag + 1);
        if (!(pair > 0.0)) {
            break;
        }
        last = std::min(last, pair);
        sum += last;
    }
    const double time = std::max(-1.0 + 2.0 * sum, 1.0 / std::log10(m * n));
    return m * n / time;
}

Split with_scores(Split chains) {
    chains.values = normal_scores(chains.values);
    return chains;
}

}  // namespace

double r_hat(const Draws& draws) {
    const Split chains = split(draws);
    Split folded = chains;
    const double median = quantile(chains.values, 0.5);
    for (double& v : folded.values) {
        v = std::fabs(v - median);
    }
    return std::max(plain_r_hat(with_scores(chains)), plain_r_hat(with_scores(folded)));
}

double bulk_ess(const Draws& draws) {
    return ess_of(with_scores(split(draws)));
}

bool has_mixed(double r_hat, double bulk_ess, std::size_t chains) noexcept {
    return r_hat <= 1.01 && bulk_ess >= 100.0 * static_cast<double>(chains);
}

double effective_sample_size(const Draws& draws) {
    return ess_of(split(draws));
}

double tail_ess(const Draws& draws) {
    const Split chains = split(draws);
    double least = std::numeric_limits<double>::infinity();
    for (const double p : {0.05, 0.95}) {
        Split indicator = chains;
        const double edge = quantile(chains.values, p);
        for (double& v : indicator.values) {
            v = v <= edge ? 1.0 : 0.0;
        }
        least = std::min(least, ess_of(indicator));
    }
    return least;
}

double normal_quantile(double p) noexcept {
    const double q = p - 0.5;
    if (std::fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        const double top =
            (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) *
                     r +
                 45921.953931549871457) *
                    r +
                13731.693765509461125) *
                   r +
               1971.5909503065514427) *
                  r +
              133.14166789178437745) *
                 r +
             3.387132872796366608);
        const double bottom =
            (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) *
                     r +
                 21213.794301586595867) *
                    r +
                5394.1960214247511077) *
                   r +
               687.1870074920579083) *
                  r +
              42.313330701600911252) *
                 r +
             1.0);
        return q * top / bottom;
    }
    double r = std::sqrt(-std::log(q < 0.0 ? p : 1.0 - p));
    double x = 0.0;
    if (r <= 5.0) {
        r -= 1.6;
        x = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r +
                  0.24178072517745061177) *
                     r +
                 1.27045825245236838258) *
                    r +
                3.64784832476320460504) *
                   r +
               5.7694972214606914055) *
                  r +
              4.6303378461565452959) *
                 r +
             1.42343711074968357734) /
            (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r +
                  0.0151986665636164571966) *
                     r +
                 0.14810397642748007459) *
                    r +
                0.68976733498510000455) *
                   r +
               1.6763848301838038494) *
                  r +
              2.05319162663775882187) *
                 r +
             1.0);
    } else {
        r -= 5.0;
        x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
                  0.0012426609473880784386) *
                     r +
                 0.026532189526576123093) *
                    r +
                0.29656057182850489123) *
                   r +
               1.7848265399172913358) *
                  r +
              5.4637849111641143699) *
                 r +
             6.6579046435011037772) /
            (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
                  1.8463183175100546818e-5) *
                     r +
                 7.868691311456132591e-4) *
                    r +
                0.0148753612908506148525) *
                   r +
               0.13692988092273580531) *
                  r +
              0.59983220655588793769) *
                 r +
             1.0);
    }
    return q < 0.0 ? -x : x;
}

double quantile(std::vector<double> values, double p) {
    std::sort(values.begin(), values.end());
    const double at = p * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

}  // namespace erbium::fit

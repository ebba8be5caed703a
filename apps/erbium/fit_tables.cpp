// SPDX-License-Identifier: Apache-2.0
// apps/erbium/fit_tables.cpp: results of a fit as tab-separated text.
#include "fit_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "erbium/base/text.hpp"
#include "erbium/fit/cholesky.hpp"
#include "erbium/fit/diagnostics.hpp"

namespace erbium::app {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFixedColumns = 7;

std::optional<double> number(std::string_view cell) {
    if (cell == "inf") {
        return std::numeric_limits<double>::infinity();
    }
    if (cell == "nan") {
        return kNan;
    }
    return parse_double(cell);
}

std::optional<fit::Ending> ending_named(std::string_view word) {
    using fit::Ending;
    for (const Ending ending : {Ending::gradient, Ending::value, Ending::step,
                                Ending::max_iterations, Ending::stopped, Ending::failed}) {
        if (name(ending) == word) {
            return ending;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string starts_header(std::span<const fit::Coordinate> coordinates) {
    std::string text = "start\tvalue\tending\titerations\tevaluations\tderivatives\tfailure";
    for (const fit::Coordinate& c : coordinates) {
        text += "\tx:" + c.name;
    }
    for (const fit::Coordinate& c : coordinates) {
        text += "\tfrom:" + c.name;
    }
    return text + "\n";
}

std::string starts_row(const fit::StartResult& result) {
    const fit::Optimum& optimum = result.optimum;
    std::string failure = optimum.failure;
    std::replace_if(
        failure.begin(), failure.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
    std::string text = fmt::format(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}", result.index, shortest(optimum.value), name(optimum.ending),
        optimum.iterations, optimum.evaluations, optimum.derivatives, failure);
    for (const double x : optimum.x) {
        text += "\t" + shortest(x);
    }
    for (const double x : result.start) {
        text += "\t" + shortest(x);
    }
    return text + "\n";
}

std::optional<std::vector<fit::StartResult>> read_starts(
    const std::string& text, std::span<const fit::Coordinate> coordinates) {
    const std::string header = starts_header(coordinates);
    if (!text.starts_with(header)) {
        return std::nullopt;
    }
    std::vector<fit::StartResult> results;
    const std::size_t n = coordinates.size();
    std::size_t begin = header.size();
    for (std::size_t end = text.find('\n', begin); end != std::string::npos;
         begin = end + 1, end = text.find('\n', begin)) {
        const auto cells = split(std::string_view{text}.substr(begin, end - begin), '\t');
        if (cells.size() != kFixedColumns + 2 * n) {
            continue;
        }
        std::vector<double> numbers;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const bool is_word = i == 2 || i == 6;
            const std::optional<double> value = is_word ? std::optional{0.0} : number(cells[i]);
            numbers.push_back(value.value_or(kNan));
        }
        const std::optional<fit::Ending> ending = ending_named(cells[2]);
        const bool has_counts = std::all_of(numbers.begin() + 3, numbers.begin() + 6,
                                            [](double v) { return v >= 0.0 && v < 1e15; });
        if (!ending || !has_counts || !(numbers[0] >= 0.0 && numbers[0] < 1e15)) {
            continue;
        }
        fit::StartResult result;
        result.index = static_cast<std::size_t>(numbers[0]);
        result.optimum.value = numbers[1];
        result.optimum.ending = *ending;
        result.optimum.iterations = static_cast<std::size_t>(numbers[3]);
        result.optimum.evaluations = static_cast<std::size_t>(numbers[4]);
        result.optimum.derivatives = static_cast<std::size_t>(numbers[5]);
        result.optimum.failure = cells[6];
        const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(kFixedColumns);
        const auto middle = first + static_cast<std::ptrdiff_t>(n);
        result.optimum.x.assign(first, middle);
        result.start.assign(middle, numbers.end());
        results.push_back(std::move(result));
    }
    return results;
}

std::string parameters_table(const petab::Problem& problem,
                             std::span<const fit::Coordinate> coordinates,
                             std::span<const double> best, std::span<const double> errors,
                             std::span<const fit::Profile> profiles) {
    static constexpr std::array<std::string_view, 3> kScales{"lin", "log", "log10"};
    const bool is_v1 = problem.version == 1;
    std::string text = "parameterId";
    text += is_v1 ? "\tparameterScale" : "";
    text +=
        "\tlowerBound\tupperBound\tnominalValue\testimate\tstandardErrorOnScale\tatBound"
        "\tprofileLower\tprofileUpper\n";
    std::size_t next = 0;
    for (const petab::Parameter& parameter : problem.parameters) {
        const bool is_estimated = parameter.is_estimated;
        const std::size_t i = next;
        next += is_estimated ? 1 : 0;
        text += parameter.id;
        if (is_v1) {
            text += fmt::format("\t{}", kScales[static_cast<std::size_t>(parameter.scale)]);
        }
        const auto bound = [](double value) {
            return std::isfinite(value) ? shortest(value) : std::string{};
        };
        text += fmt::format("\t{}\t{}\t{}", bound(parameter.lower), bound(parameter.upper),
                            shortest(is_estimated ? petab::from_scale(parameter.scale, best[i])
                                                  : parameter.nominal));
        text += is_v1 ? (is_estimated ? "\t1" : "\t0") : (is_estimated ? "\ttrue" : "\tfalse");
        if (!is_estimated) {
            text += "\t\t\t\t\n";
            continue;
        }
        const double width = coordinates[i].upper - coordinates[i].lower;
        const double near = 1e-6 * (std::isfinite(width) ? width : 1.0);
        const char* held = best[i] - coordinates[i].lower <= near   ? "lower"
                           : coordinates[i].upper - best[i] <= near ? "upper"
                                                                    : "";
        text += fmt::format("\t{}\t{}", shortest(errors[i]), held);
        const auto profile = std::find_if(profiles.begin(), profiles.end(),
                                          [&](const fit::Profile& p) { return p.coordinate == i; });
        if (profile == profiles.end()) {
            text += "\t\t\n";
            continue;
        }
        text +=
            fmt::format("\t{}\t{}\n", shortest(petab::from_scale(parameter.scale, profile->lower)),
                        shortest(petab::from_scale(parameter.scale, profile->upper)));
    }
    return text;
}

std::string profiles_table(std::span<const fit::Coordinate> coordinates,
                           std::span<const fit::Profile> profiles) {
    std::string text = "parameterId\tat\tvalue";
    for (const fit::Coordinate& c : coordinates) {
        text += "\tx:" + c.name;
    }
    text += '\n';
    for (const fit::Profile& profile : profiles) {
        for (std::size_t k = 0; k < profile.at.size(); ++k) {
            text += fmt::format("{}\t{}\t{}", coordinates[profile.coordinate].name,
                                shortest(profile.at[k]), shortest(profile.value[k]));
            for (const double x : profile.x[k]) {
                text += "\t" + shortest(x);
            }
            text += '\n';
        }
    }
    return text;
}

std::string samples_table(std::span<const fit::Coordinate> coordinates,
                          const fit::Samples& samples) {
    std::string text = "chain\tdraw\tvalue";
    for (const fit::Coordinate& c : coordinates) {
        text += "\tx:" + c.name;
    }
    text += '\n';
    for (std::size_t c = 0; c < samples.chains; ++c) {
        for (std::size_t d = 0; d < samples.draws; ++d) {
            text += fmt::format("{}\t{}\t{}", c, d, shortest(samples.value[c * samples.draws + d]));
            for (std::size_t i = 0; i < samples.dimensions; ++i) {
                text += "\t" + shortest(samples.at(c, d, i));
            }
            text += '\n';
        }
    }
    return text;
}

std::string summary_table(std::span<const fit::Coordinate> coordinates,
                          const fit::Samples& samples) {
    std::string text =
        "parameterId\tmean\tdeviation\tq2.5\tmedian\tq97.5\trHat\tbulkEss\ttailEss\n";
    constexpr std::size_t kLeastDraws = 8;
    for (std::size_t i = 0; i < samples.dimensions && samples.draws >= kLeastDraws; ++i) {
        std::vector<double> values;
        for (std::size_t c = 0; c < samples.chains; ++c) {
            for (std::size_t d = 0; d < samples.draws; ++d) {
                values.push_back(samples.at(c, d, i));
            }
        }
        double mean = 0.0;
        for (const double v : values) {
            mean += v / static_cast<double>(values.size());
        }
        double variance = 0.0;
        for (const double v : values) {
            variance += (v - mean) * (v - mean) / static_cast<double>(values.size() - 1);
        }
        const fit::Draws draws{values, samples.chains, samples.draws};
        text += coordinates[i].name;
        for (const double v : {mean, std::sqrt(variance), fit::quantile(values, 0.025),
                               fit::quantile(values, 0.5), fit::quantile(values, 0.975),
                               fit::r_hat(draws), fit::bulk_ess(draws), fit::tail_ess(draws)}) {
            text += "\t" + shortest(v);
        }
        text += '\n';
    }
    return text;
}

std::string intervals_table(const petab::Problem& problem,
                            std::span<const petab::Prediction> ensemble) {
    std::string text = "observableId\texperimentId\ttime\tq2.5\tmedian\tq97.5\tmembers\n";
    for (std::size_t m = 0; m < problem.measurements.size(); ++m) {
        std::vector<double> values;
        for (const petab::Prediction& prediction : ensemble) {
            if (std::isfinite(prediction.simulated[m])) {
                values.push_back(prediction.simulated[m]);
            }
        }
        const petab::Measurement& measurement = problem.measurements[m];
        text +=
            fmt::format("{}\t{}\t{}", problem.observables[measurement.observable].id,
                        problem.experiments[measurement.experiment].id, shortest(measurement.time));
        for (const double p : {0.025, 0.5, 0.975}) {
            text += "\t" + shortest(values.empty() ? kNan : fit::quantile(values, p));
        }
        text += fmt::format("\t{}\n", values.size());
    }
    return text;
}

std::vector<double> standard_errors(std::span<const fit::Coordinate> coordinates,
                                    std::span<const double> x, const fit::Evaluation& at) {
    const std::size_t n = x.size();
    std::vector<double> errors(n, kNan);
    if (!at.ok() || at.curvature.size() != n * n) {
        return errors;
    }
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < n; ++i) {
        const bool is_held = (x[i] <= coordinates[i].lower && at.gradient[i] >= 0.0) ||
                             (x[i] >= coordinates[i].upper && at.gradient[i] <= 0.0);
        if (!is_held) {
            free.push_back(i);
        }
    }
    const std::size_t m = free.size();
    std::vector<double> information(m * m);
    for (std::size_t a = 0; a < m; ++a) {
        for (std::size_t b = 0; b < m; ++b) {
            information[a * m + b] = at.curvature[free[a] * n + free[b]];
        }
    }
    const fit::Cholesky factor{information, m};
    for (std::size_t a = 0; a < m && factor.ok(); ++a) {
        std::vector<double> unit(m, 0.0);
        unit[a] = 1.0;
        factor.solve(unit);
        errors[free[a]] = std::sqrt(unit[a]);
    }
    return errors;
}

}  // namespace erbium::app

// SPDX-License-Identifier: Apache-2.0
#include "check_petab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "check_derivatives.hpp"
#include "erbium/petab/gradient_check.hpp"
#include "erbium/report/table.hpp"

namespace erbium::app {
namespace {

constexpr double kBeside = 0.01;  // of a value, or on a scale of logarithms

/// A point beside the nominal values and inside the bounds; a middle where there is no nominal one.
/// @param side  1 or -1
std::vector<double> point_beside_nominal(const petab::Objective& objective, double side) {
    std::vector<double> x = objective.nominal();
    for (std::size_t i = 0; i < x.size(); ++i) {
        const fit::Coordinate& coordinate = objective.coordinates()[i];
        if (std::isnan(x[i])) {
            x[i] = 0.5 * (coordinate.lower + coordinate.upper);
        }
        const double away = side * kBeside * std::sin(1.0 + 3.0 * static_cast<double>(i));
        x[i] += away * petab::unit_of_move(objective.problem(), i, x[i]);
        x[i] = std::clamp(x[i], coordinate.lower, coordinate.upper);
    }
    return x;
}

report::Table table_of(std::span<const petab::CheckedSlope> slopes, std::string title) {
    using report::Align;
    report::Table table{.title = std::move(title),
                        .columns = {{.name = "parameter"},
                                    {.name = "forward", .align = Align::end, .digits = 6},
                                    {.name = "adjoint", .align = Align::end, .digits = 6},
                                    {.name = "difference", .align = Align::end, .digits = 6},
                                    {.name = "uncertainty", .align = Align::end, .digits = 2},
                                    {.name = "verdict"}}};
    for (const petab::CheckedSlope& slope : slopes) {
        table.rows.push_back(
            {.cells = {slope.name, slope.forward, slope.adjoint, slope.difference,
                       slope.uncertainty, verdict_of(slope.agrees, slope.is_decided)},
             .mark = slope.agrees ? report::RowMark::none : report::RowMark::misfit});
    }
    return table;
}

}  // namespace

bool is_petab_problem(const std::string& target) {
    const std::filesystem::path path{target};
    std::error_code failure;
    return (path.extension() == ".yaml" || path.extension() == ".yml") &&
           path.filename() != "package.yaml" && std::filesystem::is_regular_file(path, failure);
}

Exit check_petab_derivatives(const CheckCommand& command) {
    if (!command.until.empty()) {
        return fail(Exit::usage, "--until: a PEtab problem has its own times");
    }
    auto loaded = petab::load_problem(command.target);
    if (!loaded) {
        return show(loaded.error());
    }
    const auto problem = std::make_shared<const petab::BoundProblem>(std::move(loaded).value());
    print_error(problem->warnings.text());
    const auto check_at = [&](double side) {
        const std::vector<double> x = point_beside_nominal(petab::Objective{problem}, side);
        return command.rtol ? petab::check_gradient(problem, x, *command.rtol)
                            : petab::check_gradient(problem, x);
    };
    petab::GradientCheck check = check_at(1.0);
    if (!check.failure.empty()) {
        // Some problems have their optimum at an edge, beyond which solutions have no end.
        check = check_at(-1.0);
    }
    if (!check.failure.empty()) {
        return fail(Exit::numerical, check.failure);
    }
    const auto rank = [](const petab::CheckedSlope& slope) {
        return rank_of(slope.agrees, slope.is_decided);
    };
    std::stable_sort(check.slopes.begin(), check.slopes.end(),
                     [&](const petab::CheckedSlope& a, const petab::CheckedSlope& b) {
                         return rank(a) < rank(b);
                     });
    const auto count = [&](int of) {
        return static_cast<std::size_t>(
            std::count_if(check.slopes.begin(), check.slopes.end(),
                          [&](const petab::CheckedSlope& slope) { return rank(slope) == of; }));
    };
    const std::size_t wrong = count(0);
    const std::span<const petab::CheckedSlope> all{check.slopes};
    if (command.as_json) {
        print(report::json(table_of(all, command.target)) + "\n");
    } else {
        const std::size_t shown =
            std::min(all.size(), std::max<std::size_t>(kRowsOfATerminal, wrong));
        print(report::plain_text(table_of(
            all.first(shown),
            fmt::format("{}: {} of {} estimated parameters", command.target, shown, all.size()))));
        print(fmt::format("{} agree, {} disagree, {} too noisy to tell; {} likelihoods\n", count(2),
                          wrong, count(1), check.evaluations));
    }
    for (const std::string& fallback : check.fallbacks) {
        print_error(fmt::format("erbium: {}\n", fallback));
    }
    if (wrong > 0) {
        return fail(Exit::some_failed,
                    fmt::format("slopes by {} of {} parameters disagree with differences or with "
                                "the adjoint",
                                wrong, all.size()));
    }
    return check.fallbacks.empty() ? Exit::ok : Exit::unsupported;
}

}  // namespace erbium::app

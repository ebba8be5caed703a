// SPDX-License-Identifier: Apache-2.0
// bench/lu.cpp: how long does one factorisation and one solve take, per system, beside KLU?
//
//   bench_lu [model.bngl|model.net ...]
//
// The matrices factorised are I/(h gamma) - J, J the Jacobian of the model at its initial state
// plus a thousandth of its largest amount everywhere. Without models: a random matrix of 300 rows
// with 3 %.
// KLU with AMD ordering, refactorisation with the pivots of a first factorisation: what SUNDIALS
// does between steps. Times are CPU time, best of several rounds, all in one run.
#include <klu.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/math/lane_kernels.hpp"
#include "erbium/math/left_looking_lu.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/supernodal_lu.hpp"
#include "load_network.hpp"

namespace {

using namespace erbium::math;

struct Matrix {
    std::string name;
    std::vector<std::int32_t> begins;
    std::vector<std::int32_t> rows;
    std::vector<double> values;
};

using erbium::bench::cpu_seconds;

/// Best CPU time of one call [us].
template <class Call>
double microseconds(Call call) {
    double best = 1e300;
    const double start = cpu_seconds();
    for (int round = 0; round < 200 && (round < 3 || cpu_seconds() - start < 0.4); ++round) {
        const double begin = cpu_seconds();
        call();
        best = std::min(best, cpu_seconds() - begin);
    }
    return 1e6 * best;
}

Matrix jacobian_of(const std::string& path) {
    const erbium::eqn::System system = erbium::bench::compiled(erbium::bench::load_network(path));
    const erbium::eqn::Program program = system.program();
    Matrix matrix;
    matrix.name = path.substr(path.find_last_of('/') + 1);
    matrix.begins.assign(program.column_begins.begin(), program.column_begins.end());
    matrix.rows.assign(program.row_of_entry.begin(), program.row_of_entry.end());
    matrix.values.resize(system.jacobian_size());
    erbium::eqn::ReferenceKernel kernel{system};
    std::vector<double> y(system.state_count());
    kernel.initial_state(y);
    const double largest = *std::max_element(y.begin(), y.end());
    for (double& amount : y) {
        amount += 1e-3 * largest;
    }
    kernel.jacobian(0.0, y, matrix.values);
    return matrix;
}

Matrix random_matrix(std::size_t n, double density) {
    std::mt19937_64 random{1};
    std::uniform_real_distribution<double> unit;
    Matrix matrix;
    matrix.name = "random" + std::to_string(n);
    matrix.begins.push_back(0);
    for (std::size_t j = 0; j < n; ++j) {
        double sum = 0.0;
        std::size_t diagonal = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i == j || unit(random) < density) {
                diagonal = i == j ? matrix.values.size() : diagonal;
                matrix.rows.push_back(static_cast<std::int32_t>(i));
                matrix.values.push_back(unit(random));
                sum += matrix.values.back();
            }
        }
        matrix.values[diagonal] = -sum;
        matrix.begins.push_back(static_cast<std::int32_t>(matrix.rows.size()));
    }
    return matrix;
}

void measure_supernodes(const Matrix& matrix, double shift, double klu_refactor_us,
                        double klu_solve_us) {
    const std::size_t n = matrix.begins.size() - 1;
    const auto begin = std::chrono::steady_clock::now();
    const SupernodePlan plan = SupernodePlan::make({matrix.begins, matrix.rows});
    const std::chrono::duration<double, std::milli> planning =
        std::chrono::steady_clock::now() - begin;
    const SupernodePlanReport& report = plan.report();
    std::printf(
        "  supernodes %.0f ms: %s, %zu entries, %.2f Mflop; %zu values, %.2f Mflop, %zu "
        "supernodes, %zu sources; model %.0f kcycles\n",
        planning.count(), report.ordering.c_str(), report.entry_count, 1e-6 * report.flops,
        report.value_count, 1e-6 * report.padded_flops, report.supernode_count, report.source_count,
        1e-3 * report.estimated_cycles);
    for (const Target target : supported_targets()) {
        SupernodalLu lu{plan, target};
        double growth = 0.0;
        std::vector<double> b(n, 1.0);
        std::vector<double> x(n);
        const double factor_us =
            microseconds([&] { growth = lu.factor(matrix.values.data(), -1.0, shift); });
        const double solve_us = microseconds([&] { lu.solve(b.data(), x.data()); });
        std::printf(
            "  %-9s one matrix    factor   %9.1f us  solve %7.2f us  x%.1f x%.1f  %.1f GF/s  error "
            "%.1e growth %.1e\n",
            std::string{name(target)}.c_str(), factor_us, solve_us, klu_refactor_us / factor_us,
            klu_solve_us / solve_us, 1e-3 * report.padded_flops / factor_us,
            lu.backward_error(matrix.values.data(), -1.0, shift, b.data(), x.data()), growth);
    }
}

void measure_left_looking(const Matrix& matrix, double shift, double klu_refactor_us,
                          double klu_solve_us) {
    const std::size_t n = matrix.begins.size() - 1;
    const auto begin = std::chrono::steady_clock::now();
    const LeftLookingPlan plan = LeftLookingPlan::make({matrix.begins, matrix.rows});
    const std::chrono::duration<double, std::milli> planning =
        std::chrono::steady_clock::now() - begin;
    const LeftLookingReport& report = plan.report();
    std::printf(
        "  left-looking %.0f ms: %s, %zu entries in %zu terms, %.2f Mflop; %.2f Mflop, %zu "
        "panels, "
        "%zu supernodes, %zu sources; model %.0f kcycles\n",
        planning.count(), report.ordering.c_str(), report.entry_count, report.term_count,
        1e-6 * report.flops, 1e-6 * report.padded_flops, report.panel_count, report.supernode_count,
        report.source_count, 1e-3 * report.estimated_cycles);
    for (const Target target : supported_targets()) {
        LeftLookingLu lu{plan, target};
        double growth = 0.0;
        std::vector<double> b(n, 1.0);
        std::vector<double> x(n);
        const double factor_us =
            microseconds([&] { growth = lu.factor(matrix.values.data(), -1.0, shift); });
        const double solve_us = microseconds([&] { lu.solve(b.data(), x.data()); });
        std::printf(
            "  %-9s left-looking  factor   %9.1f us  solve %7.2f us  x%.1f x%.1f  %.1f GF/s  error "
            "%.1e growth %.1e\n",
            std::string{name(target)}.c_str(), factor_us, solve_us, klu_refactor_us / factor_us,
            klu_solve_us / solve_us, 1e-3 * report.flops / factor_us,
            lu.backward_error(matrix.values.data(), -1.0, shift, b.data(), x.data()), growth);
    }
}

void measure(Matrix matrix) {
    const std::size_t n = matrix.begins.size() - 1;
    double largest = 0.0;
    for (const double v : matrix.values) {
        largest = std::max(largest, std::fabs(v));
    }
    const double shift = 1e-3 * largest;
    klu_common common;
    klu_defaults(&common);
    common.ordering = 0;  // AMD
    std::vector<double> shifted = matrix.values;
    for (std::size_t j = 0; j < n; ++j) {
        for (auto e = matrix.begins[j]; e < matrix.begins[j + 1]; ++e) {
            double& v = shifted[static_cast<std::size_t>(e)];
            v = (matrix.rows[static_cast<std::size_t>(e)] == static_cast<std::int32_t>(j) ? shift
                                                                                          : 0.0) -
                v;
        }
    }
    const int size = static_cast<int>(n);
    klu_symbolic* symbolic = klu_analyze(size, matrix.begins.data(), matrix.rows.data(), &common);
    klu_numeric* numeric =
        klu_factor(matrix.begins.data(), matrix.rows.data(), shifted.data(), symbolic, &common);
    const double klu_refactor_us = microseconds([&] {
        klu_refactor(matrix.begins.data(), matrix.rows.data(), shifted.data(), symbolic, numeric,
                     &common);
    });
    std::vector<double> x(n, 1.0);
    const double klu_solve_us =
        microseconds([&] { klu_solve(symbolic, numeric, size, 1, x.data(), &common); });
    std::printf("%s: %zu rows, %zu entries\n", matrix.name.c_str(), n, matrix.values.size());
    std::printf("  %-22s refactor %9.1f us  solve %7.2f us  (%d entries in L + U)\n", "KLU, AMD",
                klu_refactor_us, klu_solve_us, numeric->lnz + numeric->unz);
    klu_free_numeric(&numeric, &common);
    klu_free_symbolic(&symbolic, &common);

    measure_supernodes(matrix, shift, klu_refactor_us, klu_solve_us);
    constexpr std::size_t kMostForLanes = 2000;
    if (n > kMostForLanes) {
        return;
    }
    measure_left_looking(matrix, shift, klu_refactor_us, klu_solve_us);
    const auto begin = std::chrono::steady_clock::now();
    const LuPlan plan = LuPlan::make({matrix.begins, matrix.rows});
    const std::chrono::duration<double, std::milli> planning =
        std::chrono::steady_clock::now() - begin;
    const LuPlanReport& report = plan.report();
    std::printf(
        "  plan %.0f ms: %s, %zu entries, %.2f Mflop; %zu values, %.2f Mflop, %zu blocks, %zu "
        "tasks; model %.0f kcycles\n",
        planning.count(), report.ordering.c_str(), report.entry_count, 1e-6 * report.flops,
        report.value_count, 1e-6 * report.padded_flops, report.block_count, report.task_count,
        1e-3 * report.estimated_cycles);
    const LuProgram program = plan.program();
    for (const LaneKernels& kernels : lane_kernels()) {
        const auto width = static_cast<std::size_t>(kernels.width);
        std::vector<double> entries((matrix.values.size() + 1) * width);
        for (std::size_t e = 0; e < matrix.values.size(); ++e) {
            for (std::size_t l = 0; l < width; ++l) {
                entries[e * width + l] = matrix.values[e] * (1.0 + 0.01 * static_cast<double>(l));
            }
        }
        const std::vector<double> shifts(width, shift);
        std::vector<double> values(plan.value_count() * width + 8);
        double* const aligned = reinterpret_cast<double*>(
            (reinterpret_cast<std::uintptr_t>(values.data()) + 63) / 64 * 64);
        std::vector<double> growth(width);
        std::vector<double> b(n * width, 1.0);
        std::vector<double> work(2 * n * width);
        std::vector<double> result(n * width);
        std::vector<double> error(width);
        const double factor_us = microseconds([&] {
                                     kernels.factor(program, entries.data(), -1.0, shifts.data(),
                                                    aligned, growth.data());
                                 }) /
                                 static_cast<double>(width);
        const double solve_us =
            microseconds(
                [&] { kernels.solve(program, aligned, b.data(), work.data(), result.data()); }) /
            static_cast<double>(width);
        const double check_us =
            microseconds([&] {
                kernels.backward_error(program, entries.data(), -1.0, shifts.data(), b.data(),
                                       result.data(), nullptr, work.data(), error.data());
            }) /
            static_cast<double>(width);
        std::printf(
            "  %-9s x%d            factor   %9.1f us  solve %7.2f us  check %6.2f us  x%.1f x%.1f"
            "  %.1f GF/s  error %.1e growth %.1e\n",
            std::string{name(kernels.target)}.c_str(), kernels.width, factor_us, solve_us, check_us,
            klu_refactor_us / factor_us, klu_solve_us / solve_us,
            1e-3 * report.padded_flops / factor_us, *std::max_element(error.begin(), error.end()),
            *std::max_element(growth.begin(), growth.end()));
    }
}

}  // namespace

int main(int count, char** arguments) {
    measure(random_matrix(300, 0.03));
    for (int i = 1; i < count; ++i) {
        measure(jacobian_of(arguments[i]));
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// bench/kernels.cpp: calls one hot kernel a number of times, for bench/count_instructions.
//
//   bench_kernels KERNEL CALLS [avx2|avx512|portable]
//
// On a random mass-action network of 250 species and 1,000 reactions that never changes. The
// instructions of one call are the difference of two runs, divided by the difference of CALLS.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/math/aligned.hpp"
#include "erbium/math/left_looking_lu.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/supernodal_lu.hpp"
#include "erbium/sim/derivative_check.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "erbium/sim/sensitivity.hpp"
#include "erbium/sim/sensitivity_kernels.hpp"
#include "erbium/sim/sensitivity_net_rates.hpp"
#include "load_network.hpp"
#include "tests/support/ode_zoo.hpp"

namespace {

using namespace erbium;

eqn::System random_system() {
    std::mt19937_64 random{12};
    zoo::NetworkMaker maker;
    std::vector<std::string> names;
    for (int s = 0; s < 250; ++s) {
        names.push_back("S" + std::to_string(s));
        maker.species(names.back(), std::to_string(1.0 + static_cast<double>(random() % 100)));
    }
    for (int r = 0; r < 1000; ++r) {
        const std::string k = "k" + std::to_string(r);
        maker.parameter(k, std::to_string(0.001 * static_cast<double>(1 + random() % 1000)));
        // Neighbours mostly, as complexes that grow by one part at a time.
        const std::size_t a = random() % names.size();
        const std::size_t b = (a + 1 + random() % 12) % names.size();
        const std::size_t c = random() % 8 == 0 ? random() % names.size() : (a + 1) % names.size();
        if (r % 2 == 0) {
            maker.reaction({names[a], names[b]}, {names[c]}, {k});
        } else {
            maker.reaction({names[c]}, {names[a], names[b]}, {k});
        }
    }
    return bench::value_or_exit(eqn::compile(maker.network()));
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::puts("usage: bench_kernels KERNEL CALLS [avx2|avx512|portable]");
        return 2;
    }
    const std::string_view kernel = arguments[1];
    const int calls = std::atoi(arguments[2]);
    const std::string_view target = count > 3 ? arguments[3] : "avx2";
    const sim::SystemKernels* kernels = nullptr;
    for (const sim::SystemKernels& candidate : sim::system_kernels()) {
        if (math::name(candidate.math->target) == target) {
            kernels = &candidate;  // the widest stands last
        }
    }
    if (kernels == nullptr) {
        std::printf("no kernels for %s here\n", arguments[3]);
        return 2;
    }
    const sim::LaneTables tables{random_system()};
    const eqn::System& system = tables.system();
    const std::size_t w = kernels->width;
    const std::size_t n = system.state_count();
    math::AlignedDoubles y(n * w);
    math::AlignedDoubles slots(tables.slot_count() * w, 1.0);
    math::AlignedDoubles scratch(std::max(tables.rate_count(), tables.partial_count()) * w);
    math::AlignedDoubles rates(n * w);
    math::AlignedDoubles entries((system.jacobian_size() + 1) * w);
    const math::AlignedDoubles t(w, 0.0);
    const math::AlignedDoubles shift(w, 1e4);
    math::AlignedDoubles growth(w);
    eqn::ReferenceKernel reference{system};
    std::vector<double> start(n);
    reference.initial_state(start);
    for (std::size_t i = 0; i < n * w; ++i) {
        y[i] = start[i / w];
    }
    kernels->rates_of_change(tables.program(), t.data(), y.data(), slots.data(), scratch.data(),
                             rates.data());
    kernels->jacobian_entries(tables.program(), y.data(), slots.data(), scratch.data(),
                              entries.data());
    const math::SparsePattern pattern{system.program().column_begins,
                                      system.program().row_of_entry};
    const math::LuPlan plan = math::LuPlan::make(pattern);
    math::AlignedDoubles factors(plan.value_count() * w);
    math::AlignedDoubles work(2 * n * w);
    math::AlignedDoubles x(n * w);
    kernels->math->factor(plan.program(), entries.data(), -1.0, shift.data(), factors.data(),
                          growth.data());
    math::SupernodalLu single{math::SupernodePlan::make(pattern), kernels->math->target};
    single.factor(entries.data(), -1.0, shift[0], w);
    math::LeftLookingLu columns{math::LeftLookingPlan::make(pattern), kernels->math->target};
    std::vector<double> one(system.jacobian_size());
    for (std::size_t e = 0; e < one.size(); ++e) {
        one[e] = entries[e * w];
    }
    columns.factor(one.data(), -1.0, shift[0]);
    const math::Substitution substitution{columns.plan().order(), columns.plan().factor_places()};
    std::vector<double> taken(substitution.value_count());
    substitution.take(columns.factors(), taken);
    const sim::SensitivityKernels* sensitivities = nullptr;
    for (const sim::SensitivityKernels& candidate : sim::sensitivity_kernels()) {
        sensitivities = candidate.system == kernels ? &candidate : sensitivities;
    }
    const sim::DirectionKernels& inputs = sim::kernels_for(*sensitivities, 16);
    const sim::NetRates net{tables};
    const math::AlignedDoubles slopes(net.coefficients().count, 0.5);
    const math::AlignedDoubles many(net.row_count() * inputs.width, 1.0);
    math::AlignedDoubles many_rates(net.size() * inputs.width);
    math::AlignedDoubles many_x(n * inputs.width);
    math::AlignedDoubles many_work(n * inputs.width);
    // Three steps or so of one run, by ten inputs.
    sim::Run run;
    run.output_times = {1e-6};
    run.recording.species = {SpeciesId{0}};
    std::vector<sim::Input> by = sim::independent_parameters(system);
    by.resize(10);
    sim::SensitivityOptions options;
    options.target = kernels->math->target;
    sim::SensitivitySolver derivatives{system, options};
    const sim::OutputWeights weights = [](std::size_t /*task*/, const sim::Result& result) {
        return std::vector<double>(result.values.size(), 1.0);
    };
    for (int i = 0; i < calls; ++i) {
        if (kernel == "rates") {
            kernels->rates_of_change(tables.program(), t.data(), y.data(), slots.data(),
                                     scratch.data(), rates.data());
        } else if (kernel == "jacobian") {
            kernels->jacobian_entries(tables.program(), y.data(), slots.data(), scratch.data(),
                                      entries.data());
        } else if (kernel == "factor") {
            kernels->math->factor(plan.program(), entries.data(), -1.0, shift.data(),
                                  factors.data(), growth.data());
        } else if (kernel == "solve") {
            kernels->math->solve(plan.program(), factors.data(), rates.data(), work.data(),
                                 x.data());
        } else if (kernel == "factor_one_matrix") {
            single.factor(entries.data(), -1.0, shift[0], w);
        } else if (kernel == "solve_one_matrix") {
            single.solve(rates.data(), x.data(), w);
        } else if (kernel == "solve_for_many") {
            inputs.solves.solve_supernodes(single.plan().program(), single.factors().data(),
                                           many.data(), many_work.data(), many_x.data());
        } else if (kernel == "factor_left_looking") {
            columns.factor(one.data(), -1.0, shift[0]);
        } else if (kernel == "solve_left_looking") {
            columns.solve(start.data(), x.data());
        } else if (kernel == "left_looking_for_many") {
            substitution.solve(inputs.solves, taken, many.data(), many_work.data(), many_x.data());
        } else if (kernel == "net_rates") {
            inputs.net_rates(net.sums(), slopes.data(), many.data(), many.data(),
                             many_rates.data());
        } else if (kernel == "forward_run") {
            (void)derivatives.forward(run, by);
        } else if (kernel == "adjoint_run") {
            (void)derivatives.gradient(run, by, weights);
        } else {
            std::printf("no kernel %s\n", arguments[1]);
            return 2;
        }
    }
    return 0;
}

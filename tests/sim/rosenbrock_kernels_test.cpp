// SPDX-License-Identifier: Apache-2.0
// tests/sim/rosenbrock_kernels_test.cpp: rates, Jacobians and factors over lanes against the scalar
// interpreter and LU with row exchanges, on every kernel that this machine has.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "conformance_folder.hpp"
#include "erbium/base/text.hpp"
#include "erbium/eqn/arithmetic.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/math/lu_plan.hpp"
#include "erbium/math/ordering.hpp"
#include "erbium/math/row_exchange_lu.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/sim/lanes_kernels.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

/// One reaction per kind of instruction that lanes compute themselves, and some that they leave to
/// the scalar definition.
net::Network with_many_functions() {
    zoo::NetworkMaker m;
    m.species("A", "2").species("B", "3").species("C", "0.5");
    m.observable("X", {{"A", 1.0}, {"B", 2.5}}).observable("Y", {{"C", 1.0}});
    m.parameter("k", "0.3").parameter("K", "1.7").parameter("n", "2.3");
    const std::vector<std::string> rates{
        "k*X^n/(K^n+X^n)", "exp(-X)*k",        "ln(1+X)*k",      "log10(1+Y)*k",
        "log2(1+Y)*k",     "sqrt(X+Y)*k",      "abs(X-Y)*k",     "min(X,Y)*k",
        "max(X,Y)*k",      "if(X>Y,k,2*k)",    "if(X<=Y,k,2*k)", "if((X>1)&&(Y>1),k,3*k)",
        "if(X==Y,k,Y)",    "k*sin(time())^2",  "k*tanh(X)",      "floor(X)*k",
        "-X+(X-Y)/(1+Y)",  "if(!(X>Y),k,4*k)", "k*(X!=Y)",       "if((X>9)||(Y>9),k,5*k)"};
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const std::string name = "f" + std::to_string(i);
        m.function(name, rates[i]);
        m.reaction({"A"}, {"B", "C"}, {name}, net::RateLawKind::function);
        m.reaction({"B", "C"}, {"A"}, {name}, net::RateLawKind::function);
        m.reaction({"A", "A", "C"}, {}, {"k"});
        m.reaction({}, {"A"}, {"k"});
    }
    return m.network();
}

class SystemKernel : public ::testing::TestWithParam<SystemKernels> {
protected:
    /// Every lane has its own state; parameters are the model's.
    void expect_agreement(const eqn::System& system, double largest_amount) const {
        const SystemKernels& kernels = GetParam();
        const std::size_t w = kernels.width;
        const std::size_t n = system.state_count();
        const LaneTables tables{system};
        const eqn::Program program = system.program();
        eqn::ReferenceKernel reference{system};
        std::vector<double> slots(tables.slot_count() * w, 0.0);
        for (std::size_t l = 0; l < w; ++l) {
            for (std::size_t i = 0; i < program.literals.size(); ++i) {
                slots[i * w + l] = program.literals[i];
            }
            for (std::uint32_t p = 0; p < program.parameter_count; ++p) {
                slots[(program.parameter_begin + p) * w + l] = reference.parameter(ParameterId{p});
            }
            for (const eqn::Instruction& i : program.constants_tape) {
                if (i.op != eqn::Opcode::define_parameter) {
                    slots[i.dst * w + l] = eqn::evaluate(i.op, slots[i.a * w + l],
                                                         slots[i.b * w + l], slots[i.c * w + l]);
                }
            }
        }
        std::mt19937_64 random{3};
        std::uniform_real_distribution<double> amount{0.0, largest_amount};
        std::vector<double> y(n * w);
        for (double& value : y) {
            value = amount(random);
        }
        std::vector<double> t(w);
        for (double& value : t) {
            value = amount(random);
        }
        std::vector<double> scratch(std::max(tables.rate_count(), tables.partial_count()) * w);
        std::vector<double> rate(n * w, std::nan(""));
        std::vector<double> entries((system.jacobian_size() + 1) * w, 0.0);
        kernels.rates_of_change(tables.program(), t.data(), y.data(), slots.data(), scratch.data(),
                                rate.data());
        kernels.jacobian_entries(tables.program(), y.data(), slots.data(), scratch.data(),
                                 entries.data());
        const math::LuPlan plan = math::LuPlan::make({program.column_begins, program.row_of_entry});
        std::vector<double> factors(plan.value_count() * w);
        std::vector<double> shift(w);
        for (std::size_t l = 0; l < w; ++l) {
            double largest = 0.0;
            for (std::size_t e = 0; e < system.jacobian_size(); ++e) {
                largest = std::max(largest, std::fabs(entries[e * w + l]));
            }
            shift[l] = 1e-4 * largest;
        }
        std::vector<double> growth(w);
        std::vector<double> work(2 * n * w);
        std::vector<double> x(n * w);
        kernels.math->factor(plan.program(), entries.data(), -1.0, shift.data(), factors.data(),
                             growth.data());
        kernels.math->solve(plan.program(), factors.data(), rate.data(), work.data(), x.data());
        for (std::size_t l = 0; l < w; ++l) {
            std::vector<double> state(n);
            std::vector<double> expected_rate(n);
            std::vector<double> expected_entries(system.jacobian_size());
            for (std::size_t i = 0; i < n; ++i) {
                state[i] = y[i * w + l];
            }
            reference.rhs(t[l], state, expected_rate);
            double sum = 0.0;  // of magnitudes: what rounding of sums in another order is part of
            for (const double r : reference.reaction_rates()) {
                sum = std::max(sum, std::fabs(r));
            }
            reference.jacobian(t[l], state, expected_entries);
            double largest = 0.0;
            for (const double entry : expected_entries) {
                largest = std::max(largest, std::fabs(entry));
            }
            for (std::size_t i = 0; i < n; ++i) {
                ASSERT_TRUE(near_rel(rate[i * w + l], expected_rate[i], 1e-13, 1e-12 * sum))
                    << "rate of " << system.species().names()[i];
            }
            for (std::size_t e = 0; e < expected_entries.size(); ++e) {
                ASSERT_TRUE(
                    near_rel(entries[e * w + l], expected_entries[e], 1e-12, 1e-13 * largest))
                    << "entry " << e;
            }
            math::RowExchangeLu lu{plan.pattern(), math::minimum_degree_order(plan.pattern())};
            ASSERT_TRUE(lu.factor(expected_entries.data(), -1.0, shift[l]));
            lu.solve(expected_rate.data(), expected_rate.data());
            double size = 0.0;
            for (const double value : expected_rate) {
                size = std::max(size, std::fabs(value));
            }
            EXPECT_LT(growth[l], 1e3);
            for (std::size_t i = 0; i < n; ++i) {
                // The condition of the matrix is about 1e4 times the spread of the rates.
                ASSERT_TRUE(near_rel(x[i * w + l], expected_rate[i], 1e-7, 1e-8 * size))
                    << "solution, row " << i;
            }
        }
    }
};

TEST_P(SystemKernel, AgreesWithTheScalarInterpreterOnEveryKindOfInstruction) {
    const eqn::System system = compiled(with_many_functions());
    expect_agreement(system, 3.0);
    expect_agreement(system, 30.0);
}

TEST_P(SystemKernel, AgreesWithTheScalarInterpreterOnAPublishedNetwork) {
    const std::string path =
        (conformance_folder(ERBIUM_SOURCE_DIR) / "bngl" / "networks" / "bcr.net").string();
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << path << " is not there";
    }
    const auto network = net::parse_net(read_file(path), path);
    ASSERT_TRUE(network) << network.error().text();
    expect_agreement(compiled(network.value()), 1000.0);
}

INSTANTIATE_TEST_SUITE_P(All, SystemKernel,
                         ::testing::ValuesIn(system_kernels().begin(), system_kernels().end()),
                         [](const auto& kernel) {
                             return std::string{math::name(kernel.param.math->target)} + "_" +
                                    std::to_string(kernel.param.math->width);
                         });

}  // namespace
}  // namespace erbium::sim

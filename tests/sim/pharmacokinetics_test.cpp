// SPDX-License-Identifier: Apache-2.0
// tests/sim/pharmacokinetics_test.cpp: one to three compartments with every kind of dose, against
// matrix exponentials.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "erbium/sim/batch.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

constexpr std::size_t kSize = 4;  // three compartments and the infusion
using Matrix = std::array<std::array<long double, kSize>, kSize>;
using State = std::array<long double, kSize>;

Matrix product(const Matrix& a, const Matrix& b) {
    Matrix c{};
    for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t k = 0; k < kSize; ++k) {
            for (std::size_t j = 0; j < kSize; ++j) {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    return c;
}

/// e^A by 20 terms of the series of A / 2^12, squared 12 times; in long double good to 1e-15.
Matrix exponential(Matrix a) {
    constexpr int kSquarings = 12;
    for (auto& row : a) {
        for (long double& entry : row) {
            entry = std::ldexp(entry, -kSquarings);
        }
    }
    Matrix sum{};
    Matrix term{};
    for (std::size_t i = 0; i < kSize; ++i) {
        sum[i][i] = term[i][i] = 1.0L;
    }
    for (int n = 1; n < 20; ++n) {
        term = product(term, a);
        for (std::size_t i = 0; i < kSize; ++i) {
            for (std::size_t j = 0; j < kSize; ++j) {
                term[i][j] /= n;
                sum[i][j] += term[i][j];
            }
        }
    }
    for (int n = 0; n < kSquarings; ++n) {
        sum = product(sum, sum);
    }
    return sum;
}

/// The central compartment with elimination 0.3/h, and up to two peripheral ones beside it.
struct Model {
    int compartments{};
    net::Network network;
    Matrix rates{};  // dx/dt = rates x, the last "state" being the infusion's rate
};

Model model_of(int compartments) {
    zoo::NetworkMaker m;
    m.parameter("k10", "0.3").parameter("R", "0");
    Model model{.compartments = compartments};
    model.rates[0][0] = -0.3L;
    model.rates[0][kSize - 1] = 1.0L;
    m.species("C", "0");
    m.reaction({"C"}, {}, {"k10"}).reaction({}, {"C"}, {"R"});
    const std::array<std::array<long double, 2>, 2> exchange{{{0.8L, 0.2L}, {5.0L, 0.01L}}};
    const std::array<std::array<std::string, 2>, 2> text{{{"0.8", "0.2"}, {"5", "0.01"}}};
    for (std::size_t p = 0; p + 1 < static_cast<std::size_t>(compartments); ++p) {
        const std::string name = "P" + std::to_string(p);
        m.parameter("out" + name, text[p][0]).parameter("back" + name, text[p][1]);
        m.species(name, "0");
        m.reaction({"C"}, {name}, {"out" + name}).reaction({name}, {"C"}, {"back" + name});
        model.rates[0][0] -= exchange[p][0];
        model.rates[p + 1][0] += exchange[p][0];
        model.rates[0][p + 1] += exchange[p][1];
        model.rates[p + 1][p + 1] -= exchange[p][1];
    }
    model.network = m.network();
    return model;
}

constexpr ParameterId kInfusion{1};

/// Boluses at the start, two at one time, at an output; an infusion over three outputs, one of no
/// length, one that begins as another ends, a dose of nothing.
std::vector<Event> doses() {
    const auto bolus = [](double t, double amount) {
        return Event{t, {}, {{SpeciesId{0}, StateChange::Kind::add, amount}}};
    };
    const auto infusion = [](double t, double rate) { return Event{t, {{kInfusion, rate}}, {}}; };
    return {bolus(0.0, 10.0),   bolus(2.0, 4.0),     bolus(2.0, 6.0),      bolus(2.5, 0.0),
            infusion(3.0, 5.0), infusion(6.0, 2.0),  infusion(7.25, 0.0),  infusion(9.0, 99.0),
            infusion(9.0, 0.0), bolus(168.0, 100.0), infusion(500.0, 1e-3)};
}

std::vector<double> exact(const Model& model, double until) {
    State x{};
    double t = 0.0;
    std::vector<Event> events = doses();
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time < b.time; });
    const auto go_to = [&](double next) {
        Matrix scaled = model.rates;
        for (auto& row : scaled) {
            for (long double& entry : row) {
                entry *= static_cast<long double>(next) - t;
            }
        }
        const Matrix e = exponential(scaled);
        State y{};
        for (std::size_t i = 0; i < kSize; ++i) {
            for (std::size_t j = 0; j < kSize; ++j) {
                y[i] += e[i][j] * x[j];
            }
        }
        x = y;
        t = next;
    };
    for (const Event& event : events) {
        if (event.time > until) {
            break;
        }
        go_to(event.time);
        if (!event.parameters.empty()) {
            x[kSize - 1] = event.parameters.front().value;
        } else {
            x[0] += event.states.front().value;
        }
    }
    go_to(until);
    std::vector<double> amounts;
    for (std::size_t i = 0; i < static_cast<std::size_t>(model.compartments); ++i) {
        amounts.push_back(static_cast<double>(x[i]));
    }
    return amounts;
}

void expect_exact(const Model& model, const Result& result) {
    ASSERT_TRUE(result.status.ok()) << result.status.message;
    for (std::size_t i = 0; i < result.times.size(); ++i) {
        EXPECT_TRUE(all_near(result.row(i), exact(model, result.times[i]), 1e-9))
            << model.compartments << " compartments, time " << result.times[i];
    }
}

TEST(Pharmacokinetics, EveryIntegratorMeetsTheClosedFormsToNineDigits) {
    for (int compartments = 1; compartments <= 3; ++compartments) {
        const Model model = model_of(compartments);
        const auto system = eqn::compile(model.network);
        ASSERT_TRUE(system) << system.error().text();
        sim::Run run;
        run.events = doses();
        run.output_times = {0.0,  1e-3, 1.0,  2.0,   3.0,   4.5,  6.0,
                            7.25, 9.0,  24.0, 168.0, 169.0, 720.0};
        run.recording = Recording::all(system.value());
        const SolverOptions own{{1e-11, 1e-16}, 200000, Method::own};
        expect_exact(model, solve(system.value(), run, own));
        BatchOptions batch;
        batch.solver = own;
        expect_exact(model, BatchSolver{system.value(), batch}.solve(std::vector{run}).front());
        if (has_cvode()) {
            expect_exact(model,
                         solve(system.value(), run, {{1e-12, 1e-16}, 200000, Method::cvode}));
        }
    }
}

}  // namespace
}  // namespace erbium::sim

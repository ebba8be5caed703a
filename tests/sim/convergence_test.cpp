// SPDX-License-Identifier: Apache-2.0
// tests/sim/convergence_test.cpp: with steps of equal length errors fall with the method's order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/sim/esdirk_solver.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/rosenbrock_solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

/// Largest error at the ends and, by dense output, in the middle of steps.
struct Errors {
    double at_end{};
    double inside{};
};

/// A method under test; order and the integrator that carries it out.
struct TestedMethod {
    std::string_view name;
    int order{};
    int dense_order{};
    std::unique_ptr<Integrator> (*make)(eqn::ReferenceKernel& kernel);
};

template <const RosenbrockTableau& (*tableau)()>
std::unique_ptr<Integrator> make_rosenbrock(eqn::ReferenceKernel& kernel) {
    const Reduction reduction = Reduction::of(kernel.system(), Reducing::none);
    return std::make_unique<RosenbrockIntegrator>(kernel, reduction.elimination(),
                                                  plan_matrix(reduction.pattern()), tableau());
}

std::unique_ptr<Integrator> make_esdirk(eqn::ReferenceKernel& kernel) {
    const Reduction reduction = Reduction::of(kernel.system(), Reducing::none);
    // Newton's iteration goes to rounding, so that the order is the method's.
    return std::make_unique<EsdirkIntegrator>(kernel, reduction.elimination(),
                                              plan_matrix(reduction.pattern()), esdirk4(), 1e-13);
}

Errors errors_of(const zoo::ExactProblem& problem, const TestedMethod& method, int steps) {
    const auto system = eqn::compile(problem.network);
    EXPECT_TRUE(system);
    eqn::ReferenceKernel kernel{system.value()};
    const std::unique_ptr<Integrator> made = method.make(kernel);
    Integrator& integrator = *made;
    const double end = 1.0;
    const double h = end / steps;
    std::vector<double> y(system.value().state_count());
    kernel.initial_state(y);
    integrator.begin_run(100.0, 1000000);  // no step is ever rejected
    integrator.start(0.0, y, 100.0, end, false, 10.0 * end);
    double t = 0.0;
    Errors errors;
    std::vector<double> middle(y.size());
    const auto error_at = [&](double time, const std::vector<double>& found) {
        const std::vector<double> exact = problem.solution(time);
        double worst = 0.0;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            worst = std::max(worst, std::fabs(found[i] - exact[i]));
        }
        return worst;
    };
    for (int i = 1; i <= steps; ++i) {
        const double before = t;
        EXPECT_TRUE(integrator.step(i == steps ? end : i * h, t, y).ok());
        integrator.interpolate(0.5 * (before + t), middle);
        errors.at_end = std::max(errors.at_end, error_at(t, y));
        errors.inside = std::max(errors.inside, error_at(0.5 * (before + t), middle));
    }
    return errors;
}

class Convergence : public ::testing::TestWithParam<TestedMethod> {};

TEST_P(Convergence, HasTheMethodsOrderAndThatOfItsDenseOutput) {
    const TestedMethod& method = GetParam();
    for (const zoo::ExactProblem& problem :
         {zoo::linear_chain(1.0, 2.0), zoo::dimerisation(), zoo::binding(), zoo::forced_growth()}) {
        const Errors coarse = errors_of(problem, method, 8);
        const Errors fine = errors_of(problem, method, 32);
        const double order = std::log(coarse.at_end / fine.at_end) / std::log(4.0);
        EXPECT_TRUE(order > method.order - 0.4 || fine.at_end < 1e-10)  // close to rounding
            << problem.name << ": order " << order << ", " << fine.at_end;
        const double dense = std::log(coarse.inside / fine.inside) / std::log(4.0);
        EXPECT_GT(dense, method.dense_order - 0.4) << problem.name << ": " << fine.inside;
        EXPECT_LT(fine.at_end, 1e-5) << problem.name;
    }
}

TEST_P(Convergence, LosesLittleOfItWhereTheProblemIsStiff) {
    const TestedMethod& method = GetParam();
    for (const zoo::ExactProblem& problem :
         {zoo::prothero_robinson(), zoo::kaps(), zoo::linear_chain(1.0, 1e6)}) {
        const Errors coarse = errors_of(problem, method, 8);
        const Errors fine = errors_of(problem, method, 32);
        const double order = std::log(coarse.at_end / fine.at_end) / std::log(4.0);
        // Methods without order on the slow manifold are still exact to a part of 1/stiffness.
        EXPECT_TRUE(order > 1.8 || fine.at_end < 1e-8)
            << problem.name << ": " << coarse.at_end << " to " << fine.at_end;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Convergence,
                         ::testing::Values(TestedMethod{"Rodas4", 4, 3, make_rosenbrock<rodas4>},
                                           TestedMethod{"Rodas5P", 5, 4, make_rosenbrock<rodas5p>},
                                           TestedMethod{"Esdirk4", 4, 3, make_esdirk}),
                         [](const auto& test) { return std::string{test.param.name}; });

}  // namespace
}  // namespace erbium::sim

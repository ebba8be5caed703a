// SPDX-License-Identifier: Apache-2.0
// tests/sim/ladder_test.cpp: what is tried when an integrator fails, with integrators that fail.
#include "erbium/sim/ladder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "compiled.hpp"
#include "erbium/sim/cvodes_solver.hpp"
#include "erbium/sim/reduction.hpp"
#include "erbium/sim/rosenbrock_solver.hpp"
#include "erbium/sim/solver.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"

namespace erbium::sim {
namespace {

/// Rodas5P that from a time on can solve none of its linear systems, with row exchanges or without.
class Refusing final : public RosenbrockIntegrator {
public:
    Refusing(eqn::ReferenceKernel& kernel, const Reduction& reduction, const MatrixPlan& plan,
             double from)
        : RosenbrockIntegrator{kernel, reduction.elimination(), plan}, from_{from} {}

    int refusals() const noexcept { return refusals_; }

private:
    Outcome attempt(double h) override {
        if (t_ + h <= from_) {
            return RosenbrockIntegrator::attempt(h);
        }
        ++refusals_;
        return Outcome::no_factors;
    }

    double from_;
    int refusals_{};
};

/// The parts that a Solver is made of, for one run.
struct Parts {
    explicit Parts(const eqn::System& system, double refuses_from)
        : kernel{system},
          reduction{Reduction::of(system)},
          plan{plan_matrix(reduction.pattern())},
          trajectory{kernel},
          own{kernel, reduction, plan, refuses_from},
          cvode{make_cvodes_integrator(kernel)} {}

    Result descend(const Run& run, bool has_last_resort) {
        Result result;
        sim::descend(
            trajectory, run, own, [&] { return has_last_resort ? cvode.get() : nullptr; },
            {.tolerances = {1e-9, 1e-12}}, {}, result);
        return result;
    }

    eqn::ReferenceKernel kernel;
    Reduction reduction;
    MatrixPlan plan;
    Trajectory trajectory;
    Refusing own;
    std::unique_ptr<Integrator> cvode;
};

Run decay_with_dose() {
    Run run;
    run.output_times = {0.0, 1.0, 2.0, 3.0};
    run.events = {{1.5, {}, {{SpeciesId{0}, StateChange::Kind::add, 1.0}}}};
    run.recording.species = {SpeciesId{0}};
    return run;
}

eqn::System decay() {
    zoo::NetworkMaker m;
    m.parameter("k", "1").species("x", "1").reaction({"x"}, {}, {"k"});
    return compiled(m.network());
}

TEST(Ladder, CvodeRescuesARunThatTheOwnIntegratorGivesUp) {
    if (!has_cvode()) {
        GTEST_SKIP() << "built without CVODE";
    }
    const eqn::System system = decay();
    const sim::Run run = decay_with_dose();
    for (const double from : {0.0, 1.2, 2.5}) {
        SCOPED_TRACE(from);
        Parts parts{system, from};
        const Result result = parts.descend(run, true);
        ASSERT_TRUE(result.status.ok()) << result.status.message;
        EXPECT_GT(parts.own.refusals(), 8) << "with row exchanges, too";
        ASSERT_FALSE(result.fallbacks.empty());
        EXPECT_EQ(result.fallbacks.front(),
                  "solved by CVODE, for the own integrator failed (newton)");
        EXPECT_EQ(result.method, parts.cvode->name());
        // The rescued run is one of CVODE from its start on, the dose included.
        for (std::size_t i = 0; i < run.output_times.size(); ++i) {
            const double t = run.output_times[i];
            const double exact = std::exp(-t) + (t > 1.5 ? std::exp(1.5 - t) : 0.0);
            EXPECT_TRUE(near_rel(result.at(i, 0), exact, 1e-6)) << t;
        }
    }
}

TEST(Ladder, WithoutALastResortTheFailureStandsWithWhatWasReached) {
    Parts parts{decay(), 1.2};
    const Result result = parts.descend(decay_with_dose(), false);
    EXPECT_EQ(result.status.failure, Failure::newton);
    EXPECT_GE(result.status.time, 1.0);
    EXPECT_TRUE(near_rel(result.at(1, 0), std::exp(-1.0), 1e-6));
    EXPECT_TRUE(std::isnan(result.at(2, 0)));
    EXPECT_EQ(result.fallbacks,
              std::vector<std::string>{"linear systems were solved with row exchanges"});
}

TEST(Ladder, IsNotClimbedDownWhereNothingFails) {
    Parts parts{decay(), 10.0};
    const Result result = parts.descend(decay_with_dose(), true);
    ASSERT_TRUE(result.status.ok());
    EXPECT_TRUE(result.fallbacks.empty());
    EXPECT_EQ(result.method, parts.own.name());
}

TEST(Ladder, AWatchedRunEndsWhereItIsTold) {
    const eqn::System system = decay();
    const sim::Run run = decay_with_dose();
    std::vector<double> seen;
    const Result result = solve(system, run, {}, [&](double t) {
        seen.push_back(t);
        return t < 2.0;
    });
    EXPECT_EQ(result.status.failure, Failure::interrupted);
    EXPECT_EQ(result.status.time, seen.back());
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    EXPECT_TRUE(result.fallbacks.empty()) << "no other integrator was tried";
    EXPECT_FALSE(std::isnan(result.at(1, 0)));
    const Result whole = solve(system, run, {}, [](double) { return true; });
    EXPECT_EQ(whole.values, solve(system, run).values);
}

}  // namespace
}  // namespace erbium::sim

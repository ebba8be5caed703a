// SPDX-License-Identifier: Apache-2.0
// bench/dense_cvodes.hpp: CVODES with a dense matrix by finite differences, as RoadRunner and
// BioNetGen's run_network set it up; only for comparison.
#pragma once

#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <span>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::bench {

/// One run of one subject from a given state; events in order of time, equilibration left out.
struct DenseCvodes {
    eqn::ReferenceKernel kernel;
    double rhs_s{};  ///< spent in right-hand sides, which are interpreted here and compiled there
    std::size_t steps{};
    std::size_t factorisations{};

    /// Observables at the output times, as sim::Result holds them.
    sim::Result solve(const sim::Run& run, std::span<const double> start, double rtol) {
        const eqn::System& system = kernel.system();
        const auto n = static_cast<sunindextype>(system.state_count());
        SUNContext context = nullptr;
        SUNContext_Create(nullptr, &context);
        N_Vector y = N_VNew_Serial(n, context);
        const std::span<double> state{N_VGetArrayPointer(y), system.state_count()};
        std::copy(start.begin(), start.end(), state.begin());
        kernel.reset_parameters();
        kernel.set_parameters(run.parameters);
        SUNMatrix matrix = SUNDenseMatrix(n, n, context);
        SUNLinearSolver solver = SUNLinSol_Dense(y, matrix, context);
        void* memory = CVodeCreate(CV_BDF, context);
        const double largest = *std::max_element(state.begin(), state.end());
        CVodeInit(memory, &DenseCvodes::rhs, run.start_time, y);
        CVodeSStolerances(memory, rtol, sim::Tolerances::kAtolOfLargest * largest);
        CVodeSetUserData(memory, this);
        CVodeSetLinearSolver(memory, solver, matrix);
        CVodeSetMaxNumSteps(memory, 100000);
        sim::Result result;
        result.times = run.output_times;
        result.columns = run.recording.size();
        std::size_t next = 0;
        double t = run.start_time;
        for (const double time : run.output_times) {
            for (;;) {
                const bool has_event = next < run.events.size() && run.events[next].time <= time;
                const double target = has_event ? run.events[next].time : time;
                if (target > t) {
                    CVodeSetStopTime(memory, target);
                    if (CVode(memory, target, y, &t, CV_NORMAL) < 0) {
                        result.status.failure = sim::Failure::error_test;
                    }
                    t = target;
                }
                if (!has_event) {
                    break;
                }
                const sim::Event& event = run.events[next++];
                kernel.set_parameters(event.parameters);
                for (const sim::StateChange& change : event.states) {
                    state[change.species.value] += change.value;  // doses only add
                }
                count(memory);
                CVodeReInit(memory, t, y);
            }
            kernel.observe(t, state);
            for (const ObservableId o : run.recording.observables) {
                result.values.push_back(kernel.observable(o));
            }
        }
        count(memory);
        CVodeFree(&memory);
        SUNLinSolFree(solver);
        SUNMatDestroy(matrix);
        N_VDestroy(y);
        SUNContext_Free(&context);
        return result;
    }

private:
    static int rhs(realtype t, N_Vector y, N_Vector rate, void* self) {
        auto& me = *static_cast<DenseCvodes*>(self);
        const std::size_t n = me.kernel.system().state_count();
        const double begin = cpu_seconds();
        me.kernel.rhs(t, {N_VGetArrayPointer(y), n}, {N_VGetArrayPointer(rate), n});
        me.rhs_s += cpu_seconds() - begin;
        return 0;
    }
    void count(void* memory) {
        long now_steps = 0;
        long now_factorisations = 0;
        CVodeGetNumSteps(memory, &now_steps);
        CVodeGetNumLinSolvSetups(memory, &now_factorisations);
        steps += static_cast<std::size_t>(now_steps);
        factorisations += static_cast<std::size_t>(now_factorisations);
    }
};

}  // namespace erbium::bench

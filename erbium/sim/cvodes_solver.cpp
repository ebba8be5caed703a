// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/cvodes_solver.hpp"

#include <cvodes/cvodes.h>
#include <fmt/core.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "erbium/base/check.hpp"
#include "erbium/sim/sparse_lu.hpp"

namespace erbium::sim {
namespace {

std::span<const double> view(N_Vector v) {
    return {N_VGetArrayPointer(v), static_cast<std::size_t>(N_VGetLength(v))};
}

std::span<double> mutable_view(N_Vector v) {
    return {N_VGetArrayPointer(v), static_cast<std::size_t>(N_VGetLength(v))};
}

std::optional<SpeciesId> first_not_finite(std::span<const double> values) noexcept {
    for (std::uint32_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            return SpeciesId{i};
        }
    }
    return std::nullopt;
}

// SUNDIALS reports through a handler besides the return values; Status says the same.
void ignore_message(int /*code*/, const char* /*module*/, const char* /*function*/,
                    char* /*message*/, void* /*data*/) {}

/// The objects SUNDIALS works on, and what its callbacks see.
struct Cvodes {
    explicit Cvodes(eqn::ReferenceKernel& k)
        : kernel{k},
          program{k.system().program()},
          lu{program.column_begins, program.row_of_entry},
          euler_lu{program.column_begins, program.row_of_entry},
          jacobian(k.system().jacobian_size()),
          matrix(jacobian.size()),
          euler_jacobian(jacobian.size()),
          euler_matrix(jacobian.size()) {}

    Cvodes(const Cvodes&) = delete;
    Cvodes& operator=(const Cvodes&) = delete;
    ~Cvodes() {
        CVodeFree(&memory);
        SUNLinSolFreeEmpty(linear_solver);
        SUNMatFreeEmpty(sun_matrix);
        N_VDestroy(y);
        N_VDestroy(scratch);
        N_VDestroy(weights);
        SUNContext_Free(&context);
    }

    void create();
    void collect();
    Status advance(double t, double& reached, int task);
    Status status_of(int flag, double t);
    std::optional<SpeciesId> worst_species();
    bool stands_still(double t) noexcept;
    void compute_jacobian(double t, std::span<const double> state, std::span<double> entries);
    void fill_matrix(double gamma, std::span<const double> entries, std::span<double> m) const;

    static int rhs(double t, N_Vector state, N_Vector rate, void* self);
    static int linear_system(double t, N_Vector state, N_Vector rate, SUNMatrix a, int is_j_valid,
                             int* is_j_new, double gamma, void* self, N_Vector, N_Vector, N_Vector);
    static Cvodes& of(SUNLinearSolver solver) { return *static_cast<Cvodes*>(solver->content); }

    eqn::ReferenceKernel& kernel;
    eqn::Program program;
    SparseLu lu;
    SparseLu euler_lu;             // apart, so that looking for a steady state changes no step
    std::vector<double> jacobian;  // J at the last evaluation
    std::vector<double> matrix;    // I - gamma J
    std::vector<double> euler_jacobian;
    std::vector<double> euler_matrix;

    SUNContext context{};
    void* memory{};
    N_Vector y{};
    N_Vector scratch{};
    N_Vector weights{};
    SUNMatrix sun_matrix{};
    SUNLinearSolver linear_solver{};

    double rtol{};
    double stop{};
    double latest{};  ///< the last time at which the present rates hold
    std::size_t max_steps{};
    Statistics total;  // of the starts before the present one
    bool is_started{};
    std::size_t factorisations_before{};
    std::optional<SpeciesId> bad_rate;  // of the last rate since the start that was not finite
    double bad_time{};
    double still_time{};  // see stands_still()
    int still_evaluations{};
    std::vector<std::string> fallbacks;
};

int Cvodes::rhs(double t, N_Vector state, N_Vector rate, void* self) {
    Cvodes& c = *static_cast<Cvodes*>(self);
    c.kernel.rhs(std::min(t, c.latest), view(state), mutable_view(rate));
    if (const auto bad = first_not_finite(view(rate))) {
        c.bad_rate = bad;
        c.bad_time = t;
        return 1;  // a smaller step may stay clear of it
    }
    return c.stands_still(t) ? -1 : 0;
}

/// True when many evaluations brought no time worth mentioning: the solution goes to infinity or
/// jumps here. CVODES itself would go on until the budget of steps is spent.
bool Cvodes::stands_still(double t) noexcept {
    constexpr double kResolution = 1e-13;
    constexpr int kMostEvaluations = 2000;
    if (std::fabs(t - still_time) > kResolution * std::max(std::fabs(t), std::fabs(still_time))) {
        still_time = t;
        still_evaluations = 0;
    }
    return ++still_evaluations > kMostEvaluations;
}

void Cvodes::compute_jacobian(double t, std::span<const double> state, std::span<double> entries) {
    kernel.jacobian(std::min(t, latest), state, entries);
    bool has_bad = false;
    for (double& entry : entries) {
        if (!std::isfinite(entry)) {
            // As of x^0.5 at x = 0. Newton's iteration needs no exact matrix, only a finite one.
            entry = 0.0;
            has_bad = true;
        }
    }
    if (has_bad && fallbacks.empty()) {
        fallbacks.emplace_back("entries of the Jacobian that were not finite were taken as 0");
    }
}

/// m = I - gamma J.
void Cvodes::fill_matrix(double gamma, std::span<const double> entries, std::span<double> m) const {
    for (std::size_t column = 0; column + 1 < program.column_begins.size(); ++column) {
        const auto begin = static_cast<std::size_t>(program.column_begins[column]);
        const auto end = static_cast<std::size_t>(program.column_begins[column + 1]);
        for (std::size_t e = begin; e < end; ++e) {
            const bool is_diagonal = program.row_of_entry[e] == static_cast<std::int32_t>(column);
            m[e] = (is_diagonal ? 1.0 : 0.0) - gamma * entries[e];
        }
    }
}

int Cvodes::linear_system(double t, N_Vector state, N_Vector /*rate*/, SUNMatrix /*a*/,
                          int is_j_valid, int* is_j_new, double gamma, void* self, N_Vector /*t1*/,
                          N_Vector /*t2*/, N_Vector /*t3*/) {
    Cvodes& c = *static_cast<Cvodes*>(self);
    *is_j_new = is_j_valid != 0 ? SUNFALSE : SUNTRUE;
    if (is_j_valid == 0) {
        c.compute_jacobian(t, view(state), c.jacobian);
    }
    c.fill_matrix(gamma, c.jacobian, c.matrix);
    return 0;
}

void Cvodes::create() {
    const auto n = static_cast<sunindextype>(kernel.system().state_count());
    ERBIUM_CHECK(SUNContext_Create(nullptr, &context) == 0, "SUNDIALS makes a context");
    y = N_VNew_Serial(n, context);
    scratch = N_VNew_Serial(n, context);
    weights = N_VNew_Serial(n, context);
    memory = CVodeCreate(CV_BDF, context);
    ERBIUM_CHECK(memory != nullptr && y != nullptr && scratch != nullptr && weights != nullptr,
                 "SUNDIALS allocates its memory");

    // An empty matrix and a linear solver of our own: the matrix is filled by linear_system().
    sun_matrix = SUNMatNewEmpty(context);
    sun_matrix->ops->getid = [](SUNMatrix) { return SUNMATRIX_CUSTOM; };
    linear_solver = SUNLinSolNewEmpty(context);
    linear_solver->content = this;
    linear_solver->ops->gettype = [](SUNLinearSolver) { return SUNLINEARSOLVER_DIRECT; };
    linear_solver->ops->getid = [](SUNLinearSolver) { return SUNLINEARSOLVER_CUSTOM; };
    linear_solver->ops->initialize = [](SUNLinearSolver) -> int { return SUNLS_SUCCESS; };
    linear_solver->ops->setup = [](SUNLinearSolver s, SUNMatrix) -> int {
        Cvodes& c = of(s);
        return c.lu.factor(c.matrix) ? SUNLS_SUCCESS : SUNLS_LUFACT_FAIL;
    };
    linear_solver->ops->solve = [](SUNLinearSolver s, SUNMatrix, N_Vector x, N_Vector b,
                                   realtype) -> int {
        N_VScale(1.0, b, x);
        of(s).lu.solve(mutable_view(x));
        return SUNLS_SUCCESS;
    };

    N_VConst(0.0, y);
    const bool is_ready = CVodeInit(memory, rhs, 0.0, y) == CV_SUCCESS &&
                          CVodeSetErrHandlerFn(memory, ignore_message, nullptr) == CV_SUCCESS &&
                          CVodeSetUserData(memory, this) == CV_SUCCESS &&
                          CVodeSStolerances(memory, 1e-6, 1e-12) == CV_SUCCESS &&
                          CVodeSetLinearSolver(memory, linear_solver, sun_matrix) == CV_SUCCESS &&
                          CVodeSetLinSysFn(memory, linear_system) == CV_SUCCESS;
    ERBIUM_CHECK(is_ready, "SUNDIALS accepts the problem");
}

/// Adds what CVODES counted since the last start; it counts from 0 at each.
void Cvodes::collect() {
    if (!is_started) {
        return;
    }
    long int steps = 0;
    long int rhs_calls = 0;
    long int error_failures = 0;
    long int newton_failures = 0;
    long int jacobians = 0;
    CVodeGetNumSteps(memory, &steps);
    CVodeGetNumRhsEvals(memory, &rhs_calls);
    CVodeGetNumErrTestFails(memory, &error_failures);
    CVodeGetNumNonlinSolvConvFails(memory, &newton_failures);
    CVodeGetNumJacEvals(memory, &jacobians);
    total.steps += static_cast<std::size_t>(steps);
    total.rhs_evaluations += static_cast<std::size_t>(rhs_calls);
    total.error_test_failures += static_cast<std::size_t>(error_failures);
    total.newton_failures += static_cast<std::size_t>(newton_failures);
    total.jacobians += static_cast<std::size_t>(jacobians);
}

/// Of the largest weighted error; where there is no estimate, of the largest weighted rate.
std::optional<SpeciesId> Cvodes::worst_species() {
    if (CVodeGetErrWeights(memory, weights) != CV_SUCCESS) {
        return std::nullopt;
    }
    const auto worst_of = [this](std::span<const double> sizes) {
        const std::span<const double> w = view(weights);
        std::optional<SpeciesId> worst;
        double largest = 0.0;
        for (std::uint32_t i = 0; i < sizes.size(); ++i) {
            const double weighted = std::fabs(sizes[i] * w[i]);
            if (std::isnan(weighted)) {
                return std::optional{SpeciesId{i}};
            }
            if (weighted > largest) {
                worst = SpeciesId{i};
                largest = weighted;
            }
        }
        return worst;
    };
    std::optional<SpeciesId> worst;
    if (CVodeGetEstLocalErrors(memory, scratch) == CV_SUCCESS) {
        worst = worst_of(view(scratch));
    }
    if (!worst) {
        kernel.rhs(still_time, view(y), mutable_view(scratch));
        worst = worst_of(view(scratch));
    }
    return worst;
}

Status Cvodes::status_of(int flag, double t) {
    if (flag >= 0) {
        return {};
    }
    Status status;
    status.time = t;
    std::string reason;
    switch (flag) {
        case CV_TOO_MUCH_WORK:
            status.failure = Failure::too_many_steps;
            reason = fmt::format("{} steps were not enough", max_steps);
            break;
        case CV_FIRST_RHSFUNC_ERR:
        case CV_REPTD_RHSFUNC_ERR:
        case CV_UNREC_RHSFUNC_ERR:
            status.failure = Failure::not_finite_rate;
            status.time = bad_time;
            reason = "the rate of change is not finite";
            break;
        case CV_RHSFUNC_FAIL:  // stands_still(), be it before rates that are not finite
            status.failure = bad_rate && std::fabs(bad_time - still_time) <=
                                             1e-9 * std::max(std::fabs(bad_time), 1e-300)
                                 ? Failure::not_finite_rate
                                 : Failure::error_test;
            reason = status.failure == Failure::error_test
                         ? "no step is small enough for the error test"
                         : "the rate of change is not finite from here on";
            break;
        case CV_ERR_FAILURE:
        case CV_TOO_MUCH_ACC:
        case CV_ILL_INPUT:  // weights that are no longer positive and finite: the state blew up
            status.failure = Failure::error_test;
            reason = "no step is small enough for the error test";
            break;
        default:
            status.failure = Failure::newton;
            reason = "Newton's iteration does not converge, however small the step";
            break;
    }
    status.species = status.failure == Failure::not_finite_rate ? bad_rate : worst_species();
    status.message = fmt::format("at time {:.6g}: {}", status.time, reason);
    if (status.species) {
        status.message += fmt::format("; worst species: {}",
                                      kernel.system().species().names()[status.species->value]);
    }
    return status;
}

Status Cvodes::advance(double t, double& reached, int task) {
    long int taken = 0;
    CVodeGetNumSteps(memory, &taken);
    const std::size_t used = total.steps + static_cast<std::size_t>(taken);
    if (used >= max_steps) {
        CVodeGetCurrentTime(memory, &reached);
        return status_of(CV_TOO_MUCH_WORK, reached);
    }
    CVodeSetMaxNumSteps(memory, static_cast<long int>(max_steps - used));
    const int flag = CVode(memory, t, y, &reached, task);
    return status_of(flag, reached);
}

class CvodesIntegrator final : public Integrator {
public:
    explicit CvodesIntegrator(eqn::ReferenceKernel& kernel) : cvodes_{kernel} { cvodes_.create(); }

    void begin_run(double rtol, std::size_t max_steps) override;
    void start(double t, std::span<const double> y, double atol, double stop, bool jumps_at_stop,
               double first_step) override;
    [[nodiscard]] Status step(double limit, double& t, std::span<double> y) override;
    void interpolate(double t, std::span<double> y) override;
    [[nodiscard]] double next_step_size() const override;
    [[nodiscard]] bool stops_at_outputs() const noexcept override { return false; }
    [[nodiscard]] bool euler_correction(double t, std::span<const double> y, double h,
                                        std::span<double> correction) override;
    [[nodiscard]] Statistics statistics() const override;
    [[nodiscard]] std::string_view name() const noexcept override { return "CVODES BDF"; }
    [[nodiscard]] const std::vector<std::string>& fallbacks() const noexcept override {
        return cvodes_.fallbacks;
    }

private:
    mutable Cvodes cvodes_;
};

void CvodesIntegrator::begin_run(double rtol, std::size_t max_steps) {
    Cvodes& c = cvodes_;
    c.rtol = rtol;
    c.max_steps = max_steps;
    c.total = {};
    c.is_started = false;
    c.factorisations_before = c.lu.factorisations() + c.euler_lu.factorisations();
    c.fallbacks.clear();
    c.lu.forget_pivots();
    c.euler_lu.forget_pivots();
}

void CvodesIntegrator::start(double t, std::span<const double> y, double atol, double stop,
                             bool jumps_at_stop, double first_step) {
    Cvodes& c = cvodes_;
    c.collect();
    c.is_started = true;
    ++c.total.restarts;
    c.stop = stop;
    c.latest = jumps_at_stop ? std::nextafter(stop, t) : std::numeric_limits<double>::infinity();
    c.bad_rate.reset();
    c.still_time = t;
    c.still_evaluations = 0;
    std::copy(y.begin(), y.end(), mutable_view(c.y).begin());
    const bool is_ready =
        CVodeReInit(c.memory, t, c.y) == CV_SUCCESS &&
        CVodeSStolerances(c.memory, c.rtol, atol) == CV_SUCCESS &&
        CVodeSetInitStep(c.memory, std::min(first_step, stop - t)) == CV_SUCCESS &&
        CVodeSetStopTime(c.memory, stop) == CV_SUCCESS;
    ERBIUM_CHECK(is_ready, "times and tolerances were checked before");
}

Status CvodesIntegrator::step(double limit, double& t, std::span<double> y) {
    CVodeSetMaxStep(cvodes_.memory, limit < cvodes_.stop ? limit - t : 0.0);  // 0: none
    Status status = cvodes_.advance(cvodes_.stop, t, CV_ONE_STEP);
    const std::span<const double> state = view(cvodes_.y);
    std::copy(state.begin(), state.end(), y.begin());
    return status;
}

void CvodesIntegrator::interpolate(double t, std::span<double> y) {
    const int flag = CVodeGetDky(cvodes_.memory, t, 0, cvodes_.scratch);
    ERBIUM_CHECK(flag == CV_SUCCESS, "an output lies inside the last step");
    const std::span<const double> state = view(cvodes_.scratch);
    std::copy(state.begin(), state.end(), y.begin());
}

double CvodesIntegrator::next_step_size() const {
    double h = 0.0;
    CVodeGetCurrentStep(cvodes_.memory, &h);
    return h;
}

bool CvodesIntegrator::euler_correction(double t, std::span<const double> y, double h,
                                        std::span<double> correction) {
    Cvodes& c = cvodes_;
    c.kernel.rhs(std::min(t, c.latest), y, correction);
    for (double& value : correction) {
        value *= h;
    }
    // The integrator may still need its own J and matrix: these are others.
    c.compute_jacobian(t, y, c.euler_jacobian);
    c.fill_matrix(h, c.euler_jacobian, c.euler_matrix);
    const bool is_regular = c.euler_lu.factor(c.euler_matrix);
    if (is_regular) {
        c.euler_lu.solve(correction);
    }
    return is_regular && !first_not_finite(correction);
}

Statistics CvodesIntegrator::statistics() const {
    Cvodes& c = cvodes_;
    const Statistics before = c.total;
    c.collect();
    Statistics now = c.total;
    c.total = before;
    now.factorisations =
        c.lu.factorisations() + c.euler_lu.factorisations() - c.factorisations_before;
    return now;
}

}  // namespace

bool has_cvode() noexcept {
    return true;
}

std::unique_ptr<Integrator> make_cvodes_integrator(eqn::ReferenceKernel& kernel) {
    return std::make_unique<CvodesIntegrator>(kernel);
}

}  // namespace erbium::sim

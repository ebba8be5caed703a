// SPDX-License-Identifier: Apache-2.0
// erbium/assay/experiment.hpp: cells of a package, equilibrated, treated and read out in silico.
// Reads: Package, System, Condition   Makes: TimeCourse, Measurement   Used by: advise, apps
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/net/lumping.hpp"
#include "erbium/package/package.hpp"
#include "erbium/sim/batch.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::assay {

using package::MeasuredQuantity;
using package::Package;
using package::Settings;
using package::Treatment;

/// One dish: which cells, in which medium, treated with what.
struct Condition {
    std::string profile;   ///< id; empty: the values of parameters.tsv
    Settings parameters;   ///< on top of the profile, internal units
    Treatment background;  ///< in the medium from before equilibration on
    Treatment treatment;   ///< added at t = 0
    /// Instead of the values of parameters.tsv, below the profile: a parameter set of an ensemble,
    /// or a trial of a calibration.
    Settings constants{};

    /// The same without treatment.
    [[nodiscard]] Condition control() const;
};

/// All readouts of one condition over time. What a failure spoilt is NaN.
struct TimeCourse {
    std::vector<double> times_s;
    std::size_t readouts{};        ///< columns, in the order of Package::readouts
    std::vector<double> values;    ///< times x readouts, row-major
    std::vector<double> baseline;  ///< by readout: at t = 0, before the treatment is added
    bool is_ok{true};
    std::string reason;  ///< why it failed; empty when ok
    sim::Statistics statistics;
    std::vector<std::string> fallbacks;

    [[nodiscard]] double at(std::size_t time, std::size_t readout) const noexcept {
        return values[time * readouts + readout];
    }
    /// One readout over time.
    [[nodiscard]] std::vector<double> column(std::size_t readout) const;
};

/// A number asked of a condition.
struct Question {
    Condition condition;
    MeasuredQuantity quantity{MeasuredQuantity::viability};
    std::string readout;  ///< id; not read for viability
    double time_s{};
};

[[nodiscard]] Question question_of(const package::Question& asked);
[[nodiscard]] Question question_of(const package::Observation& observation);

/// Its answer: NaN with a reason when the simulation failed or the ratio has no meaning.
struct Measurement {
    double value{};
    std::string reason;
};

struct ExperimentOptions {
    sim::SolverOptions solver;      ///< as for BDF; see sim::as_accurate_as_bdf
    double steady_tolerance{1e-6};  ///< of equilibrations; see sim::Equilibration
    unsigned threads{1};
    /// Whether the equilibration of a condition with Condition::constants starts at the equilibrium
    /// of the same condition without them, where both begin with the same amounts and so have the
    /// same totals of what is conserved. Ten times fewer steps; the steady state is the same as
    /// long as it is the only one for these totals.
    bool has_warm_starts{true};
};

/// Runs conditions of one package. Each is
///
///   equilibrate  profile + parameters + background + protocol.equilibrate, until steady
///   start        at t = 0 protocol.start, then the treatment
///   read out     at the times asked for
///
/// Equilibrations are computed once for each (profile, parameters, background) and kept; so is what
/// a condition was read out at, for panels of a report that ask for the same dishes. Every run goes
/// on to the protocol's duration and is looked at once early, so that the steps of the integrator,
/// and with them the last digits, do not depend on which times were asked for: results depend
/// neither on the number of threads, nor on the order of the conditions, nor on what was asked
/// before. (Times beyond the duration make a run of their own.)
class Experiment {
public:
    /// @param package  must outlive the experiment
    /// Errors: ERB-ASSAY-0001 for a parameter or readout of the package that the system lacks.
    [[nodiscard]] static Outcome<Experiment, Diagnostics> make(const Package& package,
                                                               eqn::System system,
                                                               ExperimentOptions options = {});

    [[nodiscard]] const Package& package() const noexcept { return *package_; }
    [[nodiscard]] const eqn::System& system() const noexcept { return system_; }

    /// Column of a readout in every TimeCourse. Precondition: the package has it.
    [[nodiscard]] std::size_t column(std::string_view readout) const;
    /// Column of the readout that viability is made of.
    [[nodiscard]] std::size_t growth_column() const { return column(package_->protocol.growth); }

    /// One time course for each condition, all at the same times.
    /// @param times_s  ascending, >= 0 [s]
    [[nodiscard]] std::vector<TimeCourse> run(std::span<const Condition> conditions,
                                              std::span<const double> times_s);

    /// One answer for each question. Conditions and controls that several questions share run once,
    /// read out at all the times that were asked of them.
    [[nodiscard]] std::vector<Measurement> measure(std::span<const Question> questions);

    /// Runs made and failed so far, controls included; equilibrations and what was kept from before
    /// are not counted.
    [[nodiscard]] std::size_t conditions_run() const noexcept { return conditions_run_; }
    [[nodiscard]] std::size_t conditions_failed() const noexcept { return conditions_failed_; }
    /// What was done otherwise than planned, each once.
    [[nodiscard]] const std::vector<std::string>& fallbacks() const noexcept { return fallbacks_; }
    /// What did not have to be solved for; null before the first run.
    [[nodiscard]] std::shared_ptr<const sim::ReductionReport> reduction() const noexcept {
        return solver_ ? solver_->reduction() : nullptr;
    }

private:
    struct Equilibrium {
        std::vector<double> state;  // by SpeciesId; empty when it failed
        std::string reason;
    };
    /// What is kept of a condition.
    struct Record {
        std::map<double, std::vector<double>> rows;  // readouts by time
        std::vector<double> baseline;
        std::string reason;  // why it failed; empty when ok
        sim::Statistics statistics;
        std::vector<std::string> fallbacks;
    };
    /// A run to be made.
    struct Job {
        Condition condition;
        Settings before;  // settings_before(condition)
        Settings plain;   // the same without its constants; empty when it has none
        double end_s{};
        std::vector<double> times_s;  // ascending
    };
    /// Settings that want an equilibrium.
    struct Before {
        const Settings* settings{};
        const Equilibrium* start{};  // a state to start from, or null
    };
    struct Look {
        Condition condition;
        std::vector<double> times_s;
    };

    Experiment(const Package& package, eqn::System system, ExperimentOptions options);
    [[nodiscard]] std::vector<sim::ParameterValue> values_of(const Settings& settings) const;
    [[nodiscard]] Settings settings_before(const Condition& condition) const;
    [[nodiscard]] double end_of(std::span<const double> times_s) const;
    [[nodiscard]] std::string key_of(const Condition& condition, const Settings& before,
                                     double end_s) const;
    [[nodiscard]] std::vector<TimeCourse> look(std::span<const Look> looks);
    [[nodiscard]] std::vector<sim::Result> solve(std::span<const sim::Run> runs);
    void equilibrate(const std::map<std::string, Job>& jobs);
    void equilibrate(
        const std::map<std::string, Before>& wanted);  // by key; known ones are left out
    [[nodiscard]] bool begins_alike(const Settings& a, const Settings& b);
    [[nodiscard]] sim::Run run_of(const Job& job, const Equilibrium* equilibrium) const;
    void make(const std::map<std::string, Job>& jobs);
    void note(const std::vector<std::string>& fallbacks);

    const Package* package_;
    eqn::System system_;
    ExperimentOptions options_;
    std::unique_ptr<sim::BatchSolver> solver_;      // made when first needed; plans the elimination
    std::unique_ptr<eqn::ReferenceKernel> kernel_;  // of initial amounts; made when first needed
    sim::Recording recording_;
    std::vector<std::size_t> column_of_readout_;  // into the recording
    std::map<std::string, Equilibrium> equilibria_;
    std::map<std::string, Record> records_;
    std::size_t kept_numbers_{};
    std::size_t conditions_run_{};
    std::size_t conditions_failed_{};
    std::vector<std::string> fallbacks_;
};

/// The network of a package: assembled and generated. Warnings of the way go to `warnings`.
[[nodiscard]] Outcome<net::Network, Diagnostics> package_network(const Package& package,
                                                                 Diagnostics& warnings);
/// The network with species made one that no readout of the package tells apart; the course of the
/// readouts is the same, for every profile and treatment.
[[nodiscard]] net::Lumping lumped_package_network(const Package& package,
                                                  const net::Network& network);
/// The equations of a package, nothing lumped.
[[nodiscard]] Outcome<eqn::System, Diagnostics> compile_package(const Package& package,
                                                                Diagnostics& warnings);

/// Growth readout over that of the control, time by time.
[[nodiscard]] std::vector<double> viability(const TimeCourse& treated, const TimeCourse& control,
                                            std::size_t growth_column);

/// `count` times from 0 to `until_s`: 0, then spaced so that the first minutes and the last days
/// are both seen (equal steps of the square root of time).
[[nodiscard]] std::vector<double> course_times(double until_s, std::size_t count);

}  // namespace erbium::assay

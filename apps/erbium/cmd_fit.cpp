// SPDX-License-Identifier: Apache-2.0
// apps/erbium/cmd_fit.cpp: estimates the parameters of a PEtab problem.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "erbium/base/check.hpp"
#include "erbium/base/error.hpp"
#include "erbium/base/hash.hpp"
#include "erbium/base/text.hpp"
#include "erbium/fit/diagnostics.hpp"
#include "erbium/fit/posterior_file.hpp"
#include "erbium/petab/hierarchical.hpp"
#include "erbium/petab/objective.hpp"
#include "erbium/petab/simulation_table.hpp"
#include "erbium/petab/time_grid.hpp"
#include "fit_figures.hpp"
#include "fit_posterior.hpp"
#include "fit_tables.hpp"
#include "interruptible.hpp"
#include "manifest.hpp"
#include "progress_line.hpp"

namespace erbium::app {
namespace {

namespace fs = std::filesystem;

/// Of each simulated curve in the figures.
constexpr std::size_t kCurveIntervals = 200;

const std::atomic<bool>& interrupted = Interruptible::flag();

/// What results of starts depend on, for resuming: inputs and options, but not how many starts.
std::string fingerprint(const FitCommand& command, const petab::BoundProblem& problem) {
    std::string all = fmt::format("{} {} {} {} {} {} {}", command.seed, command.points,
                                  command.method, command.starts, command.max_iterations,
                                  command.from_nominal, command.is_hierarchical);
    for (const auto& text : problem.problem.texts) {
        all += content_hash(text->text);
    }
    return content_hash(all);
}

/// starts.tsv as a file that grows, one line for each search.
class Checkpoint {
public:
    Checkpoint(const fs::path& folder, std::span<const fit::Coordinate> coordinates,
               const std::string& key, bool resumes, std::vector<fit::StartResult>& known)
        : path_{(folder / "starts.tsv").string()} {
        const std::string key_path = (folder / "starts.key").string();
        std::string content = starts_header(coordinates);
        if (resumes && fs::is_regular_file(path_) && fs::is_regular_file(key_path) &&
            trimmed(read_file(key_path)) == key) {
            if (auto results = read_starts(read_file(path_), coordinates)) {
                known = *std::move(results);
            }
        }
        std::erase_if(known, [](const fit::StartResult& r) {
            return r.optimum.ending == fit::Ending::stopped;
        });
        for (const fit::StartResult& result : known) {
            content += starts_row(result);
        }
        write_file(path_, content);
        write_file(key_path, key + "\n");
        file_ = std::fopen(path_.c_str(), "ab");
        if (file_ == nullptr) {
            throw IoError(path_, "write", errno);
        }
    }
    ~Checkpoint() {
        if (file_ != nullptr) {
            std::fclose(file_);
        }
    }
    Checkpoint(const Checkpoint&) = delete;
    Checkpoint& operator=(const Checkpoint&) = delete;

    void add(const fit::StartResult& result) {
        const std::string row = starts_row(result);
        if (std::fwrite(row.data(), 1, row.size(), file_) != row.size() ||
            std::fflush(file_) != 0) {
            throw IoError(path_, "write", errno);
        }
    }

    /// All results in their order, whatever the order they came in.
    void finish(std::span<const fit::Coordinate> coordinates,
                std::span<const fit::StartResult> results) {
        std::string content = starts_header(coordinates);
        for (const fit::StartResult& result : results) {
            content += starts_row(result);
        }
        write_file(path_, content);
    }

private:
    std::string path_;
    std::FILE* file_{};
};

/// Where starts are drawn from: the initialisation prior of PEtab 1, else evenly between the
/// bounds on the parameter's scale.
/// @param rows  of the parameter table, by coordinate
std::function<double(std::size_t, double)> placement(const petab::BoundProblem& problem,
                                                     std::span<const fit::Coordinate> coordinates,
                                                     std::vector<std::size_t> rows) {
    return [&problem, coordinates, rows = std::move(rows)](std::size_t i, double q) {
        const petab::Parameter& parameter = problem.problem.parameters[rows[i]];
        return petab::quantile(parameter.start_prior, parameter.scale, coordinates[i].lower,
                               coordinates[i].upper, q);
    };
}

class Fit {
public:
    Fit(const FitCommand& command, std::shared_ptr<const petab::BoundProblem> problem)
        : command_{command},
          folder_{command.folder},
          problem_{std::move(problem)},
          objective_{problem_} {
        if (command.is_hierarchical) {
            hierarchical_ = std::make_unique<petab::HierarchicalObjective>(problem_);
        }
    }

    Exit run() {
        const Interruptible interruptible;
        search();
        if (results_.empty() || !std::isfinite(best().value)) {
            write_manifest_file();
            return fail(Exit::numerical,
                        results_.empty() ? "stopped before any start ended"
                                         : "no start reached a finite value: " + best().failure);
        }
        best_x_ = hierarchical_ == nullptr ? best().x : hierarchical_->completed(best().x);
        at_best_ = objective_.evaluate(best_x_, fit::Need::curvature);
        find_profiles();
        draw_samples();
        write();
        report();
        return interrupted ? Exit::interrupted : Exit::ok;
    }

private:
    [[nodiscard]] const fit::Optimum& best() const {
        return results_[fit::ranking(results_).front()].optimum;
    }

    /// What is searched: all estimated parameters, or those that simulations depend on.
    [[nodiscard]] const fit::Objective& searched() const {
        return hierarchical_ == nullptr ? static_cast<const fit::Objective&>(objective_)
                                        : *hierarchical_;
    }
    [[nodiscard]] std::vector<std::size_t> searched_rows() const {
        std::vector<std::size_t> rows;
        if (hierarchical_ == nullptr) {
            return problem_->estimated;
        }
        for (const std::size_t i : hierarchical_->positions()) {
            rows.push_back(problem_->estimated[i]);
        }
        return rows;
    }

    void search() {
        fit::MultiStartOptions options;
        options.starts = command_.starts;
        options.seed = command_.seed;
        options.spread =
            command_.points == "sobol" ? fit::Spread::sobol : fit::Spread::latin_hypercube;
        options.method = command_.method == "quasi-newton" ? fit::Method::quasi_newton
                                                           : fit::Method::trust_region;
        options.search.max_iterations = command_.max_iterations;
        options.threads = static_cast<unsigned>(command_.threads);
        options.from_nominal = command_.from_nominal;
        options.place = placement(*problem_, searched().coordinates(), searched_rows());
        options.stop = &interrupted;
        Checkpoint checkpoint{folder_, searched().coordinates(), fingerprint(command_, *problem_),
                              command_.resumes, options.known};
        if (!options.known.empty()) {
            print_error(fmt::format("{} starts taken over from {}\n", options.known.size(),
                                    (folder_ / "starts.tsv").string()));
        }
        ProgressLine progress;
        std::size_t done = options.known.size();
        double lowest = std::numeric_limits<double>::infinity();
        for (const fit::StartResult& known : options.known) {
            lowest = std::min(lowest, known.optimum.value);
        }
        options.done = [&](const fit::StartResult& result) {
            checkpoint.add(result);
            ++done;
            lowest = std::min(lowest, result.optimum.value);
            progress.show(done, command_.starts, fmt::format("best {}", rounded(lowest, 8)));
        };
        results_ = fit::multi_start(searched(), options);
        checkpoint.finish(searched().coordinates(), results_);
    }

    void find_profiles() {
        const auto coordinates = objective_.coordinates();
        const bool is_all = command_.profiles.size() == 1 && command_.profiles.front() == "all";
        std::vector<std::size_t> wanted;
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            if (is_all || std::find(command_.profiles.begin(), command_.profiles.end(),
                                    coordinates[i].name) != command_.profiles.end()) {
                wanted.push_back(i);
            }
        }
        fit::ProfileOptions options;
        options.search.stop = &interrupted;
        options.threads = static_cast<unsigned>(command_.threads);
        ProgressLine progress;
        options.done = [&](std::size_t done) { progress.show(done, wanted.size(), "profiles"); };
        if (!interrupted) {
            profiles_ = fit::profiles(objective_, best_x_, wanted, options);
        }
    }

    void draw_samples() {
        if (command_.samples == 0 || interrupted) {
            return;
        }
        // Chains start at the best few different starts: apart, so that R-hat means something.
        std::vector<std::vector<double>> starts;
        for (const std::size_t r : fit::ranking(results_)) {
            const fit::Optimum& optimum = results_[r].optimum;
            if (std::isfinite(optimum.value) && optimum.value < best().value + 10.0) {
                starts.push_back(hierarchical_ == nullptr ? optimum.x
                                                          : hierarchical_->completed(optimum.x));
            }
        }
        fit::SamplerOptions options;
        options.samples = command_.samples;
        options.warm_up = std::max<std::size_t>(command_.samples / 2, 200);
        options.chains = command_.chains;
        options.temperatures = command_.temperatures;
        options.seed = command_.seed;
        options.threads = static_cast<unsigned>(command_.threads);
        options.stop = &interrupted;
        ProgressLine progress;
        options.progress = [&](std::size_t done, std::size_t of) {
            progress.show(done, of, "samples");
        };
        samples_ = fit::sample(objective_, starts, options);
    }

    /// Parameter vectors that the data do not tell apart from the best: draws of the posterior when
    /// there are some, else searches that came within the 95 % threshold of a profile.
    [[nodiscard]] std::vector<std::vector<double>> ensemble() {
        std::vector<std::vector<double>> members;
        constexpr std::size_t kMostMembers = 400;
        const std::size_t draws = samples_.chains * samples_.draws;
        const std::size_t every = draws / kMostMembers + 1;
        for (std::size_t k = 0; k < draws; k += every) {
            std::vector<double> x;
            for (std::size_t i = 0; i < samples_.dimensions; ++i) {
                x.push_back(samples_.at(k / samples_.draws, k % samples_.draws, i));
            }
            members.push_back(std::move(x));
        }
        for (std::size_t r = 0; draws == 0 && r < results_.size(); ++r) {
            const fit::Optimum& optimum = results_[r].optimum;
            if (optimum.value < best().value + fit::profile_threshold(0.95)) {
                members.push_back(hierarchical_ == nullptr ? optimum.x
                                                           : hierarchical_->completed(optimum.x));
            }
        }
        return members;
    }

    void write() {
        const auto coordinates = objective_.coordinates();
        const petab::Problem& tables = problem_->problem;
        prediction_ = objective_.predict(best_x_);
        const auto put = [&](const std::string& file, const std::string& text) {
            write_file((folder_ / file).string(), text);
        };
        put("parameters.tsv",
            parameters_table(tables, coordinates, best_x_,
                             standard_errors(coordinates, best_x_, at_best_), profiles_));
        put("simulations.tsv", petab::simulation_table(tables, prediction_));
        std::vector<petab::Prediction> predictions;
        for (const std::vector<double>& member : ensemble()) {
            predictions.push_back(objective_.predict(member));
        }
        put("intervals.tsv", intervals_table(tables, predictions));
        std::vector<NamedFigure> figures{waterfall_figure(results_),
                                         parameters_figure(searched().coordinates(), results_),
                                         agreement_figure(tables, prediction_)};
        const petab::Problem grid = petab::on_time_grid(tables, kCurveIntervals);
        const petab::Prediction curves = predicted_at(grid);
        for (NamedFigure& figure : data_figures(tables, prediction_, {grid, curves})) {
            figures.push_back(std::move(figure));
        }
        if (!profiles_.empty()) {
            put("profiles.tsv", profiles_table(coordinates, profiles_));
            for (NamedFigure& figure :
                 profile_figures(coordinates, profiles_, fit::profile_threshold(0.95))) {
                figures.push_back(std::move(figure));
            }
        }
        for (const NamedFigure& figure : figures) {
            put(figure.name, figure.svg);
        }
        if (samples_.draws > 0) {
            put("samples.tsv", samples_table(coordinates, samples_));
            put("posterior_summary.tsv", summary_table(coordinates, samples_));
            if (fit::has_netcdf()) {
                fit::write_posterior((folder_ / "posterior.nc").string(),
                                     posterior_file(problem_, samples_, command_.seed,
                                                    static_cast<unsigned>(command_.threads)));
            }
        }
        write_manifest_file();
    }

    /// What the best point says about other measurements of the same model.
    [[nodiscard]] petab::Prediction predicted_at(const petab::Problem& other) const {
        Outcome<petab::BoundProblem, Diagnostics> bound = petab::bind(other);
        ERBIUM_CHECK(static_cast<bool>(bound), "bound before with other measurements");
        petab::Objective objective{
            std::make_shared<const petab::BoundProblem>(std::move(bound).value())};
        return objective.predict(best_x_);
    }

    void write_manifest_file() {
        Manifest manifest;
        manifest.command = "fit";
        manifest.inputs = problem_->problem.texts;
        manifest.species = problem_->system.state_count();
        manifest.reactions = problem_->system.reaction_count();
        manifest.solver = petab::SimulatorOptions{}.solver;
        manifest.runs = results_.size();
        manifest.failed_runs = static_cast<std::size_t>(std::count_if(
            results_.begin(), results_.end(),
            [](const fit::StartResult& r) { return !std::isfinite(r.optimum.value); }));
        manifest.fallbacks = problem_->departures;
        manifest.settings = {{"starts", std::to_string(command_.starts)},
                             {"seed", std::to_string(command_.seed)},
                             {"points", command_.points},
                             {"method", command_.method},
                             {"max_iterations", std::to_string(command_.max_iterations)},
                             {"hierarchical", command_.is_hierarchical ? "yes" : "no"}};
        write_manifest(folder_.string(), manifest);
    }

    void report() {
        const std::size_t same = fit::converged_to_best(results_, 0.1);
        const std::size_t converged = static_cast<std::size_t>(std::count_if(
            results_.begin(), results_.end(),
            [](const fit::StartResult& r) { return fit::is_converged(r.optimum.ending); }));
        double worst_r_hat = 0.0;
        double least_ess = std::numeric_limits<double>::infinity();
        constexpr std::size_t kLeastDraws = 8;
        for (std::size_t i = 0; samples_.draws >= kLeastDraws && i < samples_.dimensions; ++i) {
            std::vector<double> values;
            for (std::size_t c = 0; c < samples_.chains; ++c) {
                for (std::size_t d = 0; d < samples_.draws; ++d) {
                    values.push_back(samples_.at(c, d, i));
                }
            }
            worst_r_hat =
                std::max(worst_r_hat, fit::r_hat({values, samples_.chains, samples_.draws}));
            least_ess =
                std::min(least_ess, fit::bulk_ess({values, samples_.chains, samples_.draws}));
        }
        if (command_.as_json) {
            nlohmann::ordered_json json;
            json["objective"] = best().value;
            json["llh"] = prediction_.llh;
            json["chi2"] = prediction_.chi2;
            json["log_prior"] = prediction_.log_prior;
            json["starts"] = results_.size();
            json["converged"] = converged;
            json["at_best"] = same;
            for (std::size_t i = 0; i < best_x_.size(); ++i) {
                const petab::Parameter& parameter =
                    problem_->problem.parameters[problem_->estimated[i]];
                json["parameters"][parameter.id] = petab::from_scale(parameter.scale, best_x_[i]);
            }
            if (samples_.draws >= kLeastDraws) {
                json["r_hat"] = worst_r_hat;
                json["bulk_ess"] = least_ess;
                json["mixed"] = fit::has_mixed(worst_r_hat, least_ess, samples_.chains);
            }
            json["interrupted"] = interrupted.load();
            print(json.dump() + "\n");
            return;
        }
        print(
            fmt::format("objective {}, log likelihood {}, chi2 {}\n"
                        "{} starts: {} converged, {} within 0.1 of the best\n",
                        rounded(best().value, 9), rounded(prediction_.llh, 9),
                        rounded(prediction_.chi2, 6), results_.size(), converged, same));
        if (samples_.draws >= kLeastDraws) {
            print(fmt::format("{} chains of {} samples: largest R-hat {}, least bulk ESS {}\n",
                              samples_.chains, samples_.draws, rounded(worst_r_hat, 4),
                              rounded(least_ess, 4)));
            if (!fit::has_mixed(worst_r_hat, least_ess, samples_.chains)) {
                print(
                    "the chains have not mixed: their intervals are not those of the posterior "
                    "yet; more --samples or --temperatures may help\n");
            }
        }
        print(fmt::format("results in {}\n", folder_.string()));
    }

    const FitCommand& command_;
    fs::path folder_;
    std::shared_ptr<const petab::BoundProblem> problem_;
    petab::Objective objective_;
    std::unique_ptr<petab::HierarchicalObjective> hierarchical_;  // null: all are searched
    std::vector<fit::StartResult> results_;
    std::vector<double> best_x_;  // of all estimated parameters
    std::vector<fit::Profile> profiles_;
    fit::Samples samples_;
    fit::Evaluation at_best_;
    petab::Prediction prediction_;
};

Exit check_profiles(const FitCommand& command, const petab::BoundProblem& problem) {
    std::vector<std::string> names;
    for (const std::size_t row : problem.estimated) {
        names.push_back(problem.problem.parameters[row].id);
    }
    for (const std::string& wanted : command.profiles) {
        if (wanted != "all" && std::find(names.begin(), names.end(), wanted) == names.end()) {
            const std::string hint = did_you_mean(wanted, names);
            return fail(Exit::usage, fmt::format("'{}' is no estimated parameter{}{}", wanted,
                                                 hint.empty() ? "" : "; ", hint));
        }
    }
    return Exit::ok;
}

}  // namespace

Exit run(const FitCommand& command) {
    auto loaded = petab::load_problem(command.problem);
    if (!loaded) {
        return show(loaded.error());
    }
    const auto problem = std::make_shared<const petab::BoundProblem>(std::move(loaded).value());
    print_error(problem->warnings.text());
    if (problem->estimated.empty()) {
        return fail(Exit::invalid_input, "the problem has no parameter to estimate");
    }
    if (const Exit exit = check_profiles(command, *problem); exit != Exit::ok) {
        return exit;
    }
    return Fit{command, problem}.run();
}

}  // namespace erbium::app

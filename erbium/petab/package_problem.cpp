// SPDX-License-Identifier: Apache-2.0
// erbium/petab/package_problem.cpp: rows of observations into conditions, experiments, formulas.
#include "erbium/petab/package_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numbers>
#include <set>
#include <utility>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/calibrate/posterior.hpp"
#include "erbium/model/print.hpp"
#include "erbium/package/assemble.hpp"
#include "erbium/package/treatment.hpp"
#include "erbium/petab/expression.hpp"

namespace erbium::petab {
namespace {

using package::MeasuredQuantity;
using package::Observation;
using package::Package;
using package::Settings;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// How closely the untreated control is tied to its parameter.
constexpr double kControlNoise = 1e-3;
/// A control's parameter may be found this much above and below the model's value.
constexpr double kControlRange = 1e3;
/// Rate [1/s] at which the memory of the start follows its readout. Any will do that is neither
/// slower than the equilibration nor stiffer than the model.
constexpr double kMemoryRate = 1e-3;
constexpr std::string_view kBeforeStart = "petab_before_start";
constexpr std::string_view kModelFile = "model.bngl";

bool is_control_ratio(MeasuredQuantity quantity) noexcept {
    return quantity == MeasuredQuantity::viability || quantity == MeasuredQuantity::fold_control;
}

bool is_fold(MeasuredQuantity quantity) noexcept {
    return quantity == MeasuredQuantity::fold_start || quantity == MeasuredQuantity::fold_control;
}

/// What the model is compared with: a number, or how far it lies outside of an interval.
enum class Target { value, at_least, at_most, within };

std::string_view target_name(Target target) noexcept {
    switch (target) {
        case Target::at_least:
            return " at least";
        case Target::at_most:
            return " at most";
        case Target::within:
            return " within";
        case Target::value:
            break;
    }
    return "";
}

std::string_view quantity_name(MeasuredQuantity quantity) noexcept {
    switch (quantity) {
        case MeasuredQuantity::viability:
            return "viability";
        case MeasuredQuantity::fold_start:
            return "fold_start";
        case MeasuredQuantity::fold_control:
            return "fold_control";
        case MeasuredQuantity::absolute:
            break;
    }
    return "absolute";
}

/// Letters, digits and underscores.
std::string made_id(std::string_view text) {
    std::string id;
    for (const char c : text) {
        const bool is_plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (is_plain || (!id.empty() && id.back() != '_')) {
            id += is_plain ? c : '_';
        }
    }
    while (!id.empty() && id.back() == '_') {
        id.pop_back();
    }
    return is_petab_id(id) ? id : "_" + id;
}

class Writer {
public:
    Writer(assay::Experiment& experiment, PackageRows rows)
        : experiment_{experiment}, package_{experiment.package()}, rows_{rows} {}

    Outcome<PackageProblem, Diagnostics> write() {
        const auto bound = package::assemble(package_);
        if (!bound) {
            return bound.error();
        }
        Problem& problem = out_.problem;
        problem.version = 2;
        add_estimated();
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < package_.observations.size(); ++i) {
            if (package_.observations[i].is_held_out == (rows_ == PackageRows::held_out)) {
                rows.push_back(i);
            }
        }
        const std::vector<double> weights = rows_ == PackageRows::calibration
                                                ? calibrate::curve_weights(package_, rows)
                                                : std::vector<double>(rows.size(), 1.0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            weights_.emplace(rows[i], weights[i]);
        }
        for (const std::size_t row : rows) {
            add_row(row);
        }
        if (diagnostics_.has_errors()) {
            return std::move(diagnostics_);
        }
        problem.model.language = ModelLanguage::bngl;
        problem.model.location = kModelFile;
        problem.model.text = std::make_shared<const SourceText>(SourceText{
            std::string{kModelFile}, model::print(bound.value().model) + memory_blocks()});
        return std::move(out_);
    }

private:
    [[nodiscard]] static lang::Expression formula(const std::string& text) {
        const auto source = std::make_shared<const SourceText>(SourceText{"formula", text});
        Diagnostics diagnostics;
        const Span all{source, 0, static_cast<std::uint32_t>(text.size())};
        auto parsed = parse_formula(all, diagnostics);
        ERBIUM_CHECK(parsed.has_value(), "a formula of our own is well formed");
        return *std::move(parsed);
    }

    std::string take_id(const std::string& wanted) {
        std::string id = wanted;
        for (int n = 2; !ids_.insert(id).second || !is_free_in_model(id); ++n) {
            id = fmt::format("{}_{}", wanted, n);
        }
        return id;
    }
    [[nodiscard]] bool is_free_in_model(const std::string& id) const {
        const eqn::System& system = experiment_.system();
        return !system.find_parameter(id) && !system.find_observable(id) &&
               !system.find_function(id);
    }

    /// The constants that calibration may move, with its priors.
    void add_estimated() {
        for (const calibrate::FreeParameter& free : calibrate::free_parameters(package_)) {
            Parameter parameter;
            parameter.id = free.id;
            const package::Parameter& row = *package_.parameter(free.id);
            parameter.lower = *row.lower;
            parameter.upper = *row.upper;
            parameter.nominal = row.value;
            parameter.is_estimated = true;
            parameter.prior = Prior{free.is_log ? PriorKind::log_normal : PriorKind::normal,
                                    free.centre, free.width, false, 0.0};
            out_.problem.parameters.push_back(std::move(parameter));
        }
    }

    void leave_out(std::size_t index, std::string reason) {
        out_.left_out.push_back({index, std::move(reason)});
    }

    void add_row(std::size_t index) {
        const Observation& row = package_.observations[index];
        if (!row.value && !row.lower && !row.upper) {
            leave_out(index, "neither a value nor an interval");
            return;
        }
        if (row.quantity == MeasuredQuantity::fold_start &&
            !(package_.protocol.equilibrate_max_time_s > 0.0)) {
            leave_out(index, "compared with its start, in a package without equilibration");
            return;
        }
        const std::string& readout =
            row.quantity == MeasuredQuantity::viability ? package_.protocol.growth : row.readout;
        Measurement measurement;
        measurement.experiment = experiment({row.profile, {}, row.background, row.treatment});
        measurement.time = row.time_s;
        if (is_control_ratio(row.quantity)) {
            measurement.observable_overrides.push_back({0.0, control(index, readout)});
        }
        // Beyond the end of an interval of folds, how far counts as a ratio whatever the scale.
        const bool is_log =
            row.scale == package::Scale::log2 || (!row.value && is_fold(row.quantity));
        Target target = Target::value;
        if (row.value) {
            measurement.value = *row.value;
        } else {
            // A ratio is never below 0.
            const bool has_lower = row.lower && (!is_log || *row.lower > 0.0);
            target = has_lower ? (row.upper ? Target::within : Target::at_least) : Target::at_most;
            if (has_lower) {
                measurement.observable_overrides.push_back({*row.lower, {}});
            }
            if (row.upper) {
                measurement.observable_overrides.push_back({*row.upper, {}});
            }
        }
        measurement.observable = observable(readout, row.quantity, target, is_log);
        const double tolerance = calibrate::tolerance_of(row) * (is_log ? std::numbers::ln2 : 1.0);
        measurement.noise_overrides.push_back({tolerance / std::sqrt(weights_.at(index)), {}});
        out_.problem.measurements.push_back(std::move(measurement));
        out_.observations.push_back(index);
        out_.weights.push_back(weights_.at(index));
    }

    std::size_t observable(const std::string& readout, MeasuredQuantity quantity, Target target,
                           bool is_log) {
        const std::string key = fmt::format("{} {}{}{}", readout, quantity_name(quantity),
                                            is_log ? " log" : "", target_name(target));
        const auto [at, is_new] = observables_.try_emplace(key, out_.problem.observables.size());
        if (!is_new) {
            return at->second;
        }
        const std::string& of = package_.readout(readout)->of;
        Observable made;
        made.id = take_id(made_id(key));
        made.name = package_.readout(readout)->title;
        const auto placeholder = [&made] {
            made.placeholders.push_back(
                fmt::format("observableParameter{}_{}", made.placeholders.size() + 1, made.id));
            return made.placeholders.back();
        };
        std::string text = of;
        if (quantity == MeasuredQuantity::fold_start) {
            text = fmt::format("{}/{}", of, memory(of));
        } else if (is_control_ratio(quantity)) {
            text = fmt::format("{}/{}", of, placeholder());
        }
        made.noise_placeholders.push_back(fmt::format("noiseParameter1_{}", made.id));
        made.noise = formula(made.noise_placeholders.front());
        if (target == Target::value) {
            made.model.transformation = is_log ? Transformation::log : Transformation::linear;
        } else {
            const std::string lower = target == Target::at_most ? std::string{} : placeholder();
            const std::string upper = target == Target::at_least ? std::string{} : placeholder();
            text = beyond(text, lower, upper, is_log);
        }
        made.formula = formula(text);
        out_.problem.observables.push_back(std::move(made));
        return at->second;
    }

    /// How far a value lies outside of an interval, 0 inside; below it negative.
    static std::string beyond(const std::string& value, const std::string& lower,
                              const std::string& upper, bool is_log) {
        const auto past = [&](std::string_view cut, const std::string& end) {
            return is_log ? fmt::format("ln({0}({1},{2})/{2})", cut, value, end)
                          : fmt::format("({0}({1},{2})-{2})", cut, value, end);
        };
        if (lower.empty()) {
            return past("max", upper);
        }
        return upper.empty() ? past("min", lower)
                             : fmt::format("{}+{}", past("min", lower), past("max", upper));
    }

    /// The observable of the model that keeps what `of` was at the start.
    const std::string& memory(const std::string& of) {
        const auto [at, is_new] = memories_.try_emplace(of);
        if (is_new) {
            at->second = take_id("start_" + of);
        }
        return at->second;
    }

    /// The parameter that is the readout of an untreated dish, and that dish's measurement.
    std::size_t control(std::size_t index, const std::string& readout) {
        const Observation& row = package_.observations[index];
        assay::Question question{
            {row.profile, {}, row.background, {}}, MeasuredQuantity::absolute, readout, row.time_s};
        const std::string key = fmt::format("{}|{}|{}|{}", row.profile,
                                            package::treatment_text(package_, row.background),
                                            readout, shortest(row.time_s));
        const auto [at, is_new] = controls_.try_emplace(key, out_.problem.parameters.size());
        if (!is_new) {
            return at->second;
        }
        const assay::Measurement answer = experiment_.measure({&question, 1}).front();
        if (!(answer.value > 0.0)) {
            diagnostics_.error(
                "ERB-PETAB-0014", row.span,
                fmt::format("the untreated control of '{}' has no positive {}: {}", row.id, readout,
                            answer.reason.empty() ? shortest(answer.value) : answer.reason));
        }
        Parameter parameter;
        parameter.id = take_id(
            made_id(fmt::format("control_{}_{}_{}", readout, row.profile, time_text(row.time_s))));
        parameter.name =
            fmt::format("{} of untreated {} at {}", readout, row.profile, time_text(row.time_s));
        parameter.nominal = answer.value;
        parameter.lower = answer.value / kControlRange;
        parameter.upper = answer.value * kControlRange;
        parameter.is_estimated = true;
        out_.problem.parameters.push_back(std::move(parameter));
        Measurement measurement;
        measurement.observable = observable(readout, row.quantity, Target::value, false);
        measurement.experiment = experiment(question.condition);
        measurement.time = row.time_s;
        measurement.value = 1.0;
        measurement.observable_overrides.push_back({0.0, at->second});
        measurement.noise_overrides.push_back({kControlNoise, {}});
        out_.problem.measurements.push_back(std::move(measurement));
        out_.observations.push_back(kNoObservation);
        out_.weights.push_back(1.0);
        return at->second;
    }

    std::size_t condition(const std::string& wanted, const Settings& settings) {
        Condition made;
        made.id = take_id(made_id(wanted));
        for (const package::Setting& setting : settings) {
            made.assignments.push_back(
                {setting.parameter, lang::Expression::constant(setting.value), {}});
        }
        out_.problem.conditions.push_back(std::move(made));
        return out_.problem.conditions.size() - 1;
    }

    /// Before the start: the dish. Cells that only differ in what happens at 0 share it.
    std::size_t before(const std::string& name, const Settings& dish) {
        const auto [at, is_new] = before_.try_emplace(name, 0);
        if (is_new) {
            Settings settings = dish;
            overlay(settings, package_.protocol.equilibrate);
            settings.push_back({std::string{kBeforeStart}, 1.0});
            at->second = condition("dish_" + name, settings);
        }
        return at->second;
    }

    std::size_t experiment(const assay::Condition& asked) {
        const std::string medium = asked.background.doses.empty()
                                       ? std::string{}
                                       : package::treatment_text(package_, asked.background);
        const std::string agents = package::treatment_text(package_, asked.treatment);
        const std::string dish_name = (asked.profile.empty() ? "default" : asked.profile) +
                                      (medium.empty() ? "" : " in " + medium);
        const auto [at, is_new] =
            experiments_.try_emplace(dish_name + "|" + agents, out_.problem.experiments.size());
        if (!is_new) {
            return at->second;
        }
        Settings dish;
        if (!asked.profile.empty()) {
            dish = package::profile_settings(package_, asked.profile);
        }
        overlay(dish, package::treatment_settings(package_, asked.background));
        // What the protocol changed before the start is again as the dish has it.
        Settings start;
        for (const package::Setting& changed : package_.protocol.equilibrate) {
            const auto own = std::find_if(dish.begin(), dish.end(), [&](const auto& s) {
                return s.parameter == changed.parameter;
            });
            start.push_back(
                {changed.parameter, own != dish.end() ? own->value : own_value(changed.parameter)});
        }
        overlay(start, package_.protocol.start);
        overlay(start, package::treatment_settings(package_, asked.treatment));
        start.push_back({std::string{kBeforeStart}, 0.0});
        Experiment made;
        made.id = take_id(made_id(dish_name + " " + agents));
        const bool has_equilibration = package_.protocol.equilibrate_max_time_s > 0.0;
        if (has_equilibration) {
            made.periods.push_back({-kInfinity, {before(dish_name, dish)}});
        }
        if (!has_equilibration) {
            Settings all = dish;
            overlay(all, start);
            start = std::move(all);
        }
        std::string key;
        for (const package::Setting& setting : start) {
            key += fmt::format("{}={};", setting.parameter, shortest(setting.value));
        }
        const auto [begun, is_first] = start_.try_emplace(key, 0);
        if (is_first) {
            begun->second = condition("start_" + agents, start);
        }
        made.periods.push_back({0.0, {begun->second}});
        out_.problem.experiments.push_back(std::move(made));
        return at->second;
    }

    [[nodiscard]] double own_value(const std::string& parameter) const {
        const package::Parameter* row = package_.parameter(parameter);
        return row != nullptr
                   ? row->value
                   : experiment_.system()
                         .parameter_values()[experiment_.system().find_parameter(parameter)->value];
    }

    /// One molecule for each memory: it follows the readout until the start.
    [[nodiscard]] std::string memory_blocks() const {
        std::string types;
        std::string seeds;
        std::string observables;
        std::string functions;
        std::string rules;
        for (const auto& [of, memory] : memories_) {
            types += fmt::format("  Memory_{}()\n", memory);
            seeds += fmt::format("  Memory_{}() 0\n", memory);
            observables += fmt::format("  Molecules {} Memory_{}()\n", memory, memory);
            const bool is_function = experiment_.system().find_function(of).has_value();
            functions += fmt::format("  fill_{}() {}*petab_memory_rate*{}{}\n", memory,
                                     kBeforeStart, of, is_function ? "()" : "");
            rules += fmt::format(
                "  keep_{0}: 0 -> Memory_{0}() fill_{0}()\n"
                "  forget_{0}: Memory_{0}() -> 0 petab_forget()\n",
                memory);
        }
        const std::string parameters = fmt::format(
            "\n# What PEtab compares readouts with: their values at the start of the experiment\n"
            "begin parameters\n  {} 1\n  petab_memory_rate {} # 1/s\nend parameters\n",
            kBeforeStart, shortest(kMemoryRate));
        if (memories_.empty()) {
            return parameters;
        }
        return parameters + fmt::format(
                                "begin molecule types\n{}end molecule types\n"
                                "begin seed species\n{}end seed species\n"
                                "begin observables\n{}end observables\n"
                                "begin functions\n{}  petab_forget() {}*petab_memory_rate\n"
                                "end functions\nbegin reaction rules\n{}end reaction rules\n",
                                types, seeds, observables, functions, kBeforeStart, rules);
    }

    assay::Experiment& experiment_;
    const Package& package_;
    PackageRows rows_;
    PackageProblem out_;
    Diagnostics diagnostics_;
    std::map<std::size_t, double> weights_;  // by observation
    std::set<std::string> ids_;
    std::map<std::string, std::size_t> observables_;
    std::map<std::string, std::size_t> experiments_;
    std::map<std::string, std::size_t> before_;    // by dish
    std::map<std::string, std::size_t> start_;     // by what is set
    std::map<std::string, std::size_t> controls_;  // rows of the parameter table
    std::map<std::string, std::string> memories_;  // readout of the model -> its memory
};

/// The table of measurements with what stands behind each of them.
std::string with_origins(const std::string& table, const Package& package,
                         const PackageProblem& problem) {
    const std::vector<std::string_view> lines = split(table, '\n');
    std::string text =
        fmt::format("{}\tobservation\tseries\tweight\ttag\tsources\tnote\n", lines.front());
    for (std::size_t i = 0; i < problem.observations.size(); ++i) {
        text += lines[i + 1];
        if (problem.observations[i] == kNoObservation) {
            text += "\t\t\t\t\t\tuntreated control\n";
            continue;
        }
        const Observation& row = package.observations[problem.observations[i]];
        std::string note = row.note;
        std::replace(note.begin(), note.end(), '"', '\'');  // no quotation marks in PEtab's tables
        text +=
            fmt::format("\t{}\t{}\t{}\t{}\t{}\t{}\n", row.id, row.series,
                        rounded(problem.weights[i], 6), row.tag, fmt::join(row.sources, ";"), note);
    }
    return text;
}

}  // namespace

Outcome<PackageProblem, Diagnostics> problem_of(assay::Experiment& experiment, PackageRows rows) {
    return Writer{experiment, rows}.write();
}

Outcome<ExportedProblem, Diagnostics> export_package_problem(const package::Package& package,
                                                             const PackageProblem& problem) {
    auto files = export_version_2(problem.problem, Model{});
    if (!files) {
        return files;
    }
    files.value()["measurements.tsv"] =
        with_origins(files.value()["measurements.tsv"], package, problem);
    std::string& yaml = files.value()["problem.yaml"];
    yaml =
        fmt::format(
            "# {}: observations of the package as a PEtab problem, made by\n"
            "#   erbium convert {} FOLDER --to petab\n"
            "# Besides the columns of PEtab, measurements.tsv tells each row's observation in the\n"
            "# package, its series, its weight (in the noise already), tag, sources and note.\n"
            "# What calibration of the package does and PEtab has no words for:\n"
            "#   - Student's t with 4 degrees of freedom in the place of the normal distribution\n"
            "#   - claims, each of which compares two experiments\n",
            package.title, package.name) +
        yaml;
    if (problem.left_out.empty()) {
        return files;
    }
    yaml = "# Left out: the observations in left_out.tsv, each with the reason.\n" + yaml;
    std::string left_out = "observation\treason\n";
    for (const PackageProblem::LeftOut& one : problem.left_out) {
        left_out += fmt::format("{}\t{}\n", package.observations[one.observation].id, one.reason);
    }
    files.value()["left_out.tsv"] = std::move(left_out);
    return files;
}

}  // namespace erbium::petab

// SPDX-License-Identifier: Apache-2.0
// apps/erbium/command_line.cpp: the only place that knows the option parser.
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <thread>

#include "commands.hpp"
#include "erbium/base/text.hpp"

namespace erbium::app {
namespace {

constexpr const char* kResearchUse =
    "Research use only; nothing it prints is advice for a patient.";

void add_examples(CLI::App& command, const std::string& examples) {
    command.footer("\nExamples:\n" + examples);
}

void add_json(CLI::App& command, bool& as_json) {
    command.add_flag("--json", as_json, "Print one JSON value instead of text");
}

void add_threads(CLI::App& command, std::size_t& threads) {
    threads = std::max(1U, std::thread::hardware_concurrency());
    command.add_option("-j,--jobs,--threads", threads, "Threads; results do not depend on it")
        ->check(CLI::Range(1, 1024));
}

void add_package(CLI::App& command, std::string& package) {
    command.add_option("PACKAGE", package, "A package (NAME@TIER picks a tier)")->required();
}

/// @param files  what may stand there besides a package
void add_target(CLI::App& command, std::string& target, const char* files) {
    command
        .add_option("TARGET", target,
                    fmt::format("{}, or a package (NAME@TIER picks a tier)", files))
        ->required();
}

void add_problem(CLI::App& command, std::string& problem) {
    command.add_option("PROBLEM", problem, "The YAML file of a PEtab 1 or 2 problem")->required();
}

void add_tolerances(CLI::App& command, std::optional<double>& rtol, std::optional<double>& atol,
                    const char* relative) {
    command.add_option("--rtol", rtol, relative)->check(CLI::PositiveNumber);
    command.add_option("--atol", atol, "Absolute tolerance, in the unit of the amounts")
        ->check(CLI::PositiveNumber);
}

template <class Number>
void add_seed(CLI::App& command, Number& seed) {
    command.add_option("--seed", seed, "Seed of all random numbers (default 1)");
}

/// Every verb with the struct its options are written to.
struct Commands {
    CheckCommand check;
    NetCommand net;
    SimCommand sim;
    BenchCommand bench;
    ReportCommand report;
    ClaimsCommand claims;
    CalibrateCommand calibrate;
    AdviseCommand advise;
    ConvertCommand convert;
    PetabCommand petab;
    FitCommand fit;
    SensitivityCommand sensitivity;
    InfoCommand info;
    CiteCommand cite;
    DoctorCommand doctor;
};

CLI::App* add_check(CLI::App& app, CheckCommand& check) {
    CLI::App* command = app.add_subcommand(
        "check", "Read a model, problem or package and report everything that is wrong with it");
    add_examples(*command,
                 "  erbium check model.bngl\n"
                 "  erbium check her2\n"
                 "  erbium check model.bngl --derivatives --until 100\n"
                 "  erbium check problem.yaml --derivatives\n");
    add_target(*command, check.target, "A .bngl, .net or .xml file, a PEtab problem");
    command->add_flag(
        "--derivatives", check.with_derivatives,
        "Hold derivatives of all observables by all parameters, forward and adjoint, "
        "against central differences of runs; of a PEtab problem, the gradient of its "
        "objective. Exit code 1 when one disagrees by more than their noise "
        "(docs/reference/command-line.md)");
    command->add_option("--until", check.until,
                        "End time of that simulation: a number in the model's unit, or a quantity "
                        "such as 72h (default 1)");
    command
        ->add_option(
            "--rtol", check.rtol,
            "Its relative tolerance (default 1e-9; of a PEtab problem's differences 1e-10)")
        ->check(CLI::PositiveNumber);
    add_json(*command, check.as_json);
    return command;
}

CLI::App* add_net(CLI::App& app, NetCommand& net) {
    CLI::App* command =
        app.add_subcommand("net", "Write out the reaction network of a rule-based model");
    add_examples(*command,
                 "  erbium net egfr_net.bngl -o egfr_net.net\n"
                 "  erbium net egfr_net.bngl --stats --json\n"
                 "  erbium net her2 --map her2.svg\n");
    command->add_option("FILE", net.file, "A .bngl file or a package")->required();
    command->add_option("-o,--output", net.output,
                        "Write the network here, in BioNetGen's .net format");
    command->add_option("--map", net.map,
                        "Draw the contact map here: molecule types, sites, bonds and what rules "
                        "change (SVG)");
    command->add_flag("--lump", net.is_lumped,
                      "Species that the outputs need not tell apart become one; exact");
    command
        ->add_option("--outputs", net.outputs,
                     "With --lump: only these observables and functions (repeat, or a,b,c)")
        ->delimiter(',');
    command->add_flag("--reduction", net.with_reduction,
                      "Conservation laws and coupled blocks of the equations, instead of the "
                      "network");
    command->add_flag("--stats", net.with_stats,
                      "Print species, reactions, rules, CPU time and memory");
    add_json(*command, net.as_json);
    command->add_option("--max-species", net.max_species, "Stop when there are more species");
    command->add_option("--max-reactions", net.max_reactions, "Stop when there are more reactions");
    command->add_option("--max-complex", net.max_molecules,
                        "Stop when a species has more molecules");
    command->add_option("--max-iter", net.max_iterations,
                        "Apply all rules at most this many times");
    command->add_option("--max-memory", net.max_megabytes,
                        "Stop when the network and its tables hold more MB (default 8192)");
    add_threads(*command, net.threads);
    return command;
}

void add_treatment(CLI::App& command, TreatmentOptions& treatment) {
    command.add_option("--profile", treatment.profile,
                       "Profile of the package (a cell line or variant), or a .yaml file with one");
    command
        .add_option("--drug", treatment.drugs,
                    "Agent and dose from t = 0, as in \"trastuzumab 10 ug/mL\"")
        ->take_all()
        ->allow_extra_args(false);
    command
        .add_option("--background", treatment.background, "The same, but present from before t = 0")
        ->take_all()
        ->allow_extra_args(false);
    command.add_option("--set", treatment.settings, "NAME=VALUE: change a parameter")
        ->take_all()
        ->allow_extra_args(false);
}

void add_nominal(CLI::App& command, bool& is_nominal) {
    command.add_flag("--no-ensemble", is_nominal,
                     "Only the values of parameters.tsv, not the package's parameter sets");
}

CLI::App* add_sim(CLI::App& app, SimCommand& sim) {
    CLI::App* command = app.add_subcommand("sim", "Simulate a model file or a package");
    add_examples(*command,
                 "  erbium sim egfr_net.bngl -o results/               # runs the file's actions\n"
                 "  erbium sim egfr_net.bngl --until 120 --steps 120 -o egfr.tsv\n"
                 "  erbium sim model.xml --until 10 --select S1,S2 --amounts S1 -o out.csv\n"
                 "  erbium sim her2 --profile SKBR3 --drug \"trastuzumab 10 ug/mL\" --until 72h\n"
                 "  erbium sim her2 --profile my_line.yaml --drug \"lapatinib 1 uM\" --readout "
                 "viability,pAKT --json\n");
    add_target(*command, sim.target, "A .bngl or .net file");
    add_treatment(*command, sim.treatment);
    command->add_option("--until", sim.until,
                        "End time: a number in the model's unit, or a quantity such as 72h");
    command->add_option("--steps", sim.steps, "Equal output intervals (default 100)")
        ->check(CLI::Range(1, 10000000));
    add_tolerances(*command, sim.rtol, sim.atol, "Relative tolerance");
    command
        ->add_option("--solver", sim.solver,
                     "own: Rodas5P (the default); esdirk: ESDIRK4(3)6L[2]SA, which keeps factors "
                     "over steps; cvode: SUNDIALS' BDF, where it was built in")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, erbium::sim::Method>{{"own", erbium::sim::Method::own},
                                                       {"esdirk", erbium::sim::Method::esdirk},
                                                       {"cvode", erbium::sim::Method::cvode}}))
        ->option_text("TEXT:{own,esdirk,cvode}");
    CLI::Option* const lump = command->add_flag_callback(
        "--lump", [&sim] { sim.lumps = Lumps::always; },
        "Species that the readouts need not tell apart become one; exact. One simulation of a "
        ".bngl "
        "or .net file does so by itself where there are such species");
    command
        ->add_flag_callback(
            "--no-lump", [&sim] { sim.lumps = Lumps::never; }, "All species, whatever is read out")
        ->excludes(lump);
    CLI::Option* const quasi_steady = command->add_option(
        "--quasi-steady", sim.quasi_steady,
        "Of a .bngl or .net file: reversible bindings (A + B <-> AB, A <-> A') that at the initial "
        "state relax within this time are in equilibrium at all times; the run is compared with "
        "the whole one, and the largest differences are printed and stand in run.json");
    command
        ->add_flag(
            "--unchecked", sim.is_unchecked,
            "With --quasi-steady: not compared with the whole run, so the error is not known")
        ->needs(quasi_steady);
    command
        ->add_option("--reduction", sim.reduction,
                     "Conservation laws that give a species: none, auto (the default: those that "
                     "make a step cheaper) or all")
        ->transform(CLI::CheckedTransformer(std::map<std::string, erbium::sim::Reducing>{
            {"none", erbium::sim::Reducing::none},
            {"auto", erbium::sim::Reducing::where_it_pays},
            {"all", erbium::sim::Reducing::all}}))
        ->option_text("TEXT:{none,auto,all}");
    command->add_option("--readout,--select", sim.readouts, "Only these columns (repeat, or a,b,c)")
        ->delimiter(',');
    command->add_option("--amounts", sim.amounts, "SBML: these species as amounts (a,b,c)")
        ->delimiter(',');
    command
        ->add_option("--concentrations", sim.concentrations,
                     "SBML: these species as concentrations (a,b,c)")
        ->delimiter(',');
    command->add_flag("--fast-as-ordinary", sim.treats_fast_as_ordinary,
                      "SBML: simulate reactions marked fast with the rates that they state; "
                      "run.json says so");
    command->add_option("-o,--output", sim.output,
                        "A .tsv or .csv file; for a file's actions a folder");
    add_nominal(*command, sim.is_nominal);
    command->add_flag(
        "--skip-writers", sim.skips_writers,
        "Leave out actions that only write formats Erbium does not have, as writeXML");
    add_json(*command, sim.as_json);
    return command;
}

CLI::App* add_petab(CLI::App& app, PetabCommand& petab) {
    CLI::App* command = app.add_subcommand(
        "petab", "Check a PEtab problem and compute its likelihood at the nominal parameters");
    add_examples(*command,
                 "  erbium petab problem.yaml --json\n"
                 "  erbium petab problem.yaml --simulations simulations.tsv --gradient\n"
                 "  erbium petab problem.yaml --export version2/\n");
    add_problem(*command, petab.problem);
    command->add_option("--simulations", petab.simulations,
                        "Write the simulation table here, and run.json beside it");
    command->add_option("--export", petab.exported,
                        "Write the problem as PEtab 2.0.0 into this folder");
    command->add_flag("--gradient", petab.with_gradient,
                      "Also the derivatives by the estimated parameters, on their scales");
    add_tolerances(*command, petab.rtol, petab.atol, "Relative tolerance (default 1e-8)");
    add_json(*command, petab.as_json);
    return command;
}

CLI::App* add_fit(CLI::App& app, FitCommand& fit) {
    CLI::App* command =
        app.add_subcommand("fit", "Estimate the parameters of a PEtab problem from many starts");
    add_examples(*command,
                 "  erbium fit problem.yaml -o fit/ --starts 50 -j 2\n"
                 "  erbium fit problem.yaml -o fit/ --starts 50 --resume\n"
                 "  erbium fit problem.yaml -o fit/ --profiles all --samples 10000\n");
    add_problem(*command, fit.problem);
    command->add_option("-o,--output", fit.folder, "Folder for tables, figures and run.json")
        ->required();
    command->add_option("--starts", fit.starts, "Local searches (default 100)")
        ->check(CLI::Range(1, 1000000));
    add_seed(*command, fit.seed);
    command->add_option("--points", fit.points, "Where starts are: latin-hypercube or sobol")
        ->check(CLI::IsMember({"latin-hypercube", "sobol"}));
    command
        ->add_option("--method", fit.method,
                     "trust-region (Gauss-Newton, the default) or quasi-newton")
        ->check(CLI::IsMember({"trust-region", "quasi-newton"}));
    command->add_option("--max-iterations", fit.max_iterations, "Of one search (default 300)")
        ->check(CLI::Range(1, 1000000));
    command->add_flag("--from-nominal", fit.from_nominal,
                      "The first start is the nominal point of the parameter table");
    command->add_flag("--hierarchical", fit.is_hierarchical,
                      "Search only over parameters that simulations depend on; scalings, offsets "
                      "and noise are found for each simulation");
    command->add_flag("--resume", fit.resumes,
                      "Take over the searches that an earlier run with these inputs finished");
    command
        ->add_option("--profiles", fit.profiles,
                     "Profile likelihoods of these parameters (a,b), or all")
        ->delimiter(',');
    command->add_option("--samples", fit.samples,
                        "Samples of the posterior in each chain (default 0: none)");
    command->add_option("--chains", fit.chains, "Chains (default 4)")->check(CLI::Range(1, 1000));
    command->add_option("--temperatures", fit.temperatures, "Levels of tempering (default 5)")
        ->check(CLI::Range(1, 100));
    add_threads(*command, fit.threads);
    add_json(*command, fit.as_json);
    return command;
}

CLI::App* add_sensitivity(CLI::App& app, SensitivityCommand& sensitivity) {
    CLI::App* command = app.add_subcommand(
        "sensitivity", "How outputs of a PEtab problem depend on its estimated parameters");
    add_examples(*command,
                 "  erbium sensitivity problem.yaml\n"
                 "  erbium sensitivity problem.yaml --method morris -o morris.tsv\n"
                 "  erbium sensitivity problem.yaml --method sobol --samples 1024 -o sobol.tsv\n");
    add_problem(*command, sensitivity.problem);
    command
        ->add_option("--method", sensitivity.method,
                     "local (derivatives at the nominal point, the default), morris or sobol "
                     "(between the bounds)")
        ->check(CLI::IsMember({"local", "morris", "sobol"}));
    command
        ->add_option("--samples", sensitivity.samples,
                     "Morris trajectories (default 20) or Sobol points (default 1024)")
        ->check(CLI::Range(1, 10000000));
    add_seed(*command, sensitivity.seed);
    command->add_option("-o,--output", sensitivity.output,
                        "Write the table here, and run.json beside it");
    add_threads(*command, sensitivity.threads);
    return command;
}

CLI::App* add_bench(CLI::App& app, BenchCommand& bench) {
    CLI::App* command = app.add_subcommand(
        "bench", "Measure how many simulations of a model this machine does in a second and a day");
    add_examples(*command,
                 "  erbium bench her2\n"
                 "  erbium bench model.bngl --until 120 --seconds 10 --json\n");
    add_target(*command, bench.target, "A .bngl, .net or .xml file");
    command->add_option("--until", bench.until,
                        "End time: a number in the model's unit, or a quantity such as 72h "
                        "(a package has its own)");
    command->add_option("--seconds", bench.seconds, "About how long to measure (default 30)")
        ->check(CLI::Range(0.1, 86400.0));
    add_threads(*command, bench.threads);
    add_json(*command, bench.as_json);
    return command;
}

CLI::App* add_report(CLI::App& app, ReportCommand& report) {
    CLI::App* command =
        app.add_subcommand("report", "Run a package's experiments and write them as one HTML page");
    add_examples(*command,
                 "  erbium report her2\n"
                 "  erbium report her2 -o out/\n"
                 "  erbium report her2 --calibration docs/calibration/her2.md\n");
    add_package(*command, report.package);
    command->add_option("-o,--output", report.folder,
                        "Folder for report.html, tables and run.json (default: PACKAGE-report)");
    command->add_option("--calibration", report.calibration,
                        "Write how the ensemble agrees with all that is known here, as Markdown, "
                        "instead of the page");
    add_nominal(*command, report.is_nominal);
    add_threads(*command, report.threads);
    add_json(*command, report.as_json);
    return command;
}

CLI::App* add_claims(CLI::App& app, ClaimsCommand& claims) {
    CLI::App* command = app.add_subcommand(
        "claims",
        "Test each statement of a package: its effect must be there, and gone without its "
        "mechanism");
    add_examples(*command,
                 "  erbium claims her2\n"
                 "  erbium claims her2 --only S9b --json\n"
                 "  erbium claims her2 --only S21 --no-ensemble\n");
    add_package(*command, claims.package);
    command
        ->add_option("--only", claims.only,
                     "Only these claims; S9 is S9a, S9b, ... (repeat, or a,b)")
        ->delimiter(',');
    add_nominal(*command, claims.is_nominal);
    add_threads(*command, claims.threads);
    add_json(*command, claims.as_json);
    return command;
}

CLI::App* add_calibrate(CLI::App& app, CalibrateCommand& calibrate) {
    CLI::App* command = app.add_subcommand(
        "calibrate", "Find parameter sets of a package that agree with its observations");
    add_examples(*command,
                 "  erbium calibrate her2 -o calibration/ --seed 1\n"
                 "  erbium calibrate her2 -o calibration/ --validate-only --folds 5 --marker "
                 "copies_HER2\n");
    add_package(*command, calibrate.package);
    command
        ->add_option("-o,--output", calibrate.folder,
                     "Folder for ensemble.tsv, posterior.tsv, cross-validation and run.json")
        ->required();
    add_seed(*command, calibrate.seed);
    command->add_option("--sets", calibrate.sets, "Parameter sets of the ensemble (default 120)")
        ->check(CLI::Range(8, 100000));
    command->add_option("--generations", calibrate.generations,
                        "Generations of the chains from whose second half sets are taken (default "
                        "200)");
    command->add_option("--chains", calibrate.chains,
                        "Chains that follow the posterior, at least 8 (default 32); few long ones "
                        "show better than many short ones whether they have mixed");
    command->add_option("--draws", calibrate.draws,
                        "Draws near the mode for each set, from which a surrogate that proposes "
                        "moves is learnt (default 5; 0: none)");
    command->add_option("--parameters", calibrate.parameters,
                        "Constants that may move, at most (default 24)");
    command->add_option("--starts", calibrate.starts, "Searches for the mode (default 2)");
    command->add_flag("--with-claims", calibrate.has_claims,
                      "Let claims and their ablations count as known: sets that break one are "
                      "rejected");
    command->add_option("--folds", calibrate.folds,
                        "Also predict left-out cell lines and agents in so many folds (0: not)");
    command->add_option("--marker", calibrate.marker,
                        "Parameter whose level alone a naive predictor knows");
    command->add_flag("--validate-only", calibrate.is_validation_only,
                      "Only the cross-validation, no ensemble");
    add_threads(*command, calibrate.threads);
    return command;
}

CLI::App* add_advise(CLI::App& app, AdviseCommand& advise) {
    CLI::App* command = app.add_subcommand(
        "advise", "Rank a package's agents by predicted growth inhibition in one profile");
    add_examples(*command, "  erbium advise her2 --profile SKBR3_PTEN_loss\n");
    add_package(*command, advise.package);
    command
        ->add_option("--profile", advise.profile,
                     "Profile of the package, or a .yaml file with one")
        ->required();
    add_nominal(*command, advise.is_nominal);
    add_threads(*command, advise.threads);
    add_json(*command, advise.as_json);
    return command;
}

CLI::App* add_convert(CLI::App& app, ConvertCommand& convert) {
    CLI::App* command =
        app.add_subcommand("convert", "Write a model in another format: SBML, .net or PEtab");
    add_examples(*command,
                 "  erbium convert egfr_net.bngl egfr.xml\n"
                 "  erbium convert her2 her2.xml\n"
                 "  erbium convert her2 her2_petab/ --to petab\n"
                 "  erbium convert model.xml model.net\n");
    command->add_option("FROM", convert.input, "A .bngl, .net or .xml (SBML) file, or a package")
        ->required();
    command
        ->add_option("TO", convert.output,
                     "An .xml (SBML Level 3 Version 2) or .net file; a folder for PEtab")
        ->required();
    command
        ->add_option("--to", convert.format,
                     "sbml, net or petab (a package with its observations); told by the ending of "
                     "TO when not given")
        ->check(CLI::IsMember({"sbml", "net", "petab"}));
    command->add_flag("--fast-as-ordinary", convert.treats_fast_as_ordinary,
                      "SBML: take reactions marked fast as ordinary ones");
    return command;
}

CLI::App* add_info(CLI::App& app, InfoCommand& info) {
    CLI::App* command =
        app.add_subcommand("info", "List what a package holds: profiles, agents, readouts");
    add_examples(*command, "  erbium info her2\n");
    add_package(*command, info.package);
    add_json(*command, info.as_json);
    return command;
}

CLI::App* add_cite(CLI::App& app, CiteCommand& cite) {
    CLI::App* command = app.add_subcommand(
        "cite", "Print the sources of a package's numbers, or how to cite Erbium");
    add_examples(*command, "  erbium cite\n  erbium cite her2\n");
    command->add_option("PACKAGE", cite.package, "A package (NAME@TIER picks a tier)");
    add_json(*command, cite.as_json);
    return command;
}

CLI::App* add_doctor(CLI::App& app, DoctorCommand& doctor) {
    CLI::App* command =
        app.add_subcommand("doctor", "Tell what this build has and whether it works here");
    add_json(*command, doctor.as_json);
    return command;
}

/// The parser's own message, and the nearest verb for a misspelt one.
Exit usage_failure(const CLI::App& app, const CLI::ParseError& error, int argc,
                   const char* const* argv) {
    std::vector<std::string> verbs;
    bool is_known = argc < 2 || argv[1][0] == '-';
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        verbs.push_back(verb->get_name());
        is_known = is_known || (argc > 1 && verb->get_name() == argv[1]);
    }
    if (!is_known) {
        const std::string hint = did_you_mean(argv[1], verbs);
        return fail(Exit::usage, fmt::format("unknown command '{}'; {}", argv[1],
                                             hint.empty() ? "see erbium --help" : hint));
    }
    return fail(Exit::usage,
                fmt::format("{}; see erbium {}--help", error.what(),
                            argc > 1 && argv[1][0] != '-' ? std::string(argv[1]) + " " : ""));
}

}  // namespace

const char* version_text() {
    return "erbium " ERBIUM_VERSION " (results 1)";
}

Exit run_command_line(int argc, const char* const* argv) {
    CLI::App app{fmt::format("Erbium: rule-based models of receptor signalling and therapy, from "
                             "BNGL text to a report.\n{}",
                             kResearchUse),
                 "erbium"};
    app.set_version_flag("--version", version_text());
    app.require_subcommand(1);
    Commands commands;
    const std::vector<std::pair<CLI::App*, std::function<Exit()>>> verbs{
        {add_check(app, commands.check), [&] { return run(commands.check); }},
        {add_net(app, commands.net), [&] { return run(commands.net); }},
        {add_sim(app, commands.sim), [&] { return run(commands.sim); }},
        {add_bench(app, commands.bench), [&] { return run(commands.bench); }},
        {add_report(app, commands.report), [&] { return run(commands.report); }},
        {add_claims(app, commands.claims), [&] { return run(commands.claims); }},
        {add_calibrate(app, commands.calibrate), [&] { return run(commands.calibrate); }},
        {add_advise(app, commands.advise), [&] { return run(commands.advise); }},
        {add_convert(app, commands.convert), [&] { return run(commands.convert); }},
        {add_petab(app, commands.petab), [&] { return run(commands.petab); }},
        {add_fit(app, commands.fit), [&] { return run(commands.fit); }},
        {add_sensitivity(app, commands.sensitivity), [&] { return run(commands.sensitivity); }},
        {add_info(app, commands.info), [&] { return run(commands.info); }},
        {add_cite(app, commands.cite), [&] { return run(commands.cite); }},
        {add_doctor(app, commands.doctor), [&] { return run(commands.doctor); }}};
    if (argc < 2) {
        print(app.help());
        return Exit::usage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        print(app.help());  // of the command that was named, if there is one
        return Exit::ok;
    } catch (const CLI::CallForVersion&) {
        print(fmt::format("{}\n", version_text()));
        return Exit::ok;
    } catch (const CLI::ParseError& error) {
        return usage_failure(app, error, argc, argv);
    }
    for (const auto& [command, carry_out] : verbs) {
        if (command->parsed()) {
            return carry_out();
        }
    }
    return Exit::usage;
}

}  // namespace erbium::app

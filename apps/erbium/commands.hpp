// SPDX-License-Identifier: Apache-2.0
// apps/erbium/commands.hpp: the verbs of the command line, each with what it was asked to do.
// Made by: command_line.cpp   Carried out by: cmd_<verb>.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "erbium/sim/run.hpp"

namespace erbium::app {

struct CheckCommand {
    std::string target;  ///< .bngl, .net or .xml file, a PEtab problem, or a package
    bool with_derivatives{};
    std::string until;  ///< end time for derivatives; empty: 1
    std::optional<double> rtol;
    bool as_json{};
};

struct NetCommand {
    std::string file;
    std::string output;  ///< .net file; empty: none is written
    std::string map;     ///< .svg file; empty: no contact map is drawn
    bool with_stats{};
    bool is_lumped{};                  ///< species that no output tells apart become one
    std::vector<std::string> outputs;  ///< of the lumped network; empty: all
    bool with_reduction{};             ///< conservation laws and blocks instead of the network
    bool as_json{};
    std::optional<std::size_t> max_species;
    std::optional<std::size_t> max_reactions;
    std::optional<std::size_t> max_molecules;
    std::optional<std::size_t> max_iterations;
    std::optional<std::size_t> max_megabytes;
    std::size_t threads{};
};

/// A profile under a treatment, as options say it.
struct TreatmentOptions {
    std::string profile;
    std::vector<std::string> drugs;       ///< "trastuzumab 10 ug/mL", from t = 0
    std::vector<std::string> background;  ///< the same, but present from before equilibration
    std::vector<std::string> settings;    ///< NAME=VALUE
};

/// Whether species that no readout tells apart are made one before a simulation.
enum class Lumps : std::uint8_t {
    where_it_helps,  ///< in one simulation of a .bngl or .net file, if there are such species
    always,
    never
};

struct SimCommand {
    std::string target;  ///< .bngl, .net or .xml (SBML) file, or a package
    TreatmentOptions treatment;
    std::string until;  ///< quantity of time; empty: the file's actions, or the package's duration
    std::optional<std::size_t> steps;
    std::optional<double> rtol;
    std::optional<double> atol;
    sim::Method solver{sim::Method::own};
    sim::Reducing reduction{sim::Reducing::where_it_pays};
    Lumps lumps{Lumps::where_it_helps};
    std::string quasi_steady;  ///< quantity of time: what relaxes within it is in equilibrium
    bool is_unchecked{};       ///< the quasi-steady run is not compared with the whole one
    std::vector<std::string> readouts;
    std::vector<std::string> amounts;         ///< SBML: species wanted as amounts
    std::vector<std::string> concentrations;  ///< SBML: species wanted as concentrations
    bool treats_fast_as_ordinary{};           ///< SBML: do not refuse reactions marked fast
    std::string output;
    bool is_nominal{};  ///< the values of parameters.tsv only
    bool as_json{};
    bool skips_writers{};  ///< of a file's actions, those that write formats Erbium does not have
};

/// What is a batch of this model worth on this machine?
struct BenchCommand {
    std::string target;  ///< .bngl, .net or .xml (SBML) file, or a package
    std::string until;   ///< as in SimCommand; empty: the package's duration
    double seconds{30.0};
    std::size_t threads{};
    bool as_json{};
};

struct ReportCommand {
    std::string package;
    std::string folder;
    std::string calibration;  ///< .md file: the calibration report instead of the page
    bool is_nominal{};        ///< the values of parameters.tsv only
    std::size_t threads{};
    bool as_json{};
};

struct ClaimsCommand {
    std::string package;
    std::vector<std::string> only;  ///< ids or their beginnings; empty: all claims
    bool is_nominal{};              ///< the values of parameters.tsv only
    std::size_t threads{};
    bool as_json{};
};

struct CalibrateCommand {
    std::string package;
    std::string folder;
    std::uint64_t seed{1};
    std::size_t sets{120};
    std::size_t generations{200};
    std::size_t chains{32};
    std::size_t draws{5};  ///< for each set, from which a surrogate is learnt; 0: none
    std::size_t parameters{24};
    bool has_claims{};  ///< claims count as known
    std::size_t starts{2};
    std::size_t folds{};        ///< of the cross-validation; 0: none
    std::string marker;         ///< parameter of the naive predictor
    bool is_validation_only{};  ///< no ensemble
    std::size_t threads{};
};

struct AdviseCommand {
    std::string package;
    std::string profile;
    bool is_nominal{};  ///< the values of parameters.tsv only
    std::size_t threads{};
    bool as_json{};
};

struct ConvertCommand {
    std::string input;   ///< .bngl, .net or .xml file, or a package
    std::string output;  ///< .xml or .net file, or a folder for PEtab
    std::string format;  ///< sbml, net or petab; empty: told by the ending
    bool treats_fast_as_ordinary{};
};

struct PetabCommand {
    std::string problem;      ///< the YAML file
    std::string simulations;  ///< .tsv file; empty: none is written
    std::string exported;     ///< folder for the problem as PEtab 2; empty: none is written
    bool with_gradient{};
    std::optional<double> rtol;
    std::optional<double> atol;
    bool as_json{};
};

struct FitCommand {
    std::string problem;  ///< the YAML file
    std::string folder;
    std::size_t starts{100};
    std::size_t seed{1};
    std::string points{"latin-hypercube"};
    std::string method{"trust-region"};
    std::size_t max_iterations{300};
    bool from_nominal{};
    bool is_hierarchical{};
    bool resumes{};
    std::vector<std::string> profiles;  ///< ids, or "all"
    std::size_t samples{};              ///< of each chain; 0: none
    std::size_t chains{4};
    std::size_t temperatures{5};
    std::size_t threads{};
    bool as_json{};
};

struct SensitivityCommand {
    std::string problem;                 ///< the YAML file
    std::string method{"local"};         ///< local, morris or sobol
    std::optional<std::size_t> samples;  ///< Morris trajectories, Sobol points
    std::size_t seed{1};
    std::string output;  ///< .tsv file; empty: standard output
    std::size_t threads{};
};

struct InfoCommand {
    std::string package;
    bool as_json{};
};

struct CiteCommand {
    std::string package;
    bool as_json{};
};

struct DoctorCommand {
    bool as_json{};
};

[[nodiscard]] Exit run(const CheckCommand& command);
[[nodiscard]] Exit run(const NetCommand& command);
[[nodiscard]] Exit run(const SimCommand& command);
[[nodiscard]] Exit run(const BenchCommand& command);
[[nodiscard]] Exit run(const ReportCommand& command);
[[nodiscard]] Exit run(const ClaimsCommand& command);
[[nodiscard]] Exit run(const CalibrateCommand& command);
[[nodiscard]] Exit run(const AdviseCommand& command);
[[nodiscard]] Exit run(const ConvertCommand& command);
[[nodiscard]] Exit run(const PetabCommand& command);
[[nodiscard]] Exit run(const FitCommand& command);
[[nodiscard]] Exit run(const SensitivityCommand& command);
[[nodiscard]] Exit run(const InfoCommand& command);
[[nodiscard]] Exit run(const CiteCommand& command);
[[nodiscard]] Exit run(const DoctorCommand& command);

}  // namespace erbium::app

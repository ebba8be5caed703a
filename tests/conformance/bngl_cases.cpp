// SPDX-License-Identifier: Apache-2.0
#include "bngl_cases.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "compare_networks.hpp"
#include "conformance_folder.hpp"
#include "dat_tables.hpp"
#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"
#include "model_options.hpp"
#include "species_parser.hpp"

namespace erbium::conformance {
namespace {

namespace fs = std::filesystem;
using net::Network;

/// Where a reference is known to be something else than the model says.
struct Known {
    std::string_view name;
    std::string_view why;
};

/// Models whose reference network BioNetGen wrote after the actions had set parameters: its
/// reactions are compared at the values of the model.
bool has_later_parameters(const std::string& model) {
    return model == "heise";
}

/// Columns of .gdat and .cdat in which BioNetGen is wrong and the exact solution is known: dx/dt =
/// time from 0 is t^2/2, which ours is to 1e-9; BioNetGen's x_exact is off by 1e-6 and its
/// x_builtin by 1.5 %.
std::vector<std::size_t> wrong_columns(const Case& c) {
    return c.name == "test_time" ? std::vector<std::size_t>{2, 3} : std::vector<std::size_t>{};
}

constexpr std::array kKnownTrajectories{
    Known{"LV",
          "after thousands of periods BioNetGen is off by 1 % at 1e-10: it keeps the first "
          "integral to "
          "6e-3, we to 9e-4"},
    Known{"test_tfun_expr2",
          "BioNetGen drops what follows a tfun(...) in an expression; 4.5 is right, it gets 45"},
};

std::string first_error(const Diagnostics& diagnostics) {
    for (const Diagnostic& d : diagnostics.all()) {
        if (d.severity == Severity::error) {
            // A model that is not meant to be written out grows until a guard stops it.
            const bool is_guard = d.code >= "ERB-NET-0010" && d.code <= "ERB-NET-0013";
            const bool is_refusal = is_guard || d.trouble == Trouble::unsupported;
            return (is_refusal ? "refused: " : "invalid: ") + d.message;
        }
    }
    return "WRONG: no reason given";
}

std::string without(std::string text, std::string_view word) {
    const std::size_t at = text.find(word);
    return at == std::string::npos ? text : text.erase(at, word.size());
}

std::shared_ptr<const SourceText> read_text(const std::string& path) {
    return fs::exists(path) ? std::make_shared<const SourceText>(SourceText{path, read_file(path)})
                            : nullptr;
}

Outcome<model::Bound, Diagnostics> bind_file(const fs::path& file) {
    model::BindOptions with_tables;
    with_tables.read_text = read_text;
    return model::bind_text(read_file(file.string()), file.string(), with_tables);
}

/// One run of the program: its exit status (128 and above: it did not end by itself) and what it
/// printed to stderr.
struct ProgramRun {
    int status{};
    std::string errors;
};

ProgramRun run_program(const std::string& arguments, const fs::path& scratch) {
    const std::string log = (scratch / "stderr").string();
    const std::string command =
        fmt::format("timeout 600 '{}' {} > /dev/null 2> '{}'", ERBIUM_PROGRAM, arguments, log);
    const int result = std::system(command.c_str());
    const bool has_exited = WIFEXITED(result);
    return {has_exited ? WEXITSTATUS(result) : 128 + WTERMSIG(result), read_file(log)};
}

/// What the program said when it refused: its first error.
std::string verdict_of(const ProgramRun& run) {
    if (run.status != 2 && run.status != 3 && run.status != 5) {
        return fmt::format("WRONG: exit status {}: {}", run.status,
                           run.errors.substr(0, run.errors.find('\n')));
    }
    const std::size_t error = run.errors.find("error ERB-");
    if (error == std::string::npos) {
        return "-";  // no actions
    }
    const std::size_t begin = run.errors.find(": ", error) + 2;
    const std::string message = run.errors.substr(begin, run.errors.find('\n', begin) - begin);
    return (run.status == 5 ? "refused: " : "invalid: ") + without(message, "unsupported: ");
}

void use_parameters_of(const Network& network, Network& reference) {
    for (net::Parameter& parameter : reference.parameters) {
        const auto same =
            std::find_if(network.parameters.begin(), network.parameters.end(),
                         [&](const net::Parameter& p) { return p.name == parameter.name; });
        if (same != network.parameters.end()) {
            parameter.value = same->value;
        }
    }
}

/// A .net names the files of tables and does not hold their points: where it says the same as the
/// network does, they are the network's.
void take_tables_of(const Network& network, Network& reference) {
    for (net::Function& function : reference.functions) {
        for (const net::Function& own : network.functions) {
            if (own.name == function.name && own.value.text() == function.value.text()) {
                function.value = own.value;
            }
        }
    }
}

/// Functions of a reference that BioNetGen has cut short: it drops what follows a table function in
/// an expression, so that (TFUN(mctr,'test.dat')/k_t) has become TFUN(mctr,'test.dat').
std::vector<std::string> cut_functions(const std::string& model) {
    return model == "test_tfun" ? std::vector<std::string>{"k2", "k3", "k4"}
                                : std::vector<std::string>{};
}

void take_functions_of(const Network& network, const std::vector<std::string>& names,
                       Network& reference) {
    for (net::Function& function : reference.functions) {
        for (const net::Function& own : network.functions) {
            if (own.name == function.name &&
                std::find(names.begin(), names.end(), own.name) != names.end()) {
                function.value = own.value;
            }
        }
    }
}

std::string compare_with_net(const Network& network, const fs::path& reference,
                             const model::Model& model, const std::string& name) {
    auto expected = net::parse_net(read_file(reference.string()), reference.string());
    if (!expected) {
        return "refused: the reference: " + without(first_error(expected.error()), "refused: ");
    }
    take_tables_of(network, expected.value());
    take_functions_of(network, cut_functions(name), expected.value());
    if (has_later_parameters(name)) {
        use_parameters_of(network, expected.value());
    }
    // BioNetGen writes factors that hold volumes with 8 digits.
    const double rtol = model.compartments.empty() ? 1e-12 : 1e-7;
    const net::test::Comparison comparison =
        net::test::compare_networks(expected.value(), network, model, rtol);
    if (!comparison.difference.empty()) {
        return "WRONG: " + comparison.difference;
    }
    if (!cut_functions(name).empty()) {
        return fmt::format("pass (but {}, which BioNetGen cuts short after TFUN)",
                           fmt::join(cut_functions(name), ", "));
    }
    return comparison.is_merged_differently ? "pass (reactions merged differently)" : "pass";
}

/// By species of `reference`, its column in a .cdat of `found`; empty when they do not correspond.
std::vector<std::size_t> species_order(const Network& found, const Network& reference,
                                       const model::Model& model) {
    const net::TypeTable types{model.molecule_types};
    // The compartment is part of the text's beginning and not always of the words.
    const auto key = [&](const Network& network, std::size_t s) {
        const std::string_view text = network.species_text(id_at<SpeciesId>(s));
        const std::string place{text.starts_with('@') ? text.substr(0, text.find(':')) : ""};
        auto words = net::test::canonical_words(text, model, types);
        return std::pair{words.empty() ? std::string{text} : place, std::move(words)};
    };
    std::map<std::pair<std::string, std::vector<std::uint16_t>>, std::size_t> columns;
    for (std::size_t s = 0; s < found.species_count(); ++s) {
        columns[key(found, s)] = s + 1;
    }
    std::vector<std::size_t> order;
    for (std::size_t s = 0; s < reference.species_count(); ++s) {
        const auto at = columns.find(key(reference, s));
        if (at == columns.end()) {
            return {};
        }
        order.push_back(at->second);
    }
    return order;
}

/// The loosest tolerance of a name that the file's simulations ask for; BioNetGen's default is
/// 1e-8.
double loosest(const model::Model& model, std::string_view name) {
    double loosest = 0.0;
    for (const auto* actions : {&model.actions, &model.protocol}) {
        for (const model::Action& action : *actions) {
            if (!action.name.starts_with("simulate") && action.name != "parameter_scan") {
                continue;
            }
            double value = 1e-8;
            for (const model::ActionArgument& argument : action.arguments) {
                if (argument.name == name && !argument.values.empty()) {
                    value = parse_double(argument.values.front()).value_or(value);
                }
            }
            loosest = std::max(loosest, value);
        }
    }
    return loosest;
}

double largest_of(const Table& table) {
    double largest = 0.0;
    for (const auto& row : table) {
        for (std::size_t c = 1; c < row.size(); ++c) {
            largest = std::max(largest, std::fabs(row[c]));
        }
    }
    return largest;
}

/// References that are off themselves, at their tolerances of 1e-8: by how much they differ from
/// BioNetGen's own run of the file at 1e-10, which we agree with to 1e-6.
struct ReferenceError {
    std::string_view name;
    double rtol{};
    double atol{};
};
constexpr std::array kReferenceErrors{
    ReferenceError{"heise", 2e-5, 2e-8}, ReferenceError{"localfunc", 2e-6, 0.0},
    ReferenceError{"test_fixed", 1e-6, 1e-7}, ReferenceError{"test_sat", 7e-6, 0.0},
    // The network of test_sat, which its run at 1e-10 covers.
    ReferenceError{"test_sat_cont", 7e-6, 0.0}};

/// Tables of a set that no action of today's file writes.
bool is_left_over(const std::string& file) {
    return file == "toy-jim.gdat" || file == "toy-jim.cdat";
}

bool has_steady_state(const model::Model& model) {
    return std::any_of(model.actions.begin(), model.actions.end(), [](const model::Action& action) {
        return std::any_of(action.arguments.begin(), action.arguments.end(),
                           [](const auto& argument) { return argument.name == "steady_state"; });
    });
}

std::optional<Network> read_net(const fs::path& path) {
    if (!fs::exists(path)) {
        return std::nullopt;
    }
    auto network = net::parse_net(read_file(path.string()), path.string(), read_text);
    return network ? std::optional{std::move(network).value()} : std::nullopt;
}

/// All tables `<stem>*.{gdat,cdat,scan}` of `references` that the program wrote too, or should
/// have.
/// @param names  the stems to look for
std::string compare_files(const fs::path& found, const fs::path& references,
                          const std::vector<std::string>& names, const std::string& net_of_cdat,
                          const Case& c, const model::Model& model) {
    const bool is_tight = net_of_cdat == "m_made";  // a fresh run
    TableTolerance tolerance;
    tolerance.may_end_earlier = has_steady_state(model);
    const std::optional<Network> own_net = read_net(found / (net_of_cdat + ".net"));
    const std::optional<Network> reference_net = read_net(references / (net_of_cdat + ".net"));
    std::size_t compared = 0;
    for (const std::string& name : names) {
        for (const char* ending : {".gdat", ".cdat", ".scan"}) {
            const fs::path reference = references / (name + ending);
            if (!fs::exists(reference) || is_left_over(name + ending)) {
                continue;
            }
            fs::path own = found / (name + ending);
            if (ending == std::string_view{".scan"} && !fs::exists(own)) {
                own = found /
                      (name + "_R.scan");  // named after its parameter, as today's BioNetGen does
            }
            if (!fs::exists(own)) {
                return fmt::format("WRONG: {} is not written", own.filename().string());
            }
            const bool is_species = ending == std::string_view{".cdat"};
            tolerance.skipped_columns = wrong_columns(c);
            const Table own_table = read_table(own);
            const Table reference_table = read_table(reference);
            // Rare species share the error of the abundant ones that they are made from.
            tolerance.atol =
                loosest(model, "atol") +
                (is_species || is_tight ? 0.1 * loosest(model, "rtol") * largest_of(reference_table)
                                        : 0.0);
            for (const ReferenceError& error : kReferenceErrors) {
                if (error.name == c.name && !is_tight) {
                    tolerance.rtol = error.rtol;
                    tolerance.atol += error.atol;
                }
            }
            std::vector<std::size_t> order;
            if (is_species && own_net && reference_net) {
                order = species_order(*own_net, *reference_net, model);
            }
            if (is_species && order.empty()) {
                order = matching_order(own_table, reference_table, tolerance);
            }
            const std::string difference =
                compare_tables(own_table, reference_table, tolerance, order);
            if (!difference.empty()) {
                return fmt::format("WRONG: {}: {}", own.filename().string(), difference);
            }
            ++compared;
        }
    }
    return compared == 0 ? "-" : "pass";
}

}  // namespace

fs::path bngl_folder() {
    return conformance_folder(ERBIUM_SOURCE_DIR) / "bngl";
}

std::optional<fs::path> runs_folder() {
    const char* set = std::getenv("ERBIUM_BIONETGEN_RUNS");
    return set != nullptr ? std::optional{fs::path{set}} : std::nullopt;
}

bool is_slow(const Case& c) {
    static constexpr std::array<std::string_view, 6> kSlow{
        "LV",           "fceri_fyn_lig",        "fceri_fyn_trimer", "fceri_gamma2_asym",
        "fceri_trimer", "test_write_sbml_multi"};
    return std::find(kSlow.begin(), kSlow.end(), c.name) != kSlow.end() ||
           (c.name == "tlbr" && c.set == "bng_models2");
}

std::vector<Case> find_cases(const fs::path& bngl) {
    std::vector<Case> cases;
    for (const char* set : {"bng_validate", "bng_models2", "fceri", "nfsim_basic"}) {
        const std::size_t first = cases.size();
        for (const auto& entry : fs::recursive_directory_iterator{bngl / set}) {
            const fs::path& path = entry.path();
            if (path.extension() == ".bngl" && path.parent_path().filename() != "DAT_validate") {
                cases.push_back({set, path.stem().string(), path});
            }
        }
        std::sort(cases.begin() + static_cast<std::ptrdiff_t>(first), cases.end(),
                  [](const Case& a, const Case& b) {
                      return std::pair{a.name, a.file} < std::pair{b.name, b.file};
                  });
        // A model that stands in a folder and in one below it is one case.
        cases.erase(std::unique(cases.begin() + static_cast<std::ptrdiff_t>(first), cases.end(),
                                [](const Case& a, const Case& b) { return a.name == b.name; }),
                    cases.end());
    }
    return cases;
}

Row check_references(const Case& c, const fs::path& bngl, const fs::path& scratch) {
    Row row{c.set, c.name, "-", "-", "-", "-", "-"};
    const bool is_validation = c.set == "bng_validate";
    const fs::path references = is_validation ? bngl / c.set / "DAT_validate" : bngl / "networks";
    const auto bound = bind_file(c.file);
    if (!bound) {
        row.network = row.trajectories = first_error(bound.error());
        return row;
    }
    const model::Model& model = bound.value().model;
    if (!model.rules.empty()) {
        const auto made = net::generate(model, net::test::options_of(model));
        if (made) {
            const Network& network = made.value().network;
            row.size = fmt::format("{} / {}", network.species_count(), network.reaction_count());
            const std::string text = net::write_net(network);
            const auto again = net::parse_net(text);
            const fs::path reference = references / (c.name + ".net");
            if (!again || net::write_net(again.value()) != text) {
                row.network = "WRONG: what is written does not read back the same";
            } else if (fs::exists(reference)) {
                row.network = compare_with_net(network, reference, model, c.name);
            }
        } else {
            row.network = first_error(made.error());
        }
    }
    // All models of a set write into one folder, for some read what others wrote.
    const fs::path out = scratch / c.set;
    fs::create_directories(out);
    const ProgramRun run = run_program(
        fmt::format("sim --skip-writers '{}' -o '{}'", c.file.string(), out.string()), scratch);
    if (run.status != 0) {
        row.trajectories = verdict_of(run);
    } else if (is_validation) {
        row.trajectories =
            compare_files(out, references, {c.name, c.name + "_equil"}, c.name, c, model);
    }
    return row;
}

void check_run(const Case& c, const fs::path& runs, const fs::path& scratch, Row& row) {
    const fs::path folder = runs / c.set / c.name;
    const fs::path file = folder / "m.bngl";
    if (!fs::exists(folder / "m_made.net")) {
        return;
    }
    const auto bound = bind_file(file);
    if (!bound) {
        row.run_network = first_error(bound.error());
        return;
    }
    const model::Model& model = bound.value().model;
    const fs::path out = scratch / "run" / c.set / c.name;
    fs::create_directories(out);
    const ProgramRun run =
        run_program(fmt::format("sim '{}' -o '{}'", file.string(), out.string()), scratch);
    // A network names its tables beside it.
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        const fs::path& table = entry.path();
        if (table.extension() == ".tfun" || table.extension() == ".dat") {
            const fs::path copy = out / fs::relative(table, folder);
            fs::create_directories(copy.parent_path());
            fs::copy_file(table, copy, fs::copy_options::overwrite_existing);
        }
    }
    const std::optional<Network> network = read_net(out / "m_made.net");
    if (!network) {
        row.run_network = verdict_of(run);
        return;
    }
    row.run_network = compare_with_net(*network, folder / "m_made.net", model, c.name);
    for (const Known& known : kKnownTrajectories) {
        if (known.name == c.name) {
            row.run_trajectories = fmt::format("known: {}", known.why);
            return;
        }
    }
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder}) {
        if (entry.path().extension() == ".gdat" || entry.path().extension() == ".scan") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    if (names.empty() && run.status == 4) {  // BioNetGen's simulation ended with nothing, too
        return;
    }
    row.run_trajectories =
        run.status != 0 ? verdict_of(run) : compare_files(out, folder, names, "m_made", c, model);
}

std::string overall(const Row& row) {
    const std::array all{&row.network, &row.trajectories, &row.run_network, &row.run_trajectories};
    const auto any = [&](std::string_view word) {
        return std::any_of(all.begin(), all.end(),
                           [&](const std::string* text) { return text->starts_with(word); });
    };
    if (any("WRONG")) {
        return "WRONG";
    }
    if (any("pass")) {
        return "pass";  // what its actions ask for beyond that is refused by name
    }
    return any("invalid") ? "invalid" : any("refused") ? "refused" : "no reference";
}

}  // namespace erbium::conformance

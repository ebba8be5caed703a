// SPDX-License-Identifier: Apache-2.0
// apps/erbium/inputs.cpp: finding and reading what the user named.
#include "inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "erbium/base/error.hpp"
#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/package/assemble.hpp"
#include "progress_line.hpp"

namespace erbium::app {
namespace {

namespace fs = std::filesystem;

/// Folders that hold packages by name: here, beside a build in its source tree, as installed.
std::vector<fs::path> package_folders() {
    std::vector<fs::path> folders{"models"};
    std::error_code failure;
    const fs::path program = fs::read_symlink("/proc/self/exe", failure);
    if (!failure) {
        const fs::path bin = program.parent_path();
        folders.push_back(bin.parent_path().parent_path().parent_path() / "models");
        folders.push_back(bin.parent_path() / "share" / "erbium" / "models");
    }
    return folders;
}

bool is_package(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / "package.yaml", ignored);
}

Diagnostics complaint(std::string code, std::string message, std::string hint) {
    Diagnostics all;
    all.error(std::move(code), {}, std::move(message), std::move(hint));
    return all;
}

std::shared_ptr<const SourceText> read_source(const std::string& path) {
    return std::make_shared<const SourceText>(SourceText{path, read_file(path)});
}

}  // namespace

bool is_inside(const fs::path& folder, const fs::path& path) {
    std::error_code failure;
    const fs::path root = fs::canonical(folder.empty() ? fs::path{"."} : folder, failure);
    if (failure) {
        return false;
    }
    const fs::path file = fs::canonical(path, failure);
    return !failure && fs::is_regular_file(file, failure) &&
           std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
}

std::vector<std::string> known_packages() {
    std::vector<std::string> names;
    std::error_code failure;
    for (const fs::path& folder : package_folders()) {
        for (const auto& entry : fs::directory_iterator(folder, failure)) {
            if (is_package(entry.path())) {
                names.push_back(entry.path().filename().string());
            }
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Outcome<Target, Diagnostics> find_target(const std::string& target) {
    std::error_code failure;
    if (const std::size_t at = target.rfind('@');
        at != std::string::npos && !fs::exists(target, failure)) {
        Outcome<Target, Diagnostics> found = find_target(target.substr(0, at));
        if (found && found.value().kind == TargetKind::package) {
            found.value().tier = target.substr(at + 1);
            return found;
        }
        if (!found) {
            return found;
        }
    }
    const fs::path path{target};
    if (is_package(path)) {
        return Target{TargetKind::package, target};
    }
    if (path.extension() == ".bngl") {
        return Target{TargetKind::bngl, target};
    }
    if (path.extension() == ".net") {
        return Target{TargetKind::net, target};
    }
    if (path.extension() == ".xml" || path.extension() == ".sbml") {
        return Target{TargetKind::sbml, target};
    }
    if (target.find('/') == std::string::npos && path.extension().empty()) {
        for (const fs::path& folder : package_folders()) {
            if (is_package(folder / path)) {
                return Target{TargetKind::package, (folder / path).string()};
            }
        }
    }
    if (fs::is_directory(path, failure)) {
        return complaint("ERB-APP-0001", fmt::format("the folder {} has no package.yaml", target),
                         "a package is described in docs/reference/package.md");
    }
    if (target.find('/') == std::string::npos && path.extension().empty()) {
        const std::vector<std::string> names = known_packages();
        const std::string hint = did_you_mean(target, names);
        return complaint("ERB-APP-0001", fmt::format("there is no package named '{}'", target),
                         !hint.empty() || names.empty()
                             ? hint
                             : fmt::format("known packages: {}", fmt::join(names, ", ")));
    }
    if (!fs::exists(path, failure)) {
        throw IoError(target, "read", ENOENT);
    }
    return complaint("ERB-APP-0002",
                     fmt::format("{}: no .bngl, .net or .xml file and no package", target),
                     "the kind of a file is told by its ending");
}

Outcome<package::Package, Diagnostics> load_package(const std::string& target) {
    const Outcome<Target, Diagnostics> found = find_target(target);
    if (!found) {
        return found.error();
    }
    if (found.value().kind != TargetKind::package) {
        return complaint("ERB-APP-0003", fmt::format("{} is not a package", target),
                         "give a folder with a package.yaml, or the name of a known package");
    }
    return package::load_package(found.value().path, found.value().tier);
}

lang::TextReader reader_beside(const std::string& path,
                               std::vector<std::shared_ptr<const SourceText>>& texts) {
    return [folder = fs::path{path}.parent_path(),
            &texts](const std::string& file) -> std::shared_ptr<const SourceText> {
        if (!is_inside(folder, file)) {
            return nullptr;
        }
        texts.push_back(read_source(file));
        return texts.back();
    };
}

Outcome<LoadedModel, Diagnostics> load_model(const Target& target) {
    if (target.kind == TargetKind::package) {
        Outcome<package::Package, Diagnostics> loaded =
            package::load_package(target.path, target.tier);
        if (!loaded) {
            return std::move(loaded).error();
        }
        Outcome<model::Bound, Diagnostics> bound = package::assemble(loaded.value());
        if (!bound) {
            return std::move(bound).error();
        }
        return LoadedModel{std::move(bound.value().model), std::move(loaded.value().texts),
                           std::move(bound.value().warnings)};
    }
    const std::shared_ptr<const SourceText> source = read_source(target.path);
    std::vector<std::shared_ptr<const SourceText>> texts{source};
    model::BindOptions options;
    options.read_text = reader_beside(target.path, texts);
    Outcome<model::Bound, Diagnostics> bound =
        model::bind(lang::bngl::parse_leniently(source), options);
    if (!bound) {
        return std::move(bound).error();
    }
    return LoadedModel{std::move(bound.value().model), std::move(texts),
                       std::move(bound.value().warnings)};
}

Outcome<LoadedSbml, Diagnostics> load_sbml(const Target& target, bool treats_fast_as_ordinary) {
    const std::shared_ptr<const SourceText> source = read_source(target.path);
    std::vector<std::shared_ptr<const SourceText>> texts{source};
    const fs::path folder = fs::path{target.path}.parent_path();
    sbml::ImportOptions options;
    options.treats_fast_as_ordinary = treats_fast_as_ordinary;
    options.read_text = [&](const std::string& name) -> std::shared_ptr<const SourceText> {
        if (!is_inside(folder, folder / name)) {
            return nullptr;
        }
        texts.push_back(read_source((folder / name).string()));
        return texts.back();
    };
    Outcome<sbml::ImportedModel, Diagnostics> model = sbml::import_model(source, options);
    if (!model) {
        return std::move(model).error();
    }
    return LoadedSbml{std::move(model).value(), std::move(texts)};
}

Outcome<LoadedNetwork, Diagnostics> load_network(const Target& target,
                                                 const NetworkLimits& limits) {
    if (target.kind == TargetKind::sbml) {
        Outcome<LoadedSbml, Diagnostics> loaded = load_sbml(target, false);
        if (!loaded) {
            return std::move(loaded).error();
        }
        const std::size_t rules = loaded.value().model.network.rule_names.size();
        return LoadedNetwork{
            std::move(loaded.value().model.network), rules, std::move(loaded.value().texts), {}};
    }
    if (target.kind == TargetKind::net) {
        const std::shared_ptr<const SourceText> source = read_source(target.path);
        std::vector<std::shared_ptr<const SourceText>> texts{source};
        Outcome<net::Network, Diagnostics> network =
            net::parse_net(source, reader_beside(target.path, texts));
        if (!network) {
            return std::move(network).error();
        }
        const std::size_t rules = network.value().rule_names.size();
        return LoadedNetwork{std::move(network).value(), rules, std::move(texts), {}};
    }
    Outcome<LoadedModel, Diagnostics> loaded = load_model(target);
    if (!loaded) {
        return std::move(loaded).error();
    }
    net::GenerateOptions options;
    options.max_iterations = limits.max_iterations;
    options.guard_species = limits.max_species.value_or(options.guard_species);
    options.guard_molecules = limits.max_molecules.value_or(options.guard_molecules);
    options.guard_reactions = limits.max_reactions.value_or(options.guard_reactions);
    options.guard_bytes = limits.max_megabytes ? *limits.max_megabytes << 20U : options.guard_bytes;
    options.threads = static_cast<unsigned>(limits.threads);
    ProgressLine progress;
    options.progress = progress.of_generation();
    Outcome<net::Generated, Diagnostics> generated = net::generate(loaded.value().model, options);
    progress.clear();
    if (!generated) {
        return std::move(generated).error();
    }
    LoadedNetwork network{std::move(generated.value().network), loaded.value().model.rules.size(),
                          std::move(loaded.value().texts), std::move(loaded.value().warnings),
                          std::move(loaded.value().model.compartments)};
    network.warnings.append(std::move(generated.value().warnings));
    return network;
}

}  // namespace erbium::app

// SPDX-License-Identifier: Apache-2.0
// bench/netgen.cpp: how long does it take to generate the network of a model, and in how much
// memory?
// Command: bench_netgen [--bngl FOLDER] MODEL.bngl|PACKAGE...   (bench/netgen.py runs the peer
// beside it) Peer: BioNetGen in Perl, BNG2.pl   Last results: bench/netgen.md
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cpu_time.hpp"
#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/print.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/package/assemble.hpp"
#include "erbium/package/package.hpp"

namespace {

namespace fs = std::filesystem;

using erbium::bench::cpu_seconds;

std::optional<erbium::model::Model> load(const std::string& path) {
    if (fs::is_directory(path)) {
        auto package = erbium::package::load_package(path);
        auto bound =
            package ? erbium::package::assemble(package.value())
                    : erbium::Outcome<erbium::model::Bound, erbium::Diagnostics>{package.error()};
        if (!bound) {
            fmt::print(stderr, "{}", bound.error().text());
            return std::nullopt;
        }
        return std::move(bound.value().model);
    }
    auto bound = erbium::model::bind_text(erbium::read_file(path), path);
    if (!bound) {
        fmt::print(stderr, "{}", bound.error().text());
        return std::nullopt;
    }
    return std::move(bound.value().model);
}

/// Bytes of the network itself: what a reaction adds to its tables, and what a species adds.
struct Sizes {
    double per_reaction{};
    double per_species{};
};

Sizes sizes_of(const erbium::net::Network& network) {
    using namespace erbium;  // NOLINT: ids
    std::size_t members = 0;
    for (std::size_t r = 0; r < network.reaction_count(); ++r) {
        members += network.reactants(id_at<ReactionId>(r)).size() +
                   network.products(id_at<ReactionId>(r)).size();
    }
    const auto reactions = static_cast<double>(network.reaction_count());
    // Two ends, law, rule and factor beside the members.
    const double of_reactions =
        reactions * (3 * sizeof(std::uint32_t) + sizeof(RuleId) + sizeof(double)) +
        static_cast<double>(members * sizeof(SpeciesId));
    return {of_reactions / reactions, (static_cast<double>(network.memory()) - of_reactions) /
                                          static_cast<double>(network.species_count())};
}

/// Generates a few times and prints one line of JSON. In a process of its own, so that its peak of
/// memory is its own.
int measure(const erbium::model::Model& model) {
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    // The median of a few runs; one run for models that take long.
    std::vector<double> times_s;
    double spent_s = 0.0;
    while (times_s.size() < 9 && spent_s < 3.0) {
        const double begin_s = cpu_seconds();
        const auto made = erbium::net::generate(model);
        times_s.push_back(cpu_seconds() - begin_s);
        spent_s += times_s.back();
        if (!made) {
            fmt::print(stderr, "{}", made.error().text());
            return 1;
        }
        if (times_s.size() == 1) {
            const auto& network = made.value().network;
            const Sizes sizes = sizes_of(network);
            rusage after{};
            getrusage(RUSAGE_SELF, &after);
            fmt::print(
                "{{\"model\":\"{}\",\"species\":{},\"reactions\":{},\"rounds\":{},"
                "\"bytes_per_reaction\":{:.0f},\"bytes_per_species\":{:.0f},"
                "\"tables_mb\":{:.2f},\"peak_mb\":{:.1f},\"grown_mb\":{:.1f}",
                model.name, network.species_count(), network.reaction_count(),
                made.value().iterations, sizes.per_reaction, sizes.per_species,
                static_cast<double>(made.value().peak_bytes) / 1e6,
                static_cast<double>(after.ru_maxrss) / 1024.0,
                static_cast<double>(after.ru_maxrss - before.ru_maxrss) / 1024.0);
        }
    }
    std::sort(times_s.begin(), times_s.end());
    fmt::print(",\"cpu_ms\":{:.3f},\"least_cpu_ms\":{:.3f},\"runs\":{}}}\n",
               1e3 * times_s[times_s.size() / 2], 1e3 * times_s.front(), times_s.size());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    int failures = 0;
    std::string bngl_folder;
    for (int i = 1; i < argc; ++i) {
        if (std::string{argv[i]} == "--bngl" && i + 1 < argc) {
            bngl_folder = argv[++i];
            continue;
        }
        std::optional<erbium::model::Model> model = load(argv[i]);
        if (!model) {
            ++failures;
            continue;
        }
        model->actions.clear();
        model->protocol.clear();
        if (!bngl_folder.empty()) {  // for the peer
            erbium::write_file((fs::path{bngl_folder} / (model->name + ".bngl")).string(),
                               erbium::model::print(*model));
        }
        std::fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            const int code = measure(*model);
            std::fflush(stdout);
            _exit(code);
        }
        int status = 0;
        waitpid(child, &status, 0);
        failures += status == 0 ? 0 : 1;
    }
    return failures == 0 ? 0 : 1;
}

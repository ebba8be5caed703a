// SPDX-License-Identifier: Apache-2.0
// bench/netgen.cpp: how long does it take to generate the network of a model, and in how much
// memory?
// Command: bench_netgen MODEL.bngl...     Peer: BNG2.pl on the same file (bench/netgen.md)
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"

namespace {

double cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
    int failures = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string path = argv[i];
        const auto bound = erbium::model::bind_text(erbium::read_file(path), path);
        if (!bound) {
            fmt::print("{}: not bound\n{}", path, bound.error().text());
            ++failures;
            continue;
        }
        // The median of a few runs; one run for models that take long.
        std::vector<double> times_s;
        double spent_s = 0.0;
        while (times_s.size() < 7 && spent_s < 3.0) {
            const double begin_s = cpu_s();
            const auto made = erbium::net::generate(bound.value().model);
            times_s.push_back(cpu_s() - begin_s);
            spent_s += times_s.back();
            if (!made) {
                fmt::print("{}: {}", path, made.error().text());
                ++failures;
                break;
            }
            if (times_s.size() == 1) {
                const auto& network = made.value().network;
                fmt::print("{}: {} species, {} reactions, {} rounds, {:.1f} MB in tables", path,
                           network.species_count(), network.reaction_count(),
                           made.value().iterations,
                           static_cast<double>(made.value().peak_bytes) / 1e6);
            }
        }
        std::sort(times_s.begin(), times_s.end());
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        fmt::print(", median {:.2f} ms CPU of {}, peak {:.1f} MB so far\n",
                   1e3 * times_s[times_s.size() / 2], times_s.size(),
                   static_cast<double>(usage.ru_maxrss) / 1024.0);
    }
    return failures == 0 ? 0 : 1;
}

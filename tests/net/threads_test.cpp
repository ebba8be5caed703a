// SPDX-License-Identifier: Apache-2.0
// tests/net/threads_test.cpp: networks do not depend on how many threads make them.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "erbium/base/text.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/worker_pool.hpp"
#include "erbium/net/write_net.hpp"
#include "random_model.hpp"

namespace erbium::net {
namespace {

/// The network as text, or what is said instead, with the warnings.
std::string outcome_of(const model::Model& model, GenerateOptions options, unsigned threads) {
    options.threads = threads;
    const auto made = generate(model, options);
    return made ? write_net(made.value().network) + made.value().warnings.text()
                : made.error().text();
}

TEST(WorkerPool, GivesEachWorkerItsTurnInEveryRun) {
    WorkerPool pool{3};
    std::atomic<int> sum{0};
    std::vector<int> own(3);
    for (int run = 0; run < 200; ++run) {
        const unsigned used = static_cast<unsigned>(run % 3) + 1;
        pool.run(used, [&](unsigned w) {
            ++sum;
            ++own[w];
        });
    }
    EXPECT_EQ(sum, 67 + 2 * 67 + 3 * 66);
    EXPECT_EQ(own[0], 200);
    EXPECT_EQ(own[2], 66);
}

TEST(Threads, MakeTheSameNetworkForEveryNumberOfThem) {
    // Large enough that the work is shared: chains and rings of three kinds of sites.
    const auto bound = model::bind_text(
        "begin parameters\nk 1\nend parameters\nbegin molecule types\nA(x,y,s~u~p~q)\nB(a,b,b)\n"
        "end molecule types\nbegin species\nA(x,y,s~u) 1\nB(a,b,b) 1\nend species\n"
        "begin observables\nMolecules P A(s~p)\nSpecies Long A()>3\nend observables\n"
        "begin functions\nf(m) = k*P(m)\nend functions\n"
        "begin reaction rules\nA(x)+A(y)<->A(x!1).A(y!1) k,k\nA(x).A(y)->A(x!1).A(y!1) k\n"
        "A(s~u)->A(s~p) k\nA(s~p)->A(s~q) k\nA(x)+B(b)<->A(x!1).B(b!1) k,k\n"
        "mark: %m:A(s~q) -> %m:A(s~u) f(m)\nend reaction rules\n");
    ASSERT_TRUE(bound) << bound.error().text();
    for (const GenerateOptions& options :
         {GenerateOptions{.max_molecules = 4}, GenerateOptions{.guard_species = 700},
          GenerateOptions{.guard_reactions = 5'000}, GenerateOptions{.guard_molecules = 7}}) {
        const std::string one = outcome_of(bound.value().model, options, 1);
        for (const unsigned threads : {2U, 3U, 7U}) {
            EXPECT_EQ(outcome_of(bound.value().model, options, threads), one) << threads;
        }
    }
}

TEST(Threads, MakeTheSameNetworksOfRandomModels) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto bound = model::bind_text(test::RandomModel{seed}.text(0));
        ASSERT_TRUE(bound);
        GenerateOptions options;
        options.max_iterations = 5;
        options.max_molecules = 4;
        options.guard_species = 400;
        options.guard_reactions = 10'000;
        ASSERT_EQ(outcome_of(bound.value().model, options, 3),
                  outcome_of(bound.value().model, options, 1))
            << "model " << seed;
    }
}

TEST(Progress, IsToldWithinLongRounds) {
    const auto bound = model::bind_text(
        "begin parameters\nk 1\nend parameters\nbegin molecule types\nA(s~0~1~2~3~4~5~6~7)\n"
        "end molecule types\nbegin species\nA(s~0) 1\nA(s~1) 1\nA(s~2) 1\nA(s~3) 1\nA(s~4) 1\n"
        "A(s~5) 1\nA(s~6) 1\nA(s~7) 1\nend species\nbegin reaction rules\n"
        "A()+A()+A()+A()+A()->A()+A()+A()+A() k\nend reaction rules\n");
    ASSERT_TRUE(bound) << bound.error().text();
    GenerateOptions options;
    std::size_t calls = 0;
    options.progress = [&](const GenerationProgress& progress) {
        EXPECT_EQ(progress.species, 8U);
        return ++calls < 5;  // 8^5 events are eight blocks
    };
    EXPECT_FALSE(generate(bound.value().model, options));
    EXPECT_EQ(calls, 5U);
}

}  // namespace
}  // namespace erbium::net

// SPDX-License-Identifier: Apache-2.0
// tests/eqn/elimination_test.cpp: what a system without its dependent species must have in common
// with the whole one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "erbium/eqn/conservation.hpp"
#include "erbium/eqn/elimination.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "moiety_network.hpp"

namespace erbium::eqn {
namespace {

constexpr std::uint32_t kSeeds = 40;
constexpr std::uint32_t kMolecules = 4;

System system_of(std::uint32_t seed, bool has_turnover) {
    auto system = compile(zoo::moiety_network(seed, kMolecules, 6 + seed % 20, has_turnover));
    EXPECT_TRUE(system) << (system ? "" : system.error().text());
    return system.value();
}

/// Each law's own species, which conservation_laws() promises.
std::vector<Elimination::Choice> choices_of(const std::vector<ConservationLaw>& laws) {
    std::vector<Elimination::Choice> choices;
    for (const ConservationLaw& law : laws) {
        for (const auto& member : law.members) {
            const auto count =
                std::count_if(laws.begin(), laws.end(), [&](const ConservationLaw& other) {
                    return std::any_of(other.members.begin(), other.members.end(),
                                       [&](const auto& m) { return m.species == member.species; });
                });
            if (count == 1 && std::abs(member.weight) == 1) {
                choices.push_back({law, member.species});
                break;
            }
        }
    }
    return choices;
}

double sum_over(const ConservationLaw& law, const std::vector<double>& values) {
    double sum = 0.0;
    for (const auto& member : law.members) {
        sum += static_cast<double>(member.weight) * values[member.species.value];
    }
    return sum;
}

std::size_t rank_of(std::vector<std::vector<double>> rows) {
    std::size_t rank = 0;
    const std::size_t columns = rows.empty() ? 0 : rows.front().size();
    for (std::size_t c = 0; c < columns && rank < rows.size(); ++c) {
        const auto pivot = std::max_element(
            rows.begin() + static_cast<std::ptrdiff_t>(rank), rows.end(),
            [c](const auto& a, const auto& b) { return std::fabs(a[c]) < std::fabs(b[c]); });
        if (std::fabs((*pivot)[c]) < 1e-9) {
            continue;
        }
        std::swap(*pivot, rows[rank]);
        for (std::size_t r = rank + 1; r < rows.size(); ++r) {
            const double factor = rows[r][c] / rows[rank][c];
            for (std::size_t k = c; k < columns; ++k) {
                rows[r][k] -= factor * rows[rank][k];
            }
        }
        ++rank;
    }
    return rank;
}

TEST(Conservation, EveryMoleculeHasItsTotalAndTurnoverTakesOneAway) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        EXPECT_EQ(conservation_laws(system_of(seed, false)).value().size(), kMolecules);
        EXPECT_EQ(conservation_laws(system_of(seed, true)).value().size(), kMolecules - 1);
        EXPECT_EQ(choices_of(conservation_laws(system_of(seed, false)).value()).size(), kMolecules)
            << "each law has a species of its own, seed " << seed;
    }
}

TEST(Conservation, SparserLawsAreABasisOfTheSameSpaceAndNotLonger) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const System system = system_of(seed, false);
        const std::vector<ConservationLaw> laws = conservation_laws(system).value();
        const std::vector<ConservationLaw> sparse = sparser(laws);
        ASSERT_EQ(sparse.size(), laws.size());
        std::vector<std::vector<double>> rows;
        for (std::size_t l = 0; l < laws.size(); ++l) {
            EXPECT_LE(sparse[l].members.size(), laws[l].members.size());
            for (const ConservationLaw& law : {laws[l], sparse[l]}) {
                std::vector<double>& row = rows.emplace_back(system.state_count());
                for (const auto& member : law.members) {
                    row[member.species.value] = static_cast<double>(member.weight);
                }
            }
        }
        EXPECT_EQ(rank_of(rows), laws.size()) << "seed " << seed;
    }
}

TEST(Conservation, ASpeciesIsTakenOutOfALawByAnother) {
    const System system = system_of(3, false);
    const std::vector<ConservationLaw> laws = conservation_laws(system).value();
    const SpeciesId species = laws[1].members.back().species;
    const auto rest = without(laws[0], laws[1], species);
    ASSERT_TRUE(rest.has_value());
    EXPECT_TRUE(std::none_of(rest->members.begin(), rest->members.end(),
                             [&](const auto& m) { return m.species == species; }));
}

TEST(Elimination, ChangesAreThoseOfTheWholeSystem) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const System system = system_of(seed, seed % 2 == 0);
        const auto laws = conservation_laws(system).value();
        const Elimination elimination{system, choices_of(laws)};
        const Program program = system.program();
        const std::size_t n = system.state_count();
        ReferenceKernel kernel{system};
        std::vector<double> y(n);
        kernel.initial_state(y);
        std::vector<double> rate(n);
        kernel.rhs(0.0, y, rate);
        std::vector<double> completed = rate;
        for (const SpeciesId d : elimination.dependents()) {
            completed[d.value] = std::nan("");
        }
        elimination.complete(completed.data());
        for (std::size_t s = 0; s < n; ++s) {
            EXPECT_NEAR(completed[s], rate[s], 1e-12) << "seed " << seed;
        }
        // J k = J' k for every k that keeps the laws, but for the rows that are not solved for.
        std::mt19937 random{seed};
        std::vector<double> k(n);
        for (double& value : k) {
            value = static_cast<double>(random() % 1000) / 500.0 - 1.0;
        }
        elimination.complete(k.data());
        for (const ConservationLaw& law : laws) {
            EXPECT_NEAR(sum_over(law, k), 0.0, 1e-12);
        }
        const auto times = [&](const Rows& sums, std::span<const std::int32_t> begins,
                               std::span<const std::int32_t> rows) {
            std::vector<double> entries(rows.size());
            kernel.jacobian(0.0, y, sums, entries);
            std::vector<double> product(n);
            for (std::size_t column = 0; column < n; ++column) {
                for (auto e = static_cast<std::size_t>(begins[column]);
                     e < static_cast<std::size_t>(begins[column + 1]); ++e) {
                    product[static_cast<std::size_t>(rows[e])] += entries[e] * k[column];
                }
            }
            return product;
        };
        const std::vector<double> whole =
            times(program.jacobian, program.column_begins, program.row_of_entry);
        std::vector<double> part =
            times(elimination.jacobian(), elimination.column_begins(), elimination.row_of_entry());
        for (const SpeciesId d : elimination.dependents()) {
            EXPECT_EQ(part[d.value], 0.0);
        }
        elimination.complete(part.data());
        for (std::size_t s = 0; s < n; ++s) {
            EXPECT_NEAR(part[s], whole[s], 1e-11) << "seed " << seed << ", row " << s;
        }
    }
}

TEST(Elimination, TheJacobianIsRegularWhereThatOfTheWholeSystemIsSingular) {
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
        const System system = system_of(seed, false);
        const Elimination elimination{system, choices_of(conservation_laws(system).value())};
        const std::size_t n = system.state_count();
        ReferenceKernel kernel{system};
        std::vector<double> y(n);
        kernel.initial_state(y);
        std::vector<double> entries(elimination.row_of_entry().size());
        kernel.jacobian(0.0, y, elimination.jacobian(), entries);
        std::vector<std::vector<double>> dense(n, std::vector<double>(n));
        for (std::size_t column = 0; column < n; ++column) {
            for (auto e = static_cast<std::size_t>(elimination.column_begins()[column]);
                 e < static_cast<std::size_t>(elimination.column_begins()[column + 1]); ++e) {
                dense[static_cast<std::size_t>(elimination.row_of_entry()[e])][column] = entries[e];
            }
        }
        EXPECT_EQ(rank_of(dense), n - elimination.dependents().size()) << "seed " << seed;
    }
}

TEST(Elimination, CompletingManySubjectsGivesEachTheSameBits) {
    const System system = system_of(5, false);
    const Elimination elimination{system, choices_of(conservation_laws(system).value())};
    const std::size_t n = system.state_count();
    constexpr std::size_t kWidth = 8;
    std::vector<double> many(n * kWidth);
    for (std::size_t i = 0; i < many.size(); ++i) {
        many[i] = std::sin(static_cast<double>(i));
    }
    const std::vector<double> before = many;
    elimination.complete(many.data(), kWidth);
    for (std::size_t l = 0; l < kWidth; ++l) {
        std::vector<double> one(n);
        for (std::size_t s = 0; s < n; ++s) {
            one[s] = before[s * kWidth + l];
        }
        elimination.complete(one.data());
        for (std::size_t s = 0; s < n; ++s) {
            EXPECT_EQ(one[s], many[s * kWidth + l]);
        }
    }
}

TEST(Elimination, WithoutLawsItIsTheSystemItself) {
    const System system = system_of(7, false);
    const Elimination none{system, {}};
    const Program program = system.program();
    EXPECT_TRUE(std::equal(program.column_begins.begin(), program.column_begins.end(),
                           none.column_begins().begin(), none.column_begins().end()));
    EXPECT_EQ(program.stoichiometry.terms.size(), none.stoichiometry().terms.size());
    EXPECT_TRUE(none.dependents().empty());
}

}  // namespace
}  // namespace erbium::eqn

// SPDX-License-Identifier: Apache-2.0
// tests/net/canonical_test.cpp: equal words exactly when two species are isomorphic.
#include "erbium/net/canonical.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>
#include <vector>

#include "brute_force.hpp"
#include "erbium/net/canonical_search.hpp"

#ifdef ERBIUM_TEST_NAUTY
#define MAXN 0
#include <nauty/nauty.h>
#endif

namespace erbium::net::test {
namespace {

using Words = std::vector<std::uint16_t>;
using Random = std::mt19937_64;

// A(a,a,a,b~0~1) and B(x,x,y): two kinds of molecules with interchangeable sites.
TypeTable two_types() {
    const model::SiteType a{"a", {}};
    const model::SiteType b{"b", {"0", "1"}};
    const model::SiteType x{"x", {}};
    const model::SiteType y{"y", {}};
    return TypeTable{{{"A", {a, a, a, b}, {}}, {"B", {x, x, y}, {}}}};
}

std::vector<std::uint16_t> all_molecules(const SpeciesGraph& graph) {
    std::vector<std::uint16_t> members(graph.molecule_count());
    std::iota(members.begin(), members.end(), std::uint16_t{0});
    return members;
}

Words words_of(const SpeciesGraph& graph, const TypeTable& types) {
    Words words;
    Canonicalizer{types}.encode(graph, all_molecules(graph), words);
    return words;
}

bool is_connected(const SpeciesGraph& graph) {
    std::vector<std::uint16_t> queue{0};
    std::vector<std::uint8_t> is_seen(graph.molecule_count());
    is_seen[0] = 1;
    for (std::size_t at = 0; at < queue.size(); ++at) {
        for (std::uint16_t s = graph.molecule(queue[at]).first_site; s < graph.sites_end(queue[at]);
             ++s) {
            graph.for_each_partner(s, [&](std::uint16_t p) {
                if (is_seen[graph.owner(p)] == 0) {
                    is_seen[graph.owner(p)] = 1;
                    queue.push_back(graph.owner(p));
                }
            });
        }
    }
    return queue.size() == graph.molecule_count();
}

// A connected graph of `molecules` molecules with up to `extra` ring bonds; sometimes several bonds
// at one site.
SpeciesGraph random_graph(Random& random, const TypeTable& types, std::size_t molecules,
                          std::size_t extra, bool several) {
    for (;;) {
        SpeciesGraph graph;
        for (std::size_t m = 0; m < molecules; ++m) {
            const auto type = static_cast<std::uint16_t>(random() % 2);
            const std::uint16_t at =
                graph.add_molecule(type, random() % 8 == 0 ? 1 : 0, types.site_count(type));
            if (type == 0) {
                graph.set_state(graph.molecule(at).first_site + 3U,
                                static_cast<std::uint16_t>(random() % 2));
            }
        }
        const auto free_site = [&](std::size_t m) {
            for (int attempt = 0; attempt < 12; ++attempt) {
                const std::uint16_t count = types.site_count(graph.molecule(m).type);
                const auto site =
                    static_cast<std::uint16_t>(graph.molecule(m).first_site + random() % count);
                if (graph.degree(site) == 0 || (several && random() % 3 == 0)) {
                    return site;
                }
            }
            return kNone;
        };
        const auto join = [&](std::size_t m, std::size_t n) {
            const std::uint16_t a = free_site(m);
            const std::uint16_t b = free_site(n);
            if (a != kNone && b != kNone && a != b && !graph.are_bonded(a, b)) {
                graph.add_bond(a, b);
            }
        };
        for (std::size_t m = 1; m < molecules; ++m) {
            join(m, random() % m);
        }
        for (std::size_t i = 0; i < extra; ++i) {
            join(random() % molecules, random() % molecules);
        }
        if (is_connected(graph)) {
            return graph;
        }
    }
}

// The same species with molecules in another order and interchangeable sites swapped.
SpeciesGraph renumbered(Random& random, const SpeciesGraph& graph, const TypeTable& types) {
    std::vector<std::uint16_t> order = all_molecules(graph);
    std::shuffle(order.begin(), order.end(), random);
    SpeciesGraph out;
    std::vector<std::uint16_t> place(graph.site_count());
    for (const std::uint16_t m : order) {
        const Molecule& molecule = graph.molecule(m);
        const std::uint16_t count = types.site_count(molecule.type);
        const std::uint16_t at = out.add_molecule(molecule.type, molecule.compartment, count);
        std::vector<std::uint16_t> sites(count);
        std::iota(sites.begin(), sites.end(), std::uint16_t{0});
        for (std::uint16_t s = 0; s < count;) {
            const SiteGroup group = types.group(molecule.type, s);
            const auto begin = sites.begin() + group.first;
            std::shuffle(begin, begin + group.size, random);
            s = static_cast<std::uint16_t>(group.first + group.size);
        }
        for (std::uint16_t s = 0; s < count; ++s) {
            const std::size_t old = molecule.first_site + std::size_t{s};
            place[old] = static_cast<std::uint16_t>(out.molecule(at).first_site + sites[s]);
            out.set_state(place[old], graph.state(old));
        }
    }
    for (std::uint16_t s = 0; s < graph.site_count(); ++s) {
        graph.for_each_partner(s, [&](std::uint16_t p) {
            if (s < p) {
                out.add_bond(place[s], place[p]);
            }
        });
    }
    return out;
}

TEST(CanonicalForm, DoesNotDependOnTheNumbering) {
    Random random{7};
    const TypeTable types = two_types();
    for (int i = 0; i < 4000; ++i) {
        const SpeciesGraph graph =
            random_graph(random, types, 1 + random() % 9, random() % 4, i % 4 == 0);
        const Words words = words_of(graph, types);
        for (int k = 0; k < 3; ++k) {
            ASSERT_EQ(words_of(renumbered(random, graph, types), types), words) << "graph " << i;
        }
    }
}

TEST(CanonicalForm, IsTheSameGraph) {
    Random random{8};
    const TypeTable types = two_types();
    for (int i = 0; i < 300; ++i) {
        const SpeciesGraph graph =
            random_graph(random, types, 1 + random() % 4, random() % 3, i % 4 == 0);
        const Words words = words_of(graph, types);
        SpeciesGraph canonical;
        canonical.append(SpeciesView{words.data()});
        ASSERT_TRUE(brute_isomorphic(graph, canonical, types)) << "graph " << i;
        ASSERT_EQ(words_of(canonical, types), words);
    }
}

TEST(CanonicalForm, TellsGraphsApartAsBruteForceDoes) {
    Random random{9};
    const TypeTable types = two_types();
    std::size_t equal = 0;
    for (int i = 0; i < 150; ++i) {
        const std::size_t molecules = 2 + random() % 3;
        std::vector<SpeciesGraph> graphs;
        std::vector<Words> words;
        for (int k = 0; k < 12; ++k) {
            graphs.push_back(random_graph(random, types, molecules, random() % 3, i % 4 == 0));
            words.push_back(words_of(graphs.back(), types));
        }
        for (std::size_t a = 0; a < graphs.size(); ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                const bool is_equal = words[a] == words[b];
                ASSERT_EQ(is_equal, brute_isomorphic(graphs[a], graphs[b], types));
                equal += is_equal ? 1U : 0U;
            }
        }
    }
    EXPECT_GT(equal, 20U);
}

#ifdef ERBIUM_TEST_NAUTY
// The graph as nauty sees it: molecules, sites and bonds as vertices (bonds too, so that a graph
// with two bonds between the same sites stays simple), coloured by what they are.
std::vector<graph> nauty_form(const SpeciesGraph& species, const TypeTable& types) {
    std::vector<std::vector<int>> neighbours;
    std::vector<std::uint64_t> colours;
    const auto vertex = [&](std::uint64_t colour) {
        neighbours.emplace_back();
        colours.push_back(colour);
        return static_cast<int>(colours.size() - 1);
    };
    const auto edge = [&](int a, int b) {
        neighbours[static_cast<std::size_t>(a)].push_back(b);
        neighbours[static_cast<std::size_t>(b)].push_back(a);
    };
    std::vector<int> site_vertex(species.site_count());
    for (std::size_t m = 0; m < species.molecule_count(); ++m) {
        const Molecule& molecule = species.molecule(m);
        const int here = vertex((std::uint64_t{molecule.type} << 20U) + molecule.compartment);
        for (std::uint16_t s = 0; s < types.site_count(molecule.type); ++s) {
            const std::size_t site = molecule.first_site + std::size_t{s};
            site_vertex[site] = vertex((std::uint64_t{1} << 60U) +
                                       (std::uint64_t{types.group(molecule.type, s).first} << 20U) +
                                       species.state(site));
            edge(here, site_vertex[site]);
        }
    }
    for (std::uint16_t s = 0; s < species.site_count(); ++s) {
        species.for_each_partner(s, [&](std::uint16_t p) {
            if (s < p) {
                const int bond = vertex(std::uint64_t{1} << 61U);
                edge(bond, site_vertex[s]);
                edge(bond, site_vertex[p]);
            }
        });
    }
    const int n = static_cast<int>(colours.size());
    const int m = SETWORDSNEEDED(n);
    const auto size = static_cast<std::size_t>(n);
    std::vector<graph> g(size * static_cast<std::size_t>(m));
    std::vector<graph> canonical(g.size());
    for (std::size_t v = 0; v < size; ++v) {
        for (const int w : neighbours[v]) {
            ADDELEMENT(g.data() + v * static_cast<std::size_t>(m), static_cast<unsigned>(w));
        }
    }
    std::vector<int> lab(size);
    std::vector<int> ptn(size);
    std::vector<int> orbits(size);
    std::iota(lab.begin(), lab.end(), 0);
    std::stable_sort(lab.begin(), lab.end(), [&](int a, int b) {
        return colours[static_cast<std::size_t>(a)] < colours[static_cast<std::size_t>(b)];
    });
    for (std::size_t i = 0; i + 1 < size; ++i) {
        ptn[i] = colours[static_cast<std::size_t>(lab[i])] ==
                         colours[static_cast<std::size_t>(lab[i + 1])]
                     ? 1
                     : 0;
    }
    DEFAULTOPTIONS_GRAPH(options);
    options.getcanon = TRUE;
    options.defaultptn = FALSE;
    statsblk stats;
    densenauty(g.data(), lab.data(), ptn.data(), orbits.data(), &options, &stats, m, n,
               canonical.data());
    std::sort(colours.begin(), colours.end());
    canonical.insert(canonical.end(), colours.begin(), colours.end());
    return canonical;
}

TEST(CanonicalForm, TellsGraphsApartAsNautyDoes) {
    Random random{10};
    const TypeTable types = two_types();
    for (int i = 0; i < 200; ++i) {
        std::vector<Words> words;
        std::vector<std::vector<graph>> theirs;
        const std::size_t molecules = 3 + random() % 6;
        for (int k = 0; k < 12; ++k) {
            const SpeciesGraph graph =
                random_graph(random, types, molecules, random() % 5, i % 4 == 0);
            words.push_back(words_of(graph, types));
            theirs.push_back(nauty_form(graph, types));
        }
        for (std::size_t a = 0; a < words.size(); ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                ASSERT_EQ(words[a] == words[b], theirs[a] == theirs[b]);
            }
        }
    }
}
#endif

// A ring of n molecules R(r,r): its symmetries are the 2n of a polygon (and swaps of sites).
SpeciesGraph ring(std::size_t n) {
    SpeciesGraph graph;
    for (std::size_t m = 0; m < n; ++m) {
        graph.add_molecule(0, kNone, 2);
    }
    for (std::size_t m = 0; m < n; ++m) {
        graph.add_bond(static_cast<std::uint16_t>(2 * m + 1),
                       static_cast<std::uint16_t>(2 * ((m + 1) % n)));
    }
    return graph;
}

TEST(CanonicalSearch, NeedsFewLeavesForRings) {
    const TypeTable types{{{"R", {{"r", {}}, {"r", {}}}, {}}}};
    for (const std::size_t n : {3U, 6U, 24U, 60U}) {
        CanonicalSearch search{types};
        Words words;
        const SpeciesGraph graph = ring(n);
        search.encode(graph, all_molecules(graph), words);
        EXPECT_LE(search.leaf_count(), 2 * n) << "ring of " << n;
    }
}

// The complex of issue 165 of bionetgen: interchangeable sites filled with equal molecules, which
// makes 6! * 6! equal numberings.
TEST(CanonicalForm, TakesMicrosecondsForManyEqualMoleculesOnInterchangeableSites) {
    const model::SiteType s{"s", {}};
    std::vector<model::SiteType> six(7, s);
    six.back().name = "t";
    const TypeTable types{{{"PI3K", six, {}}, {"PIP2", {{"p", {}}}, {}}}};
    Random random{3};
    SpeciesGraph graph;
    graph.add_molecule(0, kNone, 7);
    graph.add_molecule(0, kNone, 7);
    graph.add_bond(6, 13);
    for (std::uint16_t i = 0; i < 6; ++i) {
        for (const std::uint16_t first : {std::uint16_t{0}, std::uint16_t{7}}) {
            const std::uint16_t m = graph.add_molecule(1, kNone, 1);
            graph.add_bond(static_cast<std::uint16_t>(first + i), graph.molecule(m).first_site);
        }
    }
    Canonicalizer canonicalizer{types};
    Words words;
    canonicalizer.encode(graph, all_molecules(graph), words);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) {
        const SpeciesGraph other = renumbered(random, graph, types);
        Words again;
        canonicalizer.encode(other, all_molecules(other), again);
        ASSERT_EQ(again, words);
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(taken.count(), 1.0);

    // The search for graphs with rings copes with the same symmetry.
    CanonicalSearch search{types};
    search.encode(graph, all_molecules(graph), words);
    EXPECT_LE(search.leaf_count(), 64U);
}

}  // namespace
}  // namespace erbium::net::test

// SPDX-License-Identifier: Apache-2.0
#include "random_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace erbium::net::test {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) {
    return random() % n;
}

const std::string& pick(Random& random, const std::vector<std::string>& items) {
    return items[below(random, items.size())];
}

template <class T>
std::vector<T> permuted(const std::vector<T>& items, const std::vector<std::size_t>& order) {
    std::vector<T> out;
    for (const std::size_t i : order) {
        out.push_back(items[i]);
    }
    return out;
}

// Without a random source the order stays.
std::vector<std::size_t> shuffled(std::size_t n, Random* random) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n; random != nullptr && i > 1; --i) {
        std::swap(order[i - 1], order[below(*random, i)]);
    }
    return order;
}

class Builder {
public:
    Builder(RandomModel& model, std::uint64_t seed) : model_{model}, random_{seed} {}

    void run() {
        const std::size_t type_count = 1 + below(random_, 3);
        for (std::size_t t = 0; t < type_count; ++t) {
            model_.types.push_back(type(t));
        }
        const std::size_t rule_count = 2 + below(random_, 4);
        for (std::size_t r = 0; r < rule_count; ++r) {
            rule();
        }
    }

private:
    RandomType type(std::size_t t) {
        RandomType out{fmt::format("M{}", t), {}};
        const std::size_t groups = 1 + below(random_, 2);
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t size = 1 + below(random_, 3) % (g == 0 ? 3 : 2);
            const std::string states = below(random_, 3) == 0 ? "~u~p" : "";
            out.sites.insert(out.sites.end(), size,
                             {std::string(1, static_cast<char>('a' + g)), states, ""});
        }
        return out;
    }

    // A molecule with one chosen site and some context; the chosen site comes first.
    RandomMolecule molecule(std::size_t t, std::size_t chosen) {
        const RandomType& type = model_.types[t];
        RandomMolecule out{t, {{type.sites[chosen].name, "", ""}}};
        for (std::size_t s = 0; s < type.sites.size(); ++s) {
            if (s != chosen && below(random_, 3) == 0) {
                const std::string state = type.sites[s].state.empty() || below(random_, 2) == 0
                                              ? std::string{}
                                              : pick(random_, {"~u", "~p"});
                out.sites.push_back({type.sites[s].name, state, pick(random_, {"", "!+", "!?"})});
            }
        }
        return out;
    }

    std::size_t any_site(std::size_t t) { return below(random_, model_.types[t].sites.size()); }

    void rule() {
        const std::size_t t1 = below(random_, model_.types.size());
        const std::size_t t2 = below(random_, model_.types.size());
        RandomMolecule m1 = molecule(t1, any_site(t1));
        RandomMolecule m2 = molecule(t2, any_site(t2));
        RandomMolecule b1 = m1;
        RandomMolecule b2 = m2;
        b1.sites[0].bond = "!1";
        b2.sites[0].bond = "!1";
        switch (below(random_, 8)) {
            case 0:
            case 1:
            case 2:
                model_.rules.push_back({{{m1}, {m2}}, {{b1, b2}}, "", true});
                break;
            case 3:
                model_.rules.push_back({{{b1, b2}}, {{m1}, {m2}}, "", true});
                break;
            case 4:
                model_.rules.push_back({{{m1, m2}}, {{b1, b2}}, "", true});
                break;
            case 5:
                if (!change_state(t1, m2)) {
                    model_.rules.push_back({{{b1, b2}}, {{m1, m2}}, "", true});
                }
                break;
            case 6:
                model_.rules.push_back(
                    {{{m1}}, {}, below(random_, 2) == 0 ? " DeleteMolecules" : "", false});
                break;
            default:
                if (!change_state(t1, m2)) {
                    model_.rules.push_back({{{m1}, {m2}}, {{b1, b2}}, "", true});
                }
                break;
        }
    }

    // With a catalyst, or alone.
    bool change_state(std::size_t t, const RandomMolecule& catalyst) {
        const RandomType& type = model_.types[t];
        for (std::size_t s = 0; s < type.sites.size(); ++s) {
            if (type.sites[s].state.empty()) {
                continue;
            }
            RandomMolecule before = molecule(t, s);
            before.sites[0].bond = pick(random_, {"", "!?"});
            RandomMolecule after = before;
            const bool up = below(random_, 2) == 0;
            before.sites[0].state = up ? "~u" : "~p";
            after.sites[0].state = up ? "~p" : "~u";
            if (below(random_, 2) == 0) {
                model_.rules.push_back({{{before}, {catalyst}}, {{after}, {catalyst}}, "", true});
            } else {
                model_.rules.push_back({{{before}}, {{after}}, "", true});
            }
            return true;
        }
        return false;
    }

    RandomModel& model_;
    Random random_;
};

std::string molecule_text(const RandomType& type, const std::vector<RandomSite>& sites) {
    std::string out = type.name + "(";
    for (std::size_t s = 0; s < sites.size(); ++s) {
        out += (s == 0 ? "" : ",") + sites[s].name + sites[s].state + sites[s].bond;
    }
    return out + ")";
}

}  // namespace

RandomModel::RandomModel(std::uint64_t seed) {
    Builder{*this, seed}.run();
}

std::string RandomModel::text(std::uint64_t order_seed) const {
    Random source{order_seed};
    Random* random = order_seed == 0 ? nullptr : &source;
    std::string out = "begin parameters\n";
    for (std::size_t r = 0; r < rules.size(); ++r) {
        out += fmt::format("  k{} {}\n", r, 1.0 + 0.37 * static_cast<double>(r));
    }
    out += "end parameters\nbegin molecule types\n";
    for (const std::size_t t : shuffled(types.size(), random)) {
        out += "  " +
               molecule_text(types[t],
                             permuted(types[t].sites, shuffled(types[t].sites.size(), random))) +
               "\n";
    }
    out += "end molecule types\nbegin seed species\n";
    for (const std::size_t t : shuffled(types.size(), random)) {
        std::vector<RandomSite> sites = types[t].sites;
        for (RandomSite& site : sites) {
            site.state = site.state.empty() ? "" : "~u";
        }
        out += "  " + molecule_text(types[t], permuted(sites, shuffled(sites.size(), random))) +
               " 10\n";
    }
    out += "end seed species\nbegin observables\n";
    for (const RandomType& type : types) {
        out += fmt::format("  Molecules O{0} {0}()\n  Species S{0} {0}({1}!+)\n", type.name,
                           type.sites[0].name);
    }
    out += "end observables\nbegin reaction rules\n";
    for (const std::size_t r : shuffled(rules.size(), random)) {
        const RandomRule& rule = rules[r];
        // Sites are shuffled alike on both sides, for repeated names are told apart by their order.
        std::vector<std::vector<std::size_t>> site_orders;
        for (const RandomComplex& complex : rule.left) {
            for (const RandomMolecule& molecule : complex) {
                site_orders.push_back(shuffled(molecule.sites.size(), random));
            }
        }
        const bool is_swapped = random != nullptr && below(*random, 2) == 0;
        const auto side = [&](const std::vector<RandomComplex>& complexes) {
            std::vector<std::string> parts;
            std::size_t m = 0;
            for (const RandomComplex& complex : complexes) {
                std::vector<std::string> texts;
                for (const RandomMolecule& molecule : complex) {
                    texts.push_back(molecule_text(types[molecule.type],
                                                  permuted(molecule.sites, site_orders[m++])));
                }
                if (is_swapped) {
                    std::reverse(texts.begin(), texts.end());
                }
                parts.push_back(fmt::format("{}", fmt::join(texts, ".")));
            }
            if (is_swapped) {
                std::reverse(parts.begin(), parts.end());
            }
            return complexes.empty() ? std::string{"0"}
                                     : fmt::format("{}", fmt::join(parts, " + "));
        };
        out += fmt::format("  r{}: {} -> {} k{}{}\n", r, side(rule.left), side(rule.right), r,
                           rule.keywords);
    }
    return out + "end reaction rules\n";
}

}  // namespace erbium::net::test

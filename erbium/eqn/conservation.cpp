// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/conservation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <utility>

namespace erbium::eqn {
namespace {

/// A sparse integer vector over species, ascending, without zeros.
using Vector = std::vector<std::pair<std::uint32_t, std::int64_t>>;

void divide_by_gcd(Vector& v) {
    std::int64_t divisor = 0;
    for (const auto& [species, weight] : v) {
        divisor = std::gcd(divisor, weight);
    }
    if (divisor > 1) {
        for (auto& [species, weight] : v) {
            weight /= divisor;
        }
    }
}

/// a * x + b * y; false on overflow.
bool combine(std::int64_t a, const Vector& x, std::int64_t b, const Vector& y, Vector& out) {
    out.clear();
    auto i = x.begin();
    auto j = y.begin();
    while (i != x.end() || j != y.end()) {
        const bool takes_x = j == y.end() || (i != x.end() && i->first <= j->first);
        const bool takes_y = i == x.end() || (j != y.end() && j->first <= i->first);
        const std::uint32_t species = takes_x ? i->first : j->first;
        std::int64_t left = 0;
        std::int64_t right = 0;
        std::int64_t sum = 0;
        if ((takes_x && __builtin_mul_overflow(a, i->second, &left)) ||
            (takes_y && __builtin_mul_overflow(b, j->second, &right)) ||
            __builtin_add_overflow(left, right, &sum)) {
            return false;
        }
        if (sum != 0) {
            out.emplace_back(species, sum);
        }
        i += takes_x ? 1 : 0;
        j += takes_y ? 1 : 0;
    }
    divide_by_gcd(out);
    return true;
}

std::int64_t weight_of(const Vector& v, std::uint32_t species) {
    const auto at = std::lower_bound(v.begin(), v.end(), std::pair{species, INT64_MIN});
    return at != v.end() && at->first == species ? at->second : 0;
}

/// Removes the pivot's species from v; false on overflow.
bool eliminate(Vector& v, const Vector& pivot, std::uint32_t species, Vector& scratch) {
    const std::int64_t in_v = weight_of(v, species);
    const std::int64_t in_pivot = weight_of(pivot, species);
    const std::int64_t divisor = std::gcd(in_v, in_pivot);
    if (!combine(in_pivot / divisor, v, -(in_v / divisor), pivot, scratch)) {
        return false;
    }
    std::swap(v, scratch);
    return true;
}

std::optional<std::vector<Vector>> reaction_vectors(const System& system) {
    const Program program = system.program();
    std::vector<Vector> vectors(system.reaction_count());
    for (std::uint32_t s = 0; s < program.species; ++s) {
        for (std::uint32_t i = program.stoichiometry.begins[s];
             i < program.stoichiometry.begins[s + 1]; ++i) {
            const Term& term = program.stoichiometry.terms[i];
            if (std::nearbyint(term.weight) != term.weight) {
                return std::nullopt;
            }
            vectors[term.index].emplace_back(s, static_cast<std::int64_t>(term.weight));
        }
    }
    return vectors;
}

}  // namespace

std::optional<std::vector<ConservationLaw>> conservation_laws(const System& system) {
    auto vectors = reaction_vectors(system);
    if (!vectors) {
        return std::nullopt;
    }
    // Row echelon form of the reaction vectors; each row is led by its smallest species.
    std::map<std::uint32_t, Vector> rows;
    Vector scratch;
    for (Vector& v : *vectors) {
        while (!v.empty()) {
            const std::uint32_t lead = v.front().first;
            const auto row = rows.find(lead);
            if (row == rows.end()) {
                divide_by_gcd(v);
                rows.emplace(lead, std::move(v));
                break;
            }
            if (!eliminate(v, row->second, lead, scratch)) {
                return std::nullopt;
            }
        }
    }
    // Reduced form: no row holds another row's leading species.
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        for (const auto& [lead, below] : rows) {
            if (lead > row->first && weight_of(row->second, lead) != 0 &&
                !eliminate(row->second, below, lead, scratch)) {
                return std::nullopt;
            }
        }
    }
    // One law per species that leads no row: it is weighed L = lcm of the leading weights, every
    // leading species -L * (its row's weight of the free species) / (its leading weight).
    std::vector<ConservationLaw> laws;
    for (std::uint32_t s = 0; s < system.state_count(); ++s) {
        if (rows.contains(s) || system.is_fixed(SpeciesId{s})) {
            continue;
        }
        std::int64_t multiple = 1;
        for (const auto& [lead, row] : rows) {
            const std::int64_t weight = weight_of(row, s);
            if (weight != 0) {
                const std::int64_t needed =
                    std::abs(row.front().second) / std::gcd(row.front().second, weight);
                if (__builtin_mul_overflow(multiple, needed / std::gcd(multiple, needed),
                                           &multiple)) {
                    return std::nullopt;
                }
            }
        }
        Vector law;
        for (const auto& [lead, row] : rows) {
            const std::int64_t weight = weight_of(row, s);
            std::int64_t product = 0;
            if (weight == 0) {
                continue;
            }
            if (__builtin_mul_overflow(multiple, weight, &product)) {
                return std::nullopt;
            }
            law.emplace_back(lead, -product / row.front().second);
        }
        law.insert(std::lower_bound(law.begin(), law.end(), std::pair{s, INT64_MIN}),
                   {s, multiple});
        divide_by_gcd(law);
        ConservationLaw& out = laws.emplace_back();
        for (const auto& [species, weight] : law) {
            out.members.push_back({SpeciesId{species}, weight});
        }
    }
    return laws;
}

}  // namespace erbium::eqn

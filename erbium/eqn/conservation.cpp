// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/conservation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
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

/// Row echelon form of the reaction vectors, each row led by its largest species: a generated
/// species is written in terms of those it was first made from, so that rows stay short and what
/// remains free are mostly the seed species.
class Echelon {
public:
    explicit Echelon(std::size_t species) : rows_(species) {}

    /// False on overflow.
    bool add(Vector& v) {
        if (!reduce(v, v.size())) {
            return false;
        }
        if (!v.empty()) {
            divide_by_gcd(v);
            rows_[v.back().first] = std::move(v);
        }
        return true;
    }

    /// Afterwards no row holds another row's leading species. False on overflow.
    bool finish() {
        for (Vector& row : rows_) {
            if (!row.empty() && !reduce(row, row.size() - 1)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] const std::vector<Vector>& rows() const noexcept { return rows_; }

private:
    /// Writes the first `count` members of v in terms of species that lead no row; what takes their
    /// places is smaller.
    bool reduce(Vector& v, std::size_t count) {
        while (count > 0) {
            const std::uint32_t species = v[count - 1].first;
            if (rows_[species].empty()) {
                --count;
                continue;
            }
            const std::size_t above = v.size() - count;
            if (!eliminate(v, rows_[species], species, scratch_)) {
                return false;
            }
            count = v.size() - above;
        }
        return true;
    }

    std::vector<Vector> rows_;  // by leading species; empty where a species leads none
    Vector scratch_;
};

Vector vector_of(const ConservationLaw& law) {
    Vector vector;
    for (const ConservationLaw::Member& member : law.members) {
        vector.emplace_back(member.species.value, member.weight);
    }
    return vector;
}

ConservationLaw law_of(const Vector& vector) {
    ConservationLaw law;
    for (const auto& [species, weight] : vector) {
        law.members.push_back({SpeciesId{species}, weight});
    }
    return law;
}

}  // namespace

std::optional<std::vector<ConservationLaw>> conservation_laws(const System& system) {
    auto vectors = reaction_vectors(system);
    if (!vectors) {
        return std::nullopt;
    }
    Echelon echelon{system.state_count()};
    for (Vector& v : *vectors) {
        if (!echelon.add(v)) {
            return std::nullopt;
        }
    }
    if (!echelon.finish()) {
        return std::nullopt;
    }
    // Where each free species stands in the rows.
    const std::vector<Vector>& rows = echelon.rows();
    std::vector<std::vector<std::pair<std::uint32_t, std::int64_t>>> leads(rows.size());
    for (std::uint32_t lead = 0; lead < rows.size(); ++lead) {
        for (const auto& [species, weight] : rows[lead]) {
            if (species != lead) {
                leads[species].emplace_back(lead, weight);
            }
        }
    }
    // One law per species that leads no row: it is weighed L = lcm of the leading weights, every
    // leading species -L * (its row's weight of the free species) / (its leading weight).
    std::vector<ConservationLaw> laws;
    for (std::uint32_t s = 0; s < rows.size(); ++s) {
        if (!rows[s].empty() || system.is_fixed(SpeciesId{s})) {
            continue;
        }
        std::int64_t multiple = 1;
        for (const auto& [lead, weight] : leads[s]) {
            const std::int64_t leading = std::abs(rows[lead].back().second);
            const std::int64_t needed = leading / std::gcd(leading, weight);
            if (__builtin_mul_overflow(multiple, needed / std::gcd(multiple, needed), &multiple)) {
                return std::nullopt;
            }
        }
        Vector law{{s, multiple}};
        for (const auto& [lead, weight] : leads[s]) {
            std::int64_t product = 0;
            if (__builtin_mul_overflow(multiple, weight, &product)) {
                return std::nullopt;
            }
            law.emplace_back(lead, -product / rows[lead].back().second);
        }
        divide_by_gcd(law);
        laws.push_back(law_of(law));
    }
    return laws;
}

std::optional<ConservationLaw> without(const ConservationLaw& law, const ConservationLaw& other,
                                       SpeciesId species) {
    Vector vector = vector_of(law);
    const Vector pivot = vector_of(other);
    Vector scratch;
    if (weight_of(vector, species.value) != 0 &&
        !eliminate(vector, pivot, species.value, scratch)) {
        return std::nullopt;
    }
    return law_of(vector);
}

std::vector<ConservationLaw> sparser(std::vector<ConservationLaw> laws) {
    constexpr std::size_t kMostLaws = 200;  // the cost grows with their square
    if (laws.size() > kMostLaws) {
        return laws;
    }
    std::vector<Vector> vectors;
    for (const ConservationLaw& law : laws) {
        vectors.push_back(vector_of(law));
    }
    Vector tried;
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            for (std::size_t j = 0; j < vectors.size(); ++j) {
                for (const std::int64_t sign : {-1, 1}) {
                    if (i != j && combine(1, vectors[i], sign, vectors[j], tried) &&
                        tried.size() < vectors[i].size()) {
                        vectors[i] = tried;
                        has_changed = true;
                    }
                }
            }
        }
    }
    for (std::size_t l = 0; l < laws.size(); ++l) {
        laws[l] = law_of(vectors[l]);
    }
    return laws;
}

}  // namespace erbium::eqn

// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/jacobian_kernel.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

namespace erbium::sim {
namespace {

using eqn::Term;

std::uint32_t narrow(std::size_t i) noexcept {
    return static_cast<std::uint32_t>(i);
}

using Key = std::vector<std::uint64_t>;

struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept {
        std::uint64_t hash = key.size();
        for (const std::uint64_t part : key) {
            hash = (hash ^ part) * 0x9E3779B97F4A7C15U;
            hash ^= hash >> 29U;
        }
        return hash;
    }
};

/// The terms of a row over values.
std::vector<Term> terms_of(const eqn::Rows& rows, std::size_t row,
                           const std::vector<std::uint32_t>& value_of) {
    std::vector<Term> terms;
    for (std::uint32_t i = rows.begins[row]; i < rows.begins[row + 1]; ++i) {
        terms.push_back({value_of[rows.terms[i].index], rows.terms[i].weight});
    }
    return terms;
}

/// Terms by ascending value, those of one value added, the first weight positive.
struct SignedRow {
    std::vector<Term> terms;
    bool is_opposite{};

    explicit SignedRow(std::vector<Term> row) : terms{std::move(row)} {
        std::stable_sort(terms.begin(), terms.end(),
                         [](const Term& a, const Term& b) { return a.index < b.index; });
        std::size_t kept = 0;
        for (const Term& term : terms) {
            if (kept > 0 && terms[kept - 1].index == term.index) {
                terms[kept - 1].weight += term.weight;
            } else {
                terms[kept++] = term;
            }
        }
        terms.resize(kept);
        is_opposite = !terms.empty() && terms.front().weight < 0.0;
        if (is_opposite) {
            for (Term& term : terms) {
                term.weight = -term.weight;
            }
        }
    }

    [[nodiscard]] Key key() const {
        Key key;
        for (const Term& term : terms) {
            key.push_back(term.index);
            key.push_back(std::bit_cast<std::uint64_t>(term.weight));
        }
        return key;
    }
};

}  // namespace

JacobianKernel::JacobianKernel(eqn::ReferenceKernel& kernel, const eqn::Rows& rows)
    : kernel_{kernel}, program_{kernel.system().program()} {
    std::vector<std::uint32_t> value_of = add_products();
    std::size_t count = slopes_.size() + products_.size();
    std::vector<std::vector<Term>> partial_sums;
    for (std::size_t q = 0; q + 1 < program_.partial_sums.begins.size(); ++q) {
        partial_sums.push_back(terms_of(program_.partial_sums, q, value_of));
        value_of.push_back(narrow(count++));
    }
    partial_sums_ = SignedSums{partial_sums};
    // Each distinct sum at first, its opposite behind all of them.
    std::unordered_map<Key, std::uint32_t, HashOfKey> known;
    std::vector<std::vector<Term>> sums;
    std::vector<std::uint8_t> is_opposite;
    for (std::size_t e = 0; e + 1 < rows.begins.size(); ++e) {
        const SignedRow row{terms_of(rows, e, value_of)};
        const auto [at, is_new] = known.emplace(row.key(), narrow(known.size()));
        if (is_new) {
            sums.push_back(row.terms);
        }
        value_of_.push_back(at->second);
        is_opposite.push_back(row.is_opposite ? 1 : 0);
    }
    sums_ = SignedSums{sums};
    for (std::size_t e = 0; e < value_of_.size(); ++e) {
        value_of_[e] += narrow(count + (is_opposite[e] != 0 ? sums_.size() : 0));
    }
    values_.resize(count + 2 * sums_.size());
}

/// Distinct partial derivatives, sorted by their number of states; the value of each.
std::vector<std::uint32_t> JacobianKernel::add_products() {
    const std::span<const eqn::Product> partials = program_.partials;
    std::vector<std::uint32_t> value_of(partials.size());
    std::unordered_map<Key, std::uint32_t, HashOfKey> known;
    std::uint32_t count = 0;
    for (std::uint32_t states = 0; states < 3; ++states) {
        for (std::size_t p = 0; p < partials.size(); ++p) {
            const eqn::Product& partial = partials[p];
            if (std::min(partial.count, 2U) != states) {
                continue;
            }
            const auto factors = program_.factors.subspan(partial.first, partial.count);
            Key key{partial.slot};
            key.insert(key.end(), factors.begin(), factors.end());
            const auto [at, is_new] = known.emplace(std::move(key), count);
            value_of[p] = at->second;
            if (!is_new) {
                continue;
            }
            ++count;
            if (states == 2) {
                products_.push_back(partial);
            } else {
                slopes_.push_back({partial.slot, states == 1 ? factors[0] : 0});
            }
        }
        constants_end_ = states == 0 ? count : constants_end_;
    }
    return value_of;
}

void JacobianKernel::evaluate(double t, std::span<const double> y,
                              std::span<double> entries) noexcept {
    kernel_.evaluate_slopes(t, y);
    const double* const slots = kernel_.slots().data();
    std::size_t i = 0;
    for (; i < constants_end_; ++i) {
        values_[i] = slots[slopes_[i].slot];
    }
    for (; i < slopes_.size(); ++i) {
        values_[i] = slots[slopes_[i].slot] * y[slopes_[i].state];
    }
    for (const eqn::Product& product : products_) {
        double value = slots[product.slot];
        for (const std::uint32_t factor : program_.factors.subspan(product.first, product.count)) {
            value *= y[factor];
        }
        values_[i++] = value;
    }
    partial_sums_.evaluate(values_.data(), values_.data() + i);
    i += partial_sums_.size();
    double* const sums = values_.data() + i;
    sums_.evaluate(values_.data(), sums);
    for (std::size_t k = 0; k < sums_.size(); ++k) {
        sums[sums_.size() + k] = -sums[k];
    }
    for (std::size_t e = 0; e < entries.size(); ++e) {
        entries[e] = values_[value_of_[e]];
    }
}

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/substitution.hpp"

#include <utility>

namespace erbium::math {

Substitution::Substitution(const Order& order, std::vector<std::uint32_t> reciprocals,
                           std::span<const FactorPlace> entries)
    : reciprocals_{std::move(reciprocals)} {
    const std::size_t n = order.size();
    std::vector<std::vector<FactorEntry>> lower(n);
    std::vector<std::vector<FactorEntry>> upper(n);
    for (const FactorPlace& entry : entries) {
        if (entry.column < entry.row) {
            lower[entry.row].push_back({entry.value, entry.column});
        } else {
            upper[entry.row].push_back(
                {entry.value, static_cast<std::uint32_t>(order[entry.column])});
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        lower_.insert(lower_.end(), lower[i].begin(), lower[i].end());
        lower_counts_.push_back(static_cast<std::uint32_t>(lower[i].size()));
    }
    for (std::size_t i = n; i-- > 0;) {
        upper_.insert(upper_.end(), upper[i].begin(), upper[i].end());
        upper_counts_.push_back(static_cast<std::uint32_t>(upper[i].size()));
    }
}

}  // namespace erbium::math

// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/row_groups.hpp"

#include <algorithm>

namespace erbium::math {

std::vector<std::uint32_t> group_rows(const std::vector<std::vector<std::uint32_t>>& columns,
                                      std::size_t count, std::size_t size) {
    // A column that a row adds to a group counts three tenths of one that it shares.
    constexpr std::int64_t kShared = 13;
    constexpr std::int64_t kOwn = 3;
    std::vector<std::vector<std::uint32_t>> columns_of(count);
    for (std::size_t column = 0; column < columns.size(); ++column) {
        for (const std::uint32_t row : columns[column]) {
            columns_of[row].push_back(static_cast<std::uint32_t>(column));
        }
    }
    std::vector<std::uint32_t> slots(count);
    std::vector<std::uint8_t> is_placed(count);
    std::vector<std::int64_t> shared(count);  // columns with the present group
    std::vector<std::uint8_t> in_group(columns.size());
    std::uint32_t slot = 0;
    const auto place = [&](std::size_t row) {
        slots[row] = slot++;
        is_placed[row] = 1;
        for (const std::uint32_t column : columns_of[row]) {
            if (in_group[column] == 0) {
                in_group[column] = 1;
                for (const std::uint32_t other : columns[column]) {
                    ++shared[other];
                }
            }
        }
    };
    for (std::size_t seed = count; seed-- > 0;) {
        if (is_placed[seed] != 0) {
            continue;
        }
        std::fill(shared.begin(), shared.end(), 0);
        std::fill(in_group.begin(), in_group.end(), std::uint8_t{0});
        place(seed);
        while (slot % size != 0 && slot < count) {
            std::size_t best = count;
            std::int64_t best_score = 0;
            for (std::size_t row = 0; row < count; ++row) {
                const std::int64_t score = kShared * shared[row] -
                                           kOwn * static_cast<std::int64_t>(columns_of[row].size());
                if (is_placed[row] == 0 && (best == count || score > best_score)) {
                    best = row;
                    best_score = score;
                }
            }
            place(best);
        }
    }
    return slots;
}

}  // namespace erbium::math

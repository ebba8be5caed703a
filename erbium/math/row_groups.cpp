// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/row_groups.hpp"

#include <algorithm>

namespace erbium::math {

std::vector<std::uint32_t> group_rows(const std::vector<std::vector<std::uint32_t>>& needs,
                                      std::size_t size) {
    // A need that a row adds to a group counts six tenths of one that it shares.
    constexpr std::int64_t kShared = 8;
    constexpr std::int64_t kOwn = 3;
    const std::size_t count = needs.size();
    std::vector<std::vector<std::uint32_t>> readers(count);
    std::vector<std::size_t> missing(count);
    std::vector<std::uint32_t> ready;  // in the order in which they became so
    for (std::uint32_t row = 0; row < count; ++row) {
        for (const std::uint32_t need : needs[row]) {
            readers[need].push_back(row);
        }
        missing[row] = needs[row].size();
        if (missing[row] == 0) {
            ready.push_back(row);
        }
    }
    std::vector<std::uint32_t> slots(count);
    std::vector<std::int64_t> shared(count);  // needs of each row that the present group has
    std::vector<std::uint8_t> in_group(count);
    std::uint32_t slot = 0;
    const auto place = [&](std::size_t at) {
        const std::uint32_t row = ready[at];
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(at));
        slots[row] = slot++;
        for (const std::uint32_t reader : readers[row]) {
            if (--missing[reader] == 0) {
                ready.push_back(reader);
            }
        }
        for (const std::uint32_t need : needs[row]) {
            if (in_group[need] == 0) {
                in_group[need] = 1;
                for (const std::uint32_t other : readers[need]) {
                    ++shared[other];
                }
            }
        }
    };
    while (!ready.empty()) {
        std::fill(shared.begin(), shared.end(), 0);
        std::fill(in_group.begin(), in_group.end(), std::uint8_t{0});
        place(0);
        while (slot % size != 0 && !ready.empty()) {
            const auto score = [&](std::uint32_t row) {
                return kShared * shared[row] - kOwn * static_cast<std::int64_t>(needs[row].size());
            };
            const auto best = std::max_element(
                ready.begin(), ready.end(),
                [&](std::uint32_t a, std::uint32_t b) { return score(a) < score(b); });
            place(static_cast<std::size_t>(best - ready.begin()));
        }
    }
    return slots;
}

}  // namespace erbium::math

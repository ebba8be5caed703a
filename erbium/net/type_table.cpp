// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/type_table.hpp"

#include "erbium/base/check.hpp"

namespace erbium::net {

TypeTable::TypeTable(const std::vector<model::MoleculeType>& types) {
    for (const model::MoleculeType& type : types) {
        const std::size_t count = type.sites.size();
        ERBIUM_CHECK(count < kNone, "a molecule type has fewer than 65,535 sites");
        site_counts_.push_back(static_cast<std::uint16_t>(count));
        begins_.push_back(static_cast<std::uint32_t>(groups_.size()));
        bool has_groups = false;
        for (std::size_t first = 0; first < count;) {
            std::size_t end = first + 1;
            while (end < count && type.sites[end].name == type.sites[first].name) {
                ++end;
            }
            const SiteGroup group{static_cast<std::uint16_t>(first),
                                  static_cast<std::uint16_t>(end - first)};
            groups_.insert(groups_.end(), end - first, group);
            has_groups = has_groups || group.size > 1;
            first = end;
        }
        has_groups_.push_back(has_groups ? 1 : 0);
    }
}

}  // namespace erbium::net

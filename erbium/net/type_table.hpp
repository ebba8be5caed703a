// SPDX-License-Identifier: Apache-2.0
// erbium/net/type_table.hpp: what the graph algorithms need to know about molecule types.
// Reads: model::Model   Makes: TypeTable   Used by: the rest of net
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erbium/model/model.hpp"

namespace erbium::net {

/// "No state", "no compartment", "no bond": the one value that 16-bit entries keep for nothing.
inline constexpr std::uint16_t kNone = 0xFFFF;

/// Sites of equal name that stand next to each other; they are interchangeable when there are
/// several.
struct SiteGroup {
    std::uint16_t first{};
    std::uint16_t size{1};
};

/// The sites of every molecule type, flattened.
class TypeTable {
public:
    TypeTable() = default;
    explicit TypeTable(const std::vector<model::MoleculeType>& types);

    [[nodiscard]] std::size_t size() const noexcept { return site_counts_.size(); }
    [[nodiscard]] std::uint16_t site_count(std::uint16_t type) const noexcept {
        return site_counts_[type];
    }
    /// The group of one site of a type; its `first` is relative to the molecule.
    [[nodiscard]] SiteGroup group(std::uint16_t type, std::uint16_t site) const noexcept {
        return groups_[begins_[type] + site];
    }
    /// True when the type has sites that can stand for each other.
    [[nodiscard]] bool has_interchangeable_sites(std::uint16_t type) const noexcept {
        return has_groups_[type] != 0;
    }
    /// Index of a site of a type in tables that hold all sites of all types.
    [[nodiscard]] std::uint32_t flat_site(std::uint16_t type, std::uint16_t site) const noexcept {
        return begins_[type] + site;
    }
    [[nodiscard]] std::uint32_t flat_size() const noexcept {
        return static_cast<std::uint32_t>(groups_.size());
    }

private:
    std::vector<std::uint16_t> site_counts_;
    std::vector<std::uint32_t> begins_;
    std::vector<SiteGroup> groups_;
    std::vector<std::uint8_t> has_groups_;
};

}  // namespace erbium::net

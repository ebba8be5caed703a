// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/species_table.hpp"

#include <algorithm>

#include "erbium/net/mix.hpp"

namespace erbium::net {

std::span<const std::uint16_t> SpeciesTable::words_of(std::uint32_t s) const noexcept {
    const std::size_t begin = begins_[s];
    const std::size_t end = s + 1 < begins_.size() ? begins_[s + 1] : words_.size();
    return {words_.data() + begin, end - begin};
}

std::optional<SpeciesId> SpeciesTable::find(std::span<const std::uint16_t> words) const {
    if (slots_.empty()) {
        return std::nullopt;
    }
    const auto tag = static_cast<std::uint32_t>(hash_words(words.data(), words.size()));
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = tag & mask; slots_[at].id_plus_one != 0; at = (at + 1) & mask) {
        if (slots_[at].tag == tag) {
            const std::uint32_t s = slots_[at].id_plus_one - 1;
            const std::span<const std::uint16_t> held = words_of(s);
            if (std::equal(held.begin(), held.end(), words.begin(), words.end())) {
                return SpeciesId{s};
            }
        }
    }
    return std::nullopt;
}

void SpeciesTable::grow() {
    const std::size_t size = std::max<std::size_t>(64, slots_.size() * 2);
    slots_.assign(size, {});
    for (std::uint32_t s = 0; s < tags_.size(); ++s) {
        std::size_t at = tags_[s] & (size - 1);
        while (slots_[at].id_plus_one != 0) {
            at = (at + 1) & (size - 1);
        }
        slots_[at] = {tags_[s], s + 1};
    }
}

SpeciesId SpeciesTable::insert(std::span<const std::uint16_t> words) {
    if (2 * (begins_.size() + 1) > slots_.size()) {
        grow();
    }
    const auto tag = static_cast<std::uint32_t>(hash_words(words.data(), words.size()));
    const auto s = static_cast<std::uint32_t>(begins_.size());
    std::size_t at = tag & (slots_.size() - 1);
    while (slots_[at].id_plus_one != 0) {
        at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {tag, s + 1};
    begins_.push_back(words_.size());
    tags_.push_back(tag);
    words_.insert(words_.end(), words.begin(), words.end());
    return SpeciesId{s};
}

std::size_t SpeciesTable::memory() const noexcept {
    return words_.capacity() * sizeof(std::uint16_t) + begins_.capacity() * sizeof(std::uint64_t) +
           tags_.capacity() * sizeof(std::uint32_t) + slots_.capacity() * sizeof(Slot);
}

}  // namespace erbium::net

// SPDX-License-Identifier: Apache-2.0
// erbium/math/aligned.hpp: arrays of doubles that start on a cache line, for kernels over lanes.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace erbium::math {

template <class T>
struct CacheLineAllocator {
    using value_type = T;
    static constexpr std::align_val_t kAlignment{64};

    CacheLineAllocator() noexcept = default;
    template <class U>
    CacheLineAllocator(const CacheLineAllocator<U>& /*other*/) noexcept {}  // NOLINT: implicit

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), kAlignment));
    }
    void deallocate(T* memory, std::size_t /*count*/) noexcept {
        ::operator delete(memory, kAlignment);
    }
    friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) noexcept {
        return true;
    }
};

using AlignedDoubles = std::vector<double, CacheLineAllocator<double>>;

}  // namespace erbium::math

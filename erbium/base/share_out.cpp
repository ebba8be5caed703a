// SPDX-License-Identifier: Apache-2.0
#include "erbium/base/share_out.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace erbium {

void share_out(std::size_t count, std::size_t threads,
               const std::function<void(const NextPiece& next)>& work) {
    std::atomic<std::size_t> pieces{0};
    const NextPiece next = [&]() -> std::optional<std::size_t> {
        const std::size_t piece = pieces++;
        return piece < count ? std::optional{piece} : std::nullopt;
    };
    std::mutex mutex;
    std::exception_ptr failure;
    const auto guarded = [&]() noexcept {
        try {
            work(next);
        } catch (...) {  // handed on to the caller
            const std::lock_guard lock{mutex};
            failure = std::current_exception();
            pieces = count;
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t t = 1; t < threads && t < count; ++t) {
            others.emplace_back(guarded);
        }
        guarded();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace erbium

// SPDX-License-Identifier: Apache-2.0
// erbium/base/check.hpp: invariants that hold unless Erbium itself is wrong.
#pragma once

namespace erbium {

/// Prints `file:line: check failed: condition (why)` to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace erbium

/// Always on; for cheap conditions at module borders. User input is never tested with it.
#define ERBIUM_CHECK(condition, why)                                       \
    do {                                                                   \
        if (!(condition)) {                                                \
            ::erbium::check_failed(#condition, (why), __FILE__, __LINE__); \
        }                                                                  \
    } while (false)

/// In debug builds only; for conditions inside loops.
#ifdef NDEBUG
#define ERBIUM_ASSERT(condition, why) \
    do {                              \
    } while (false)
#else
#define ERBIUM_ASSERT(condition, why) ERBIUM_CHECK(condition, why)
#endif

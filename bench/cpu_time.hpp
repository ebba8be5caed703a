// SPDX-License-Identifier: Apache-2.0
// bench/cpu_time.hpp: the clock of the benchmarks, which other programs on the machine do not move.
#pragma once

#include <ctime>

namespace erbium::bench {

/// CPU time of this process since its start.
[[nodiscard]] inline double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace erbium::bench

// SPDX-License-Identifier: Apache-2.0
#include "erbium/math/target.hpp"

namespace erbium::math {

std::string_view name(Target target) noexcept {
    switch (target) {
        case Target::portable:
            return "portable";
        case Target::avx2:
            return "avx2";
        case Target::avx512:
            return "avx512";
    }
    return "?";
}

bool is_supported(Target target) noexcept {
#if defined(__x86_64__)
    switch (target) {
        case Target::portable:
            return true;
        case Target::avx2:
            return __builtin_cpu_supports("avx2") != 0;
        case Target::avx512:
            return __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512dq") != 0 &&
                   __builtin_cpu_supports("avx512vl") != 0;
    }
    return false;
#else
    return target == Target::portable;
#endif
}

std::vector<Target> supported_targets() {
    std::vector<Target> found;
    for (const Target target : {Target::portable, Target::avx2, Target::avx512}) {
        if (is_supported(target)) {
            found.push_back(target);
        }
    }
    return found;
}

}  // namespace erbium::math

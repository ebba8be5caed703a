// SPDX-License-Identifier: Apache-2.0
// erbium/lang/builtins.hpp: the functions and constants that BNGL expressions know by themselves.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erbium::lang {

struct Builtin {
    std::string_view name;
    std::uint32_t fewest_arguments{};
    std::uint32_t most_arguments{};
};

inline constexpr std::uint32_t kAnyNumber = std::numeric_limits<std::uint32_t>::max();

/// exp ln log10 log2 abs rint sqrt, the trigonometric and hyperbolic functions and their
/// inverses, if(c,a,b), min max sum avg (one or more arguments), mratio(a,b,z); nothing for other
/// names.
[[nodiscard]] std::optional<Builtin> builtin_function(std::string_view name) noexcept;

/// A built-in function, `time`, `_pi`, `_e` or a rate law such as `MM`: no name for a definition.
[[nodiscard]] bool is_builtin(std::string_view name) noexcept;

/// Names of all built-in functions.
[[nodiscard]] std::vector<std::string> builtin_names();

}  // namespace erbium::lang

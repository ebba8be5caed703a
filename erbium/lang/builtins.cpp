// SPDX-License-Identifier: Apache-2.0
// erbium/lang/builtins.cpp: the table of built-in functions.
#include "erbium/lang/builtins.hpp"

#include <algorithm>
#include <array>

namespace erbium::lang {
namespace {

constexpr std::array<Builtin, 25> kBuiltins{{
    {"exp", 1, 1},          {"ln", 1, 1},           {"log10", 1, 1},        {"log2", 1, 1},
    {"abs", 1, 1},          {"rint", 1, 1},         {"sqrt", 1, 1},         {"cos", 1, 1},
    {"sin", 1, 1},          {"tan", 1, 1},          {"acos", 1, 1},         {"asin", 1, 1},
    {"atan", 1, 1},         {"cosh", 1, 1},         {"sinh", 1, 1},         {"tanh", 1, 1},
    {"acosh", 1, 1},        {"asinh", 1, 1},        {"atanh", 1, 1},        {"if", 3, 3},
    {"min", 1, kAnyNumber}, {"max", 1, kAnyNumber}, {"sum", 1, kAnyNumber}, {"avg", 1, kAnyNumber},
    {"mratio", 3, 3},
}};

constexpr std::array<std::string_view, 10> kOtherNames{
    {"time", "_pi", "_e", "MM", "Sat", "Hill", "Arrhenius", "FunctionProduct", "tfun", "TFUN"}};

}  // namespace

std::optional<Builtin> builtin_function(std::string_view name) noexcept {
    const auto* const found =
        std::find_if(kBuiltins.begin(), kBuiltins.end(),
                     [name](const Builtin& builtin) { return builtin.name == name; });
    return found == kBuiltins.end() ? std::nullopt : std::optional<Builtin>{*found};
}

bool is_builtin(std::string_view name) noexcept {
    return builtin_function(name).has_value() ||
           std::find(kOtherNames.begin(), kOtherNames.end(), name) != kOtherNames.end();
}

std::vector<std::string> builtin_names() {
    std::vector<std::string> names;
    names.reserve(kBuiltins.size());
    for (const Builtin& builtin : kBuiltins) {
        names.emplace_back(builtin.name);
    }
    return names;
}

}  // namespace erbium::lang

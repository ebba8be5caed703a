// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/builtins.hpp"

#include <algorithm>
#include <array>
#include <numbers>

#include "erbium/base/check.hpp"

namespace erbium::eqn {
namespace {

/// What a name applies. Names of BioNetGen's Expression.pm and of the muParser in its simulator,
/// where `log` is the natural logarithm.
struct Builtin {
    std::string_view name;
    Opcode op;
    Arity arity;
};

constexpr int kAny = -1;

constexpr std::array kBuiltins{
    Builtin{"exp", Opcode::exp, {1, 1}},     Builtin{"ln", Opcode::log, {1, 1}},
    Builtin{"log", Opcode::log, {1, 1}},     Builtin{"log2", Opcode::log2, {1, 1}},
    Builtin{"log10", Opcode::log10, {1, 1}}, Builtin{"sqrt", Opcode::sqrt, {1, 1}},
    Builtin{"abs", Opcode::abs, {1, 1}},     Builtin{"sign", Opcode::sign, {1, 1}},
    Builtin{"floor", Opcode::floor, {1, 1}}, Builtin{"ceil", Opcode::ceil, {1, 1}},
    Builtin{"rint", Opcode::rint, {1, 1}},   Builtin{"sin", Opcode::sin, {1, 1}},
    Builtin{"cos", Opcode::cos, {1, 1}},     Builtin{"tan", Opcode::tan, {1, 1}},
    Builtin{"asin", Opcode::asin, {1, 1}},   Builtin{"acos", Opcode::acos, {1, 1}},
    Builtin{"atan", Opcode::atan, {1, 1}},   Builtin{"sinh", Opcode::sinh, {1, 1}},
    Builtin{"cosh", Opcode::cosh, {1, 1}},   Builtin{"tanh", Opcode::tanh, {1, 1}},
    Builtin{"asinh", Opcode::asinh, {1, 1}}, Builtin{"acosh", Opcode::acosh, {1, 1}},
    Builtin{"atanh", Opcode::atanh, {1, 1}}, Builtin{"atan2", Opcode::atan2, {2, 2}},
    Builtin{"if", Opcode::select, {3, 3}},   Builtin{"mratio", Opcode::mratio, {3, 3}},
    Builtin{"min", Opcode::min, {1, kAny}},  Builtin{"max", Opcode::max, {1, kAny}},
    Builtin{"sum", Opcode::add, {1, kAny}},  Builtin{"avg", Opcode::divide, {1, kAny}}};

const Builtin* find(std::string_view name) noexcept {
    const auto* at = std::find_if(kBuiltins.begin(), kBuiltins.end(),
                                  [name](const Builtin& b) { return b.name == name; });
    return at == kBuiltins.end() ? nullptr : at;
}

NodeId fold(Graph& graph, Opcode op, std::span<const NodeId> arguments) {
    NodeId result = arguments.front();
    for (const NodeId argument : arguments.subspan(1)) {
        result = graph.apply(op, result, argument);
    }
    return result;
}

}  // namespace

std::optional<double> builtin_constant(std::string_view name) noexcept {
    if (name == "_pi") {
        return std::numbers::pi;
    }
    if (name == "_e") {
        return std::numbers::e;
    }
    return std::nullopt;
}

std::optional<Arity> builtin_arity(std::string_view name) noexcept {
    const Builtin* builtin = find(name);
    return builtin == nullptr ? std::nullopt : std::optional{builtin->arity};
}

NodeId apply_builtin(Graph& graph, std::string_view name, std::span<const NodeId> arguments) {
    const Builtin* builtin = find(name);
    ERBIUM_CHECK(builtin != nullptr, "apply_builtin of an unknown name");
    switch (builtin->op) {
        case Opcode::min:
        case Opcode::max:
        case Opcode::add:
            return fold(graph, builtin->op, arguments);
        case Opcode::divide:
            return graph.divide(fold(graph, Opcode::add, arguments),
                                graph.number(static_cast<double>(arguments.size())));
        case Opcode::select:
        case Opcode::mratio:
            return graph.apply(builtin->op, arguments[0], arguments[1], arguments[2]);
        case Opcode::atan2:
            return graph.apply(builtin->op, arguments[0], arguments[1]);
        default:
            return graph.apply(builtin->op, arguments[0]);
    }
}

std::vector<std::string> builtin_names() {
    std::vector<std::string> names;
    names.reserve(kBuiltins.size());
    for (const Builtin& builtin : kBuiltins) {
        names.emplace_back(builtin.name);
    }
    return names;
}

}  // namespace erbium::eqn

// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_cycles.cpp: parameters and functions that are defined by themselves.
#include <fmt/format.h>

#include <algorithm>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

using Uses = std::vector<std::vector<std::uint32_t>>;  ///< of each definition those it refers to

Uses uses_of(const Context& context, Symbol::Kind kind, std::size_t count) {
    Uses uses(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Expression& value = kind == Symbol::Kind::parameter
                                      ? context.model.parameters[i].value
                                      : context.model.functions[i].value;
        for (const lang::ExpressionNode& node : value.nodes()) {
            if (node.op != lang::Op::name && node.op != lang::Op::call) {
                continue;
            }
            const auto found = context.symbols.find(node.text);
            if (found != context.symbols.end() && found->second.kind == kind) {
                uses[i].push_back(found->second.index);
            }
        }
    }
    return uses;
}

/// Depth-first search with a stack of its own; each cycle is found once, at its closing link.
std::vector<std::vector<std::uint32_t>> cycles_in(const Uses& uses) {
    enum class State : std::uint8_t { unseen, on_path, done };
    std::vector<State> states(uses.size(), State::unseen);
    std::vector<std::vector<std::uint32_t>> cycles;
    struct Step {
        std::uint32_t node;
        std::size_t next;
    };
    std::vector<Step> path;
    for (std::uint32_t start = 0; start < uses.size(); ++start) {
        if (states[start] != State::unseen) {
            continue;
        }
        path.push_back({start, 0});
        states[start] = State::on_path;
        while (!path.empty()) {
            Step& top = path.back();
            if (top.next == uses[top.node].size()) {
                states[top.node] = State::done;
                path.pop_back();
                continue;
            }
            const std::uint32_t used = uses[top.node][top.next++];
            if (states[used] == State::unseen) {
                states[used] = State::on_path;
                path.push_back({used, 0});
            } else if (states[used] == State::on_path) {
                std::vector<std::uint32_t> cycle;
                for (auto step = path.rbegin(); step != path.rend(); ++step) {
                    cycle.push_back(step->node);
                    if (step->node == used) {
                        break;
                    }
                }
                std::reverse(cycle.begin(), cycle.end());
                cycles.push_back(std::move(cycle));
            }
        }
    }
    return cycles;
}

template <class T>
void report(Context& context, int number, std::string_view what, const std::vector<T>& items,
            const Uses& uses) {
    constexpr std::size_t kMostNames = 12;
    for (const std::vector<std::uint32_t>& cycle : cycles_in(uses)) {
        std::string chain;
        for (std::size_t i = 0; i < std::min(cycle.size(), kMostNames); ++i) {
            chain += items[cycle[i]].name + " -> ";
        }
        if (cycle.size() > kMostNames) {
            chain += fmt::format("({} more) -> ", cycle.size() - kMostNames);
        }
        const T& first = items[cycle.front()];
        context.error(number, first.span,
                      fmt::format("the {} '{}' is defined by itself: {}{}", what, first.name, chain,
                                  first.name));
    }
}

}  // namespace

void check_cycles(Context& context) {
    const Model& model = context.model;
    report(context, 27, "parameter", model.parameters,
           uses_of(context, Symbol::Kind::parameter, model.parameters.size()));
    report(context, 28, "function", model.functions,
           uses_of(context, Symbol::Kind::function, model.functions.size()));
}

}  // namespace erbium::model::binding

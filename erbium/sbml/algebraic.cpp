// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/algebraic.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "erbium/sbml/algebra.hpp"

namespace erbium::sbml {
namespace {

using lang::Op;

constexpr std::size_t kMostNodes = 1'000'000;  // of one rule, assignments written out

/// What a rule may determine.
bool is_undetermined(const Symbol& s) {
    return s.may_vary && s.role != Role::assigned && s.role != Role::rate && s.rate_rule.empty() &&
           !s.is_changed_by_reaction;
}

/// Where a rule leaves a choice: what an event sets, and then what stands on the boundary of the
/// system, is more likely to be given than to be found.
int reluctance(const Symbol& s) noexcept {
    return (s.is_changed_by_event ? 2 : 0) + (s.is_boundary ? 1 : 0);
}

/// `e` with the assigned quantities that depend on an undetermined one written out.
class Expansion {
public:
    explicit Expansion(const Symbols& symbols) : symbols_{symbols} {}

    std::optional<Expression> of(Expression e) {
        for (std::size_t round = 0; round <= symbols_.all().size(); ++round) {
            bool is_changed = false;
            Expression next = substituted(
                e,
                [&](const lang::ExpressionNode& leaf) -> std::optional<Expression> {
                    const Symbol* s = symbols_.find(leaf.text);
                    if (s == nullptr || s->assignment.empty() || !reaches_unknown(leaf.text)) {
                        return std::nullopt;
                    }
                    is_changed = true;
                    return s->assignment;
                },
                kRateOf, [](const lang::ExpressionNode&) { return std::nullopt; });
            if (!is_changed) {
                return e;
            }
            if (next.nodes().size() > kMostNodes) {
                return std::nullopt;
            }
            e = std::move(next);
        }
        return std::nullopt;  // assignments in a circle
    }

private:
    bool reaches_unknown(const std::string& id) {
        std::vector<std::string> todo{id};
        std::unordered_set<std::string> seen{id};
        while (!todo.empty()) {
            const Symbol* s = symbols_.find(todo.back());
            todo.pop_back();
            if (s == nullptr) {
                continue;
            }
            if (is_undetermined(*s)) {
                return true;
            }
            for (const std::string& next : names_in(s->assignment)) {
                if (seen.insert(next).second) {
                    todo.push_back(next);
                }
            }
        }
        return false;
    }

    const Symbols& symbols_;
};

/// Rules matched to the quantities they determine, one each, by augmenting paths.
class Matching {
public:
    explicit Matching(std::vector<std::vector<std::string>> candidates)
        : candidates_{std::move(candidates)} {}

    bool match(std::size_t rule) {
        tried_.clear();
        return augment(rule);
    }
    [[nodiscard]] std::optional<std::string> unknown_of(std::size_t rule) const {
        for (const auto& [unknown, owner] : owner_) {
            if (owner == rule) {
                return unknown;
            }
        }
        return std::nullopt;
    }

private:
    // The depth of the recursion is at most the number of algebraic rules.
    bool augment(std::size_t rule) {
        for (const std::string& unknown : candidates_[rule]) {
            if (!tried_.insert(unknown).second) {
                continue;
            }
            const auto owner = owner_.find(unknown);
            if (owner == owner_.end() || augment(owner->second)) {
                owner_[unknown] = rule;
                return true;
            }
        }
        return false;
    }

    std::vector<std::vector<std::string>> candidates_;
    std::unordered_map<std::string, std::size_t> owner_;
    std::unordered_set<std::string> tried_;
};

Expression with(const Expression& e, const std::string& id, const Expression& value) {
    return substituted(
        e,
        [&](const lang::ExpressionNode& leaf) {
            return leaf.text == id ? std::optional{value} : std::nullopt;
        },
        kRateOf, [](const lang::ExpressionNode&) { return std::nullopt; });
}

/// floor, ceil, rint and sign: no solver looks for the places where they jump.
bool is_step(const lang::ExpressionNode& node) {
    return node.op == Op::call && (node.text == "floor" || node.text == "ceil" ||
                                   node.text == "rint" || node.text == "sign");
}

bool is_jump(const lang::ExpressionNode& node) {
    switch (node.op) {
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::equal:
        case Op::not_equal:
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
            return true;
        default:
            return is_step(node);
    }
}

/// True when a name that `is_meant` stands where a derivative does not see it: in a comparison or
/// in a step.
template <class IsMeant>
bool stands_in_jump(const Expression& e, const IsMeant& is_meant) {
    std::vector<std::uint8_t> holds;  // by operand on the stack
    for (const lang::ExpressionNode& node : e.nodes()) {
        const auto first = holds.end() - static_cast<std::ptrdiff_t>(node.arity);
        const bool is_held = (node.op == Op::name && is_meant(node.text)) ||
                             std::find(first, holds.end(), std::uint8_t{1}) != holds.end();
        const bool is_choice = node.op == Op::call && node.text == "if" && *first != 0;
        if (is_choice || (is_held && is_jump(node))) {
            return true;
        }
        holds.erase(first, holds.end());
        holds.push_back(is_held ? 1 : 0);
    }
    return false;
}

std::optional<Expression> slope_by(const Expression& e, const std::string& x) {
    return derivative(
        e, [&](const std::string& leaf) { return leaf == x ? number(1.0) : Expression{}; });
}

/// x of 0 = a x + b; nothing when e is not linear in x or does not hold it.
std::optional<Expression> solved_for(const Expression& e, const std::string& x) {
    const auto slope = slope_by(e, x);
    if (!slope || slope->empty() || has_name(*slope, x) ||
        stands_in_jump(e, [&](const std::string& leaf) { return leaf == x; })) {
        return std::nullopt;
    }
    const Expression rest = with(e, x, number(0.0));
    return apply(Op::divide, apply(Op::negate, rest), *slope);
}

/// Whether `holds` of an expression and of everything that it depends on through assignments.
template <class Holds>
bool holds_throughout(const Expression& e, const Symbols& symbols, const Holds& holds) {
    std::vector<const Expression*> todo{&e};
    std::unordered_set<std::string> seen;
    while (!todo.empty()) {
        const Expression& next = *todo.back();
        todo.pop_back();
        if (!holds(next)) {
            return false;
        }
        for (const std::string& id : names_in(next)) {
            const Symbol* s = symbols.find(id);
            if (s != nullptr && !s->assignment.empty() && seen.insert(id).second) {
                todo.push_back(&s->assignment);
            }
        }
    }
    return true;
}

/// Everything that an expression depends on through assignments is smooth: the derivative tells the
/// whole of how it changes.
bool is_smooth(const Expression& e, const Symbols& symbols) {
    const auto always = [](const std::string&) { return true; };
    return holds_throughout(e, symbols,
                            [&](const Expression& next) { return !stands_in_jump(next, always); });
}

/// Of an equation that is solved at all times: jumps may come only from comparisons of other
/// things than those that equations determine, directly or through assignments.
bool can_be_solved(const Expression& e, const Symbols& symbols) {
    std::unordered_map<std::string, bool> depends;  // on what an equation determines
    const auto is_unknown = [&](const std::string& id) {
        const auto [at, is_new] = depends.try_emplace(id, false);
        if (!is_new) {
            return at->second;
        }
        std::vector<std::string> todo{id};
        std::unordered_set<std::string> seen{id};
        bool reaches = false;
        while (!todo.empty() && !reaches) {
            const Symbol* s = symbols.find(todo.back());
            todo.pop_back();
            if (s == nullptr) {
                continue;
            }
            reaches = !s->equation.empty();
            for (std::string& next : names_in(s->assignment)) {
                if (seen.insert(next).second) {
                    todo.push_back(std::move(next));
                }
            }
        }
        depends[id] = reaches;
        return reaches;
    };
    return holds_throughout(e, symbols, [&](const Expression& next) {
        const auto& nodes = next.nodes();
        return std::none_of(nodes.begin(), nodes.end(), is_step) &&
               !stands_in_jump(next, is_unknown);
    });
}

/// Makes x of 0 = f(x, ...) a state that starts on the rule, by Newton's steps from the value that
/// the model gives it (constants of their own), and stays on it:
///
///   dx/dt = -(df/dt at constant x) / (df/dx)
///
/// Where the steps do not settle the initial value is NaN, so that no run begins beside the rule.
/// False when a derivative is not known.
bool follow(const Expression& f, const std::string& x, Symbols& symbols) {
    constexpr int kSteps = 40;
    constexpr double kSettled = 1e-10;
    const auto by_x = slope_by(f, x);
    const auto by_others = derivative(f, [&](const std::string& leaf) {
        const Symbol* s = symbols.find(leaf);
        if (leaf == kTime) {
            return number(1.0);
        }
        return leaf == x || s == nullptr || s->role == Role::constant ? Expression{}
                                                                      : call(kRateOf, {name(leaf)});
    });
    if (!by_x || by_x->empty() || !by_others) {
        return false;
    }
    Expression before = symbols.find(x)->initial;
    const Expression step = apply(Op::divide, f, *by_x);
    std::string id;
    for (int k = 0; k < kSteps; ++k) {
        id = fmt::format("{}.start{}", x, k);
        symbols.add_constant(id, before);
        before = apply(Op::subtract, name(id), with(step, x, name(id)));
    }
    const Expression off = call("abs", {with(step, x, name(id))});
    const Expression size = apply(Op::multiply, number(kSettled),
                                  apply(Op::add, number(1e-300), call("abs", {name(id)})));
    Symbol& symbol = *symbols.find(x);
    symbol.initial = call("if", {apply(Op::less_equal, off, size), name(id),
                                 number(std::numeric_limits<double>::quiet_NaN())});
    symbol.role = Role::state;
    symbol.rate_rule =
        by_others->empty() ? number(0.0) : apply(Op::negate, apply(Op::divide, *by_others, *by_x));
    return true;
}

}  // namespace

void solve_algebraic_rules(const Facts& facts, Symbols& symbols, Diagnostics& diagnostics) {
    constexpr std::size_t kMostRules = 1000;
    Expansion expansion{symbols};
    std::vector<Expression> equations;
    std::vector<const Rule*> rules;
    std::vector<std::vector<std::string>> candidates;
    for (const Rule& rule : facts.rules) {
        if (rule.kind != RuleKind::algebraic || rule.math.empty()) {
            continue;
        }
        std::optional<Expression> written_out = expansion.of(rule.math);
        if (!written_out || rules.size() == kMostRules) {
            diagnostics.unsupported("ERB-SBML-0041", rule.span,
                                    "an algebraic rule that is too large when written out");
            return;
        }
        std::vector<std::string> unknowns;
        for (const std::string& id : names_in(*written_out)) {
            const Symbol* s = symbols.find(id);
            if (s != nullptr && is_undetermined(*s)) {
                unknowns.push_back(id);
            }
        }
        std::stable_sort(unknowns.begin(), unknowns.end(),
                         [&](const std::string& a, const std::string& b) {
                             return reluctance(*symbols.find(a)) < reluctance(*symbols.find(b));
                         });
        rules.push_back(&rule);
        equations.push_back(std::move(*written_out));
        candidates.push_back(std::move(unknowns));
    }
    Matching matching{candidates};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!matching.match(i)) {
            diagnostics.error("ERB-SBML-0040", rules[i]->span,
                              "an algebraic rule has nothing to determine: everything in it is "
                              "constant or determined elsewhere",
                              "exactly one quantity per rule must be left open");
            return;
        }
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string x = *matching.unknown_of(i);
        Symbol& symbol = *symbols.find(x);
        if (symbol.is_changed_by_event) {
            diagnostics.unsupported(
                "ERB-SBML-0042", rules[i]->span,
                fmt::format("an event that changes '{}', which an algebraic rule determines", x));
            return;
        }
        const std::optional<Expression> solution = solved_for(equations[i], x);
        if (!solution) {
            // Jumps of what it depends on would move x at once, which no rate does.
            const bool can_follow = rules.size() == 1 && facts.events.empty() &&
                                    is_smooth(equations[i], symbols) &&
                                    follow(equations[i], x, symbols);
            if (!can_follow) {
                symbol.role = Role::state;
                symbol.equation = rules[i]->math;
            }
            continue;
        }
        symbol.role = Role::assigned;
        symbol.assignment = *solution;
        for (std::size_t k = i + 1; k < rules.size(); ++k) {
            equations[k] = with(equations[k], x, *solution);
        }
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string x = *matching.unknown_of(i);
        if (!symbols.find(x)->equation.empty() && !can_be_solved(rules[i]->math, symbols)) {
            diagnostics.unsupported(
                "ERB-SBML-0041", rules[i]->span,
                fmt::format("an algebraic rule that is not linear in '{}' and has a step (floor, "
                            "ceil, rint, sign), or what algebraic rules determine in a comparison",
                            x),
                "rewrite it as an assignment rule");
            return;
        }
    }
}

}  // namespace erbium::sbml

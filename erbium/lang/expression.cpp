// SPDX-License-Identifier: Apache-2.0
// erbium/lang/expression.cpp: making, comparing and printing expressions without recursion.
#include "erbium/lang/expression.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/lang/operators.hpp"

namespace erbium::lang {
namespace {

/// Extends [begin, end) over parentheses that open or close outside of it, so that the span of
/// `(a+b)*sin(c)` is the whole text although no node stands on its last character.
void take_in_parentheses(std::string_view text, std::uint32_t& begin, std::uint32_t& end) {
    std::size_t unclosed = 0;
    std::size_t unopened = 0;
    for (std::uint32_t i = begin; i < end; ++i) {
        if (text[i] == '(') {
            ++unclosed;
        } else if (text[i] == ')') {
            unclosed > 0 ? --unclosed : ++unopened;
        }
    }
    for (std::uint32_t i = end; i < text.size() && unclosed > 0; ++i) {
        if (text[i] == ')') {
            --unclosed;
            end = i + 1;
        }
    }
    for (std::uint32_t i = begin; i > 0 && unopened > 0; --i) {
        if (text[i - 1] == '(') {
            --unopened;
            begin = i - 1;
        }
    }
}

bool is_operator(Op op) noexcept {
    return op != Op::number && op != Op::name && op != Op::call;
}

bool is_negative_number(const ExpressionNode& node) noexcept {
    return node.op == Op::number && std::signbit(node.number);
}

/// Whether `child` must stand in parentheses as operand number `position` of `parent`. Besides what
/// this grammar asks for, operands of `^` that are not plain, and `&&` inside `||`, get them:
/// other readers of the same text (muParser, people) see these differently.
bool needs_parentheses(const ExpressionNode& parent, const ExpressionNode& child,
                       std::uint32_t position) noexcept {
    if (parent.op == Op::call) {
        return false;
    }
    if (parent.op == Op::negate) {
        return child.op == Op::number || is_operator(child.op);  // -2 would read as one number
    }
    if (parent.op == Op::logical_not || parent.op == Op::power) {
        return is_operator(child.op) || is_negative_number(child);
    }
    if (!is_operator(child.op) || child.op == Op::negate || child.op == Op::logical_not) {
        return false;
    }
    const bool parent_is_logic = parent.op == Op::logical_and || parent.op == Op::logical_or;
    const bool child_is_logic = child.op == Op::logical_and || child.op == Op::logical_or;
    if (parent_is_logic && child_is_logic && parent.op != child.op) {
        return true;
    }
    const int outer = precedence(parent.op);
    const int inner = precedence(child.op);
    return position == 0 ? inner < outer : inner <= outer;
}

std::string_view spaced_symbol(Op op) noexcept {
    switch (op) {
        case Op::negate:
            return "-";
        case Op::logical_not:
            return "!";
        case Op::power:
            return "^";
        case Op::multiply:
            return "*";
        case Op::divide:
            return "/";
        case Op::add:
            return " + ";
        case Op::subtract:
            return " - ";
        case Op::less:
            return " < ";
        case Op::less_equal:
            return " <= ";
        case Op::greater:
            return " > ";
        case Op::greater_equal:
            return " >= ";
        case Op::equal:
            return " == ";
        case Op::not_equal:
            return " != ";
        case Op::logical_and:
            return " && ";
        case Op::logical_or:
            return " || ";
        case Op::number:
        case Op::name:
        case Op::call:
            break;
    }
    return "";
}

}  // namespace

Expression Expression::constant(double value) {
    return Expression{{{.op = Op::number, .arity = 0, .number = value, .text = {}}}, nullptr};
}

Expression Expression::reference(std::string name) {
    return Expression{{{.op = Op::name, .arity = 0, .number = 0.0, .text = std::move(name)}},
                      nullptr};
}

Span Expression::span() const {
    if (nodes_.empty()) {
        return {source_, 0, 0};
    }
    std::uint32_t begin = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t end = 0;
    for (const ExpressionNode& node : nodes_) {
        begin = std::min(begin, node.begin);
        end = std::max(end, node.end);
    }
    if (source_ && end <= source_->text.size()) {
        take_in_parentheses(source_->text, begin, end);
    }
    return {source_, begin, end};
}

std::string Expression::text() const {
    if (nodes_.empty()) {
        return {};
    }
    // operands[i] lists the children of node i; one pass over the postorder finds them all.
    std::vector<std::uint32_t> first_operand(nodes_.size());  // into `operands`
    std::vector<std::uint32_t> operands;
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        const std::uint32_t arity =
            std::min<std::uint32_t>(nodes_[i].arity, static_cast<std::uint32_t>(open.size()));
        first_operand[i] = static_cast<std::uint32_t>(operands.size());
        operands.insert(operands.end(), open.end() - arity, open.end());
        open.resize(open.size() - arity);
        open.push_back(i);
    }

    // A stack of what is still to be printed: a node, or a piece of fixed text.
    struct Piece {
        std::uint32_t node;
        bool is_text;
        std::string_view text;
    };
    std::string out;
    std::vector<Piece> todo{{open.back(), false, {}}};
    const auto push_text = [&todo](std::string_view text) { todo.push_back({0, true, text}); };
    const auto push_operand = [&](std::uint32_t parent, std::uint32_t position) {
        const std::uint32_t child = operands[first_operand[parent] + position];
        const bool wrapped = needs_parentheses(nodes_[parent], nodes_[child], position);
        if (wrapped) {
            push_text(")");
        }
        todo.push_back({child, false, {}});
        if (wrapped) {
            push_text("(");
        }
    };
    while (!todo.empty()) {
        const Piece piece = todo.back();
        todo.pop_back();
        if (piece.is_text) {
            out += piece.text;
            continue;
        }
        const ExpressionNode& node = nodes_[piece.node];
        if (node.op == Op::number) {
            out += shortest(node.number);
        } else if (node.op == Op::name) {
            out += node.text;
        } else if (node.op == Op::call) {
            out += node.text;
            out += '(';
            push_text(")");
            for (std::uint32_t k = node.arity; k > 0; --k) {
                push_operand(piece.node, k - 1);
                if (k > 1) {
                    push_text(", ");
                }
            }
        } else if (node.arity == 1) {
            out += spaced_symbol(node.op);
            push_operand(piece.node, 0);
        } else {
            push_operand(piece.node, 1);
            push_text(spaced_symbol(node.op));
            push_operand(piece.node, 0);
        }
    }
    return out;
}

bool operator==(const Expression& a, const Expression& b) {
    return std::equal(a.nodes_.begin(), a.nodes_.end(), b.nodes_.begin(), b.nodes_.end(),
                      [](const ExpressionNode& x, const ExpressionNode& y) {
                          // Bits, so that 0 and -0 differ and NaN equals itself.
                          return x.op == y.op && x.arity == y.arity && x.text == y.text &&
                                 std::bit_cast<std::uint64_t>(x.number) ==
                                     std::bit_cast<std::uint64_t>(y.number);
                      });
}

}  // namespace erbium::lang

// SPDX-License-Identifier: Apache-2.0
// erbium/lang/expression.hpp: arithmetic as it stands in a text, shared by every input language.
// Makes: Expression   Used by: lang::bngl, lang::net, model, net, eqn
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/lang/table_function.hpp"

namespace erbium::lang {

/// What one node of an expression does with the values before it.
enum class Op : std::uint8_t {
    number,         ///< pushes ExpressionNode::number
    name,           ///< pushes the value of a parameter, observable, function, species or `time`
    call,           ///< text(args...): a built-in or a user's function
    negate,         ///< -a
    logical_not,    ///< !a
    power,          ///< a ^ b
    multiply,       ///< a * b
    divide,         ///< a / b
    add,            ///< a + b
    subtract,       ///< a - b
    less,           ///< a < b    (comparisons and logic give 1 or 0)
    less_equal,     ///< a <= b
    greater,        ///< a > b
    greater_equal,  ///< a >= b
    equal,          ///< a == b
    not_equal,      ///< a != b
    logical_and,    ///< a && b
    logical_or      ///< a || b
};

struct ExpressionNode {
    Op op{Op::number};
    std::uint32_t arity{};  ///< operands taken: 0 for leaves, 1 or 2 for operators, any for calls
    double number{};        ///< Op::number only
    std::string text;       ///< Op::name and Op::call only
    std::uint32_t begin{};  ///< where the name, number or operator stands in Expression::source()
    std::uint32_t end{};
    /// Of Op::call: a table function of its one operand, which is a name; else null.
    std::shared_ptr<const TableFunction> table{};
};

/// An expression as the list of its nodes in postorder (operands before operators, left to right).
/// A flat list needs no recursion to evaluate, print, compare or destroy, so that no input, however
/// deep, can exhaust the stack. An empty list means "no expression".
class Expression {
public:
    Expression() = default;
    Expression(std::vector<ExpressionNode> postorder, std::shared_ptr<const SourceText> source)
        : nodes_{std::move(postorder)}, source_{std::move(source)} {}

    /// The expression that is one number.
    [[nodiscard]] static Expression constant(double value);
    /// The expression that is one name.
    [[nodiscard]] static Expression reference(std::string name);

    [[nodiscard]] const std::vector<ExpressionNode>& nodes() const noexcept { return nodes_; }
    [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
    [[nodiscard]] bool is_constant() const noexcept {
        return nodes_.size() == 1 && nodes_.front().op == Op::number;
    }
    [[nodiscard]] bool is_reference() const noexcept {
        return nodes_.size() == 1 && nodes_.front().op == Op::name;
    }
    /// Where a node stands; a span without a source when Erbium made the expression.
    [[nodiscard]] Span span_of(const ExpressionNode& node) const {
        return {source_, node.begin, node.end};
    }
    /// From the first to the last byte of the whole expression.
    [[nodiscard]] Span span() const;

    /// The expression as text with the fewest parentheses; parsing it gives an equal expression.
    /// Numbers print as their shortest round-trip form.
    [[nodiscard]] std::string text() const;

    /// Same nodes (ops, arities, numbers, names, tables); where they stand does not count.
    friend bool operator==(const Expression& a, const Expression& b);

private:
    std::vector<ExpressionNode> nodes_;
    std::shared_ptr<const SourceText> source_;
};

}  // namespace erbium::lang

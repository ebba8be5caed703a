// SPDX-License-Identifier: Apache-2.0
// erbium/petab/formula.hpp: a small formula of numbers that are known outside the simulation.
// Reads: lang::Expression   Makes: Formula   Used by: petab::bind, petab::Objective
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/eqn/graph.hpp"
#include "erbium/lang/expression.hpp"

namespace erbium::petab {

/// f(inputs) with its exact derivatives by all inputs, as one list of operations.
class Formula {
public:
    /// The formula that is always `value`.
    [[nodiscard]] static Formula constant(double value);
    /// The formula that is its only input.
    [[nodiscard]] static Formula input();
    /// `expression`, whose names are `inputs` in this order. Complaints go to `diagnostics`, with
    /// `owner` naming the formula.
    [[nodiscard]] static std::optional<Formula> make(const lang::Expression& expression,
                                                     const std::vector<std::string>& inputs,
                                                     const std::string& owner,
                                                     Diagnostics& diagnostics);

    [[nodiscard]] std::size_t inputs() const noexcept { return slopes_.size(); }

    /// The value; `slopes` (length inputs(), or empty) takes the derivatives. `work` is reused
    /// between calls.
    double evaluate(std::span<const double> inputs, std::span<double> slopes,
                    std::vector<double>& work) const;

private:
    std::vector<eqn::Graph::Node> nodes_;  // operands before users
    std::uint32_t root_{};
    std::vector<std::uint32_t> slopes_;  // by input: the node that is the derivative
};

/// An expression taken apart into what the simulation computes and what is computed from that.
struct SplitExpression {
    /// Over the names of `columns` and whatever names were not the model's.
    lang::Expression outer;
    /// The largest parts that depend on the model alone; outer's names for them are kColumnPrefix
    /// and their index.
    std::vector<lang::Expression> columns;
};
inline constexpr std::string_view kColumnPrefix = "@column";

/// Takes the largest subexpressions that hold names of the model and no other names out of
/// `expression`.
[[nodiscard]] SplitExpression split_off_model(
    const lang::Expression& expression, const std::function<bool(std::string_view)>& is_model_name);

/// Names in the order of their first use, each once.
[[nodiscard]] std::vector<std::string> names_in(const lang::Expression& expression);

}  // namespace erbium::petab

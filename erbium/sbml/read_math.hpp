// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/read_math.hpp: MathML, as libSBML gives it -> expressions.
// Used by: sbml::read_facts. Includes libSBML: no other module may include this file.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/sbml/facts.hpp"
#include "erbium/sbml/libsbml.hpp"

namespace erbium::sbml {

/// Translates the mathematics of one model; function definitions are written out in place.
///
/// Errors: ERB-SBML-0020 for the delay csymbol (unsupported), 0021 for other csymbols and
/// functions that are not known (unsupported), 0022 for wrong numbers of arguments, 0023 for
/// function definitions that call each other in a circle, 0024 when writing functions out makes
/// too much.
class MathReader {
public:
    MathReader(const ::Model& model, Diagnostics& diagnostics);

    /// The expression; empty when there is no mathematics or after a complaint.
    /// @param renamed  names that mean something else here: local parameters of a reaction
    [[nodiscard]] Expression read(const ::ASTNode* math, const Span& span,
                                  const std::unordered_map<std::string, std::string>& renamed = {});

    /// What is written out at most, in expression nodes of a whole model.
    static constexpr std::size_t kMostNodes = 1'000'000;

private:
    struct Function {
        const ::FunctionDefinition* definition{};
        std::vector<std::string> arguments;
        Expression body;
        enum class State { fresh, open, done } state{State::fresh};
    };
    using Names = std::unordered_map<std::string, std::string>;

    Expression translate(const ::ASTNode& node);
    Expression translate_number(const ::ASTNode& node);
    Expression translate_function(const ::ASTNode& node, std::vector<Expression> arguments);
    Expression translate_call(const ::ASTNode& node, const std::vector<Expression>& x);
    Expression fold(lang::Op op, const std::vector<Expression>& x, double of_none);
    Expression chain(lang::Op op, const std::vector<Expression>& x);
    Expression piecewise(const std::vector<Expression>& x);
    Expression unknown(const std::string& what);
    bool has_count(const ::ASTNode& node, std::size_t least, std::size_t most);

    Diagnostics& diagnostics_;
    std::unordered_map<std::string, Function> functions_;
    const Names* renamed_{};
    Span span_;
    std::size_t nodes_{};
};

}  // namespace erbium::sbml

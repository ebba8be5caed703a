// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/read_math.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "erbium/sbml/algebra.hpp"

namespace erbium::sbml {
namespace {

using lang::Op;

/// The number of particles per mole that SBML Level 3 gives its csymbol.
constexpr double kAvogadro = 6.02214179e23;

/// Factorials are tables: beyond this one they are infinite in double precision.
constexpr int kLargestFactorial = 170;

bool is_number_type(::ASTNodeType_t type) noexcept {
    switch (type) {
        case ::AST_INTEGER:
        case ::AST_REAL:
        case ::AST_REAL_E:
        case ::AST_RATIONAL:
        case ::AST_CONSTANT_E:
        case ::AST_CONSTANT_PI:
        case ::AST_CONSTANT_TRUE:
        case ::AST_CONSTANT_FALSE:
        case ::AST_NAME_AVOGADRO:
            return true;
        default:
            return false;
    }
}

Expression truth(const Expression& e) {
    return apply(Op::not_equal, e, number(0.0));
}

Expression reciprocal(const Expression& e) {
    return apply(Op::divide, number(1.0), e);
}

Expression truncated_ratio(const Expression& a, const Expression& b) {
    const Expression ratio = apply(Op::divide, a, b);
    return call("if", {apply(Op::greater_equal, ratio, number(0.0)), call("floor", {ratio}),
                       call("ceil", {ratio})});
}

/// n! of what is rounded to a whole number, by choice among a table; NaN below 0.
Expression factorial(const Expression& n) {
    if (n.is_constant()) {
        const double value = n.nodes().front().number;
        return number(value < 0.0 ? std::numeric_limits<double>::quiet_NaN()
                                  : std::round(std::tgamma(std::ceil(value) + 1.0)));
    }
    Expression chosen = number(std::numeric_limits<double>::infinity());
    for (int k = kLargestFactorial; k >= 0; --k) {
        chosen =
            call("if", {apply(Op::less_equal, n, number(k)), number(std::tgamma(k + 1.0)), chosen});
    }
    return call("if", {apply(Op::less_equal, n, number(-1.0)),
                       number(std::numeric_limits<double>::quiet_NaN()), chosen});
}

/// Functions that are one built-in of ours.
std::string_view builtin_of(::ASTNodeType_t type) noexcept {
    switch (type) {
        case ::AST_FUNCTION_ABS:
            return "abs";
        case ::AST_FUNCTION_EXP:
            return "exp";
        case ::AST_FUNCTION_LN:
            return "ln";
        case ::AST_FUNCTION_FLOOR:
            return "floor";
        case ::AST_FUNCTION_CEILING:
            return "ceil";
        case ::AST_FUNCTION_SIN:
        case ::AST_FUNCTION_CSC:
            return "sin";
        case ::AST_FUNCTION_COS:
        case ::AST_FUNCTION_SEC:
            return "cos";
        case ::AST_FUNCTION_TAN:
        case ::AST_FUNCTION_COT:
            return "tan";
        case ::AST_FUNCTION_SINH:
        case ::AST_FUNCTION_CSCH:
            return "sinh";
        case ::AST_FUNCTION_COSH:
        case ::AST_FUNCTION_SECH:
            return "cosh";
        case ::AST_FUNCTION_TANH:
        case ::AST_FUNCTION_COTH:
            return "tanh";
        case ::AST_FUNCTION_ARCSIN:
        case ::AST_FUNCTION_ARCCSC:
            return "asin";
        case ::AST_FUNCTION_ARCCOS:
        case ::AST_FUNCTION_ARCSEC:
            return "acos";
        case ::AST_FUNCTION_ARCTAN:
        case ::AST_FUNCTION_ARCCOT:
            return "atan";
        case ::AST_FUNCTION_ARCSINH:
        case ::AST_FUNCTION_ARCCSCH:
            return "asinh";
        case ::AST_FUNCTION_ARCCOSH:
        case ::AST_FUNCTION_ARCSECH:
            return "acosh";
        case ::AST_FUNCTION_ARCTANH:
        case ::AST_FUNCTION_ARCCOTH:
            return "atanh";
        default:
            return {};
    }
}

/// sec, csc, cot and their hyperbolic kin: one over the built-in.
bool is_reciprocal_of_builtin(::ASTNodeType_t type) noexcept {
    return type == ::AST_FUNCTION_CSC || type == ::AST_FUNCTION_SEC || type == ::AST_FUNCTION_COT ||
           type == ::AST_FUNCTION_CSCH || type == ::AST_FUNCTION_SECH ||
           type == ::AST_FUNCTION_COTH;
}

/// Their inverses: the inverse of the built-in, of one over the argument.
bool is_builtin_of_reciprocal(::ASTNodeType_t type) noexcept {
    return type == ::AST_FUNCTION_ARCCSC || type == ::AST_FUNCTION_ARCSEC ||
           type == ::AST_FUNCTION_ARCCOT || type == ::AST_FUNCTION_ARCCSCH ||
           type == ::AST_FUNCTION_ARCSECH || type == ::AST_FUNCTION_ARCCOTH;
}

std::string text_of(const ::ASTNode& node) {
    const char* name = node.getName();
    return name == nullptr ? std::string{} : std::string{name};
}

}  // namespace

MathReader::MathReader(const ::Model& model, Diagnostics& diagnostics) : diagnostics_{diagnostics} {
    for (unsigned i = 0; i < model.getNumFunctionDefinitions(); ++i) {
        const ::FunctionDefinition* definition = model.getFunctionDefinition(i);
        Function function;
        function.definition = definition;
        for (unsigned a = 0; a < definition->getNumArguments(); ++a) {
            const ::ASTNode* argument = definition->getArgument(a);
            function.arguments.push_back(argument == nullptr ? "" : text_of(*argument));
        }
        functions_.emplace(definition->getId(), std::move(function));
    }
}

Expression MathReader::read(const ::ASTNode* math, const Span& span, const Names& renamed) {
    if (math == nullptr || diagnostics_.has_errors()) {
        return {};
    }
    renamed_ = &renamed;
    span_ = span;
    Expression result = translate(*math);
    return diagnostics_.has_errors() ? Expression{} : result;
}

Expression MathReader::unknown(const std::string& what) {
    diagnostics_.unsupported("ERB-SBML-0021", span_, what);
    return {};
}

bool MathReader::has_count(const ::ASTNode& node, std::size_t least, std::size_t most) {
    const std::size_t count = node.getNumChildren();
    if (count >= least && count <= most) {
        return true;
    }
    diagnostics_.error("ERB-SBML-0022", span_,
                       fmt::format("a function{} has {} arguments, which is not what it takes",
                                   text_of(node).empty() ? "" : " '" + text_of(node) + "'", count));
    return false;
}

/// Long sums are written in one go: joining pair by pair would copy what is already there each
/// time.
Expression MathReader::fold(Op op, const std::vector<Expression>& x, double of_none) {
    if (x.empty()) {
        return number(of_none);
    }
    if (x.size() == 2) {
        return apply(op, x[0], x[1]);
    }
    std::vector<lang::ExpressionNode> nodes = x.front().nodes();
    for (std::size_t i = 1; i < x.size(); ++i) {
        nodes.insert(nodes.end(), x[i].nodes().begin(), x[i].nodes().end());
        nodes.push_back({.op = op, .arity = 2, .number = 0.0, .text = {}});
    }
    return Expression{std::move(nodes), nullptr};
}

/// a < b < c means a < b and b < c.
Expression MathReader::chain(Op op, const std::vector<Expression>& x) {
    std::vector<Expression> links;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        links.push_back(apply(op, x[i], x[i + 1]));
    }
    return fold(Op::logical_and, links, 1.0);
}

/// Pairs of value and condition, then the value of `otherwise`; without it there is no value where
/// no condition holds. In postorder all choices inside each other end together.
Expression MathReader::piecewise(const std::vector<Expression>& x) {
    const bool has_otherwise = x.size() % 2 == 1;
    std::vector<lang::ExpressionNode> nodes;
    const auto append = [&nodes](const Expression& e) {
        nodes.insert(nodes.end(), e.nodes().begin(), e.nodes().end());
    };
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
        append(x[i + 1]);
        append(x[i]);
    }
    append(has_otherwise ? x.back() : number(std::numeric_limits<double>::quiet_NaN()));
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
        nodes.push_back({.op = Op::call, .arity = 3, .number = 0.0, .text = "if"});
    }
    return Expression{std::move(nodes), nullptr};
}

Expression MathReader::translate_number(const ::ASTNode& node) {
    switch (node.getType()) {
        case ::AST_CONSTANT_E:
            return number(std::numbers::e);
        case ::AST_CONSTANT_PI:
            return number(std::numbers::pi);
        case ::AST_CONSTANT_TRUE:
            return number(1.0);
        case ::AST_CONSTANT_FALSE:
            return number(0.0);
        case ::AST_NAME_AVOGADRO:
            return number(kAvogadro);
        case ::AST_INTEGER:
            return number(static_cast<double>(node.getInteger()));
        default:
            return number(node.getReal());
    }
}

/// A call of a function definition: its body with the arguments put in.
Expression MathReader::translate_function(const ::ASTNode& node,
                                          std::vector<Expression> arguments) {
    const std::string name = text_of(node);
    const auto at = functions_.find(name);
    if (at == functions_.end()) {
        return unknown(fmt::format("the function '{}'", name));
    }
    Function& function = at->second;
    if (function.state == Function::State::open) {
        diagnostics_.error("ERB-SBML-0023", span_,
                           fmt::format("the function definition '{}' calls itself", name));
        return {};
    }
    if (function.state == Function::State::fresh) {
        function.state = Function::State::open;
        const Names none;
        const Names* outer = std::exchange(renamed_, &none);
        const ::ASTNode* body = function.definition->getBody();
        if (body == nullptr) {
            return unknown(fmt::format("the function '{}' without a body", name));
        }
        function.body = translate(*body);
        renamed_ = outer;
        function.state = Function::State::done;
    }
    if (arguments.size() != function.arguments.size()) {
        diagnostics_.error("ERB-SBML-0022", span_,
                           fmt::format("the function '{}' takes {} arguments, not {}", name,
                                       function.arguments.size(), arguments.size()));
        return {};
    }
    const auto argument = [&](const lang::ExpressionNode& leaf) -> std::optional<Expression> {
        const auto found =
            std::find(function.arguments.begin(), function.arguments.end(), leaf.text);
        if (found == function.arguments.end()) {
            return std::nullopt;
        }
        return arguments[static_cast<std::size_t>(found - function.arguments.begin())];
    };
    std::size_t size = function.body.nodes().size();
    for (const Expression& each : arguments) {
        size += each.nodes().size();  // a lower bound; the result is counted below
    }
    nodes_ += size;
    Expression result;
    if (nodes_ < kMostNodes) {
        result = substituted(function.body, argument, kRateOf,
                             [&](const lang::ExpressionNode& leaf) -> std::optional<Expression> {
                                 const std::optional<Expression> put_in = argument(leaf);
                                 return put_in && put_in->is_reference()
                                            ? std::optional{call(kRateOf, {*put_in})}
                                            : std::nullopt;
                             });
        nodes_ += result.nodes().size();
    }
    if (nodes_ >= kMostNodes) {
        diagnostics_.error("ERB-SBML-0024", span_,
                           fmt::format("writing out the function '{}' makes an expression that is "
                                       "too large",
                                       name));
        return {};
    }
    return result;
}

Expression MathReader::translate_call(const ::ASTNode& node, const std::vector<Expression>& x) {
    constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
    const ::ASTNodeType_t type = node.getType();
    if (const std::string_view builtin = builtin_of(type); !builtin.empty()) {
        if (!has_count(node, 1, 1)) {
            return {};
        }
        if (is_builtin_of_reciprocal(type)) {
            return call(builtin, {reciprocal(x[0])});
        }
        const Expression value = call(builtin, x);
        return is_reciprocal_of_builtin(type) ? reciprocal(value) : value;
    }
    switch (type) {
        case ::AST_PLUS:
            return fold(Op::add, x, 0.0);
        case ::AST_TIMES:
            return fold(Op::multiply, x, 1.0);
        case ::AST_MINUS:
            if (!has_count(node, 1, 2)) {
                return {};
            }
            return x.size() == 1 ? apply(Op::negate, x[0]) : apply(Op::subtract, x[0], x[1]);
        case ::AST_DIVIDE:
            return has_count(node, 2, 2) ? apply(Op::divide, x[0], x[1]) : Expression{};
        case ::AST_POWER:
        case ::AST_FUNCTION_POWER:
            return has_count(node, 2, 2) ? apply(Op::power, x[0], x[1]) : Expression{};
        case ::AST_FUNCTION_ROOT:
            if (!has_count(node, 1, 2)) {
                return {};
            }
            return x.size() == 1 || is_number(x[0], 2.0) ? call("sqrt", {x.back()})
                                                         : apply(Op::power, x[1], reciprocal(x[0]));
        case ::AST_FUNCTION_LOG:
            if (!has_count(node, 1, 2)) {
                return {};
            }
            return x.size() == 1 || is_number(x[0], 10.0)
                       ? call("log10", {x.back()})
                       : apply(Op::divide, call("ln", {x[1]}), call("ln", {x[0]}));
        case ::AST_FUNCTION_FACTORIAL:
            return has_count(node, 1, 1) ? factorial(x[0]) : Expression{};
        case ::AST_FUNCTION_MIN:
        case ::AST_FUNCTION_MAX:
            return has_count(node, 1, kAny) ? call(type == ::AST_FUNCTION_MIN ? "min" : "max", x)
                                            : Expression{};
        case ::AST_FUNCTION_QUOTIENT:
            return has_count(node, 2, 2) ? truncated_ratio(x[0], x[1]) : Expression{};
        case ::AST_FUNCTION_REM:
            return has_count(node, 2, 2)
                       ? apply(Op::subtract, x[0],
                               apply(Op::multiply, x[1], truncated_ratio(x[0], x[1])))
                       : Expression{};
        case ::AST_FUNCTION_PIECEWISE:
            return piecewise(x);
        case ::AST_LOGICAL_AND:
            return fold(Op::logical_and, x, 1.0);
        case ::AST_LOGICAL_OR:
            return fold(Op::logical_or, x, 0.0);
        case ::AST_LOGICAL_XOR: {
            std::vector<Expression> truths;
            std::transform(x.begin(), x.end(), std::back_inserter(truths), truth);
            return fold(Op::not_equal, truths, 0.0);
        }
        case ::AST_LOGICAL_NOT:
            return has_count(node, 1, 1) ? apply(Op::logical_not, x[0]) : Expression{};
        case ::AST_LOGICAL_IMPLIES:
            return has_count(node, 2, 2) ? apply(Op::logical_or, apply(Op::logical_not, x[0]), x[1])
                                         : Expression{};
        case ::AST_RELATIONAL_EQ:
            return chain(Op::equal, x);
        case ::AST_RELATIONAL_NEQ:
            return has_count(node, 2, 2) ? apply(Op::not_equal, x[0], x[1]) : Expression{};
        case ::AST_RELATIONAL_LT:
            return chain(Op::less, x);
        case ::AST_RELATIONAL_LEQ:
            return chain(Op::less_equal, x);
        case ::AST_RELATIONAL_GT:
            return chain(Op::greater, x);
        case ::AST_RELATIONAL_GEQ:
            return chain(Op::greater_equal, x);
        case ::AST_FUNCTION_RATE_OF:
            if (!has_count(node, 1, 1)) {
                return {};
            }
            return x[0].is_reference() ? call(kRateOf, x) : unknown("rateOf of an expression");
        case ::AST_FUNCTION:
            return translate_function(node, x);
        default:
            return unknown(
                text_of(node).empty()
                    ? fmt::format("a MathML construct (libSBML's type {})", static_cast<int>(type))
                    : fmt::format("the function '{}'", text_of(node)));
    }
}

// Recursive, which is safe: refuse_hostile has bounded the depth of elements.
Expression MathReader::translate(const ::ASTNode& node) {
    if (diagnostics_.has_errors()) {
        return {};
    }
    const ::ASTNodeType_t type = node.getType();
    if (is_number_type(type)) {
        return translate_number(node);
    }
    if (type == ::AST_NAME_TIME) {
        return name(kTime);
    }
    if (type == ::AST_NAME) {
        const std::string text = text_of(node);
        const auto at = renamed_->find(text);
        return name(at == renamed_->end() ? text : at->second);
    }
    if (type == ::AST_FUNCTION_DELAY) {
        diagnostics_.unsupported("ERB-SBML-0020", span_, "the delay csymbol",
                                 "models with memory are delay equations, which Erbium does not "
                                 "solve");
        return {};
    }
    std::vector<Expression> operands;
    for (unsigned i = 0; i < node.getNumChildren(); ++i) {
        operands.push_back(translate(*node.getChild(i)));
    }
    if (diagnostics_.has_errors()) {
        return {};
    }
    Expression result = translate_call(node, operands);
    nodes_ += 1;
    return result;
}

}  // namespace erbium::sbml

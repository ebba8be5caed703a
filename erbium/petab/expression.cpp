// SPDX-License-Identifier: Apache-2.0
// erbium/petab/expression.cpp: operator-precedence parsing with a stack of its own, so that no
// nesting exhausts the machine's.
#include "erbium/petab/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"

namespace erbium::petab {
namespace {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

/// What a function of one argument becomes: `before` is applied to the argument, then `name`, then
/// perhaps the reciprocal is taken.
struct Unary {
    std::string_view petab;
    std::string_view name;
    bool takes_reciprocal{};  ///< of its argument: arcsec(x) = acos(1 / x)
    bool gives_reciprocal{};  ///< of its value: sec(x) = 1 / cos(x)
};
constexpr std::array kUnary{Unary{"exp", "exp"},
                            Unary{"sqrt", "sqrt"},
                            Unary{"log", "ln"},
                            Unary{"ln", "ln"},
                            Unary{"log2", "log2"},
                            Unary{"log10", "log10"},
                            Unary{"abs", "abs"},
                            Unary{"sign", "sign"},
                            Unary{"floor", "floor"},
                            Unary{"ceil", "ceil"},
                            Unary{"sin", "sin"},
                            Unary{"cos", "cos"},
                            Unary{"tan", "tan"},
                            Unary{"sinh", "sinh"},
                            Unary{"cosh", "cosh"},
                            Unary{"tanh", "tanh"},
                            Unary{"cot", "tan", false, true},
                            Unary{"sec", "cos", false, true},
                            Unary{"csc", "sin", false, true},
                            Unary{"coth", "tanh", false, true},
                            Unary{"sech", "cosh", false, true},
                            Unary{"csch", "sinh", false, true},
                            Unary{"arcsin", "asin"},
                            Unary{"asin", "asin"},
                            Unary{"arccos", "acos"},
                            Unary{"acos", "acos"},
                            Unary{"arctan", "atan"},
                            Unary{"atan", "atan"},
                            Unary{"arcsinh", "asinh"},
                            Unary{"asinh", "asinh"},
                            Unary{"arccosh", "acosh"},
                            Unary{"acosh", "acosh"},
                            Unary{"arctanh", "atanh"},
                            Unary{"atanh", "atanh"},
                            Unary{"arccot", "atan", true, false},
                            Unary{"arcsec", "acos", true, false},
                            Unary{"arccsc", "asin", true, false},
                            Unary{"arccoth", "atanh", true, false},
                            Unary{"arcsech", "acosh", true, false},
                            Unary{"arccsch", "asinh", true, false}};

/// Binary operators; larger binds tighter. Unary signs bind between `^` and `*`.
struct Binary {
    std::string_view text;
    Op op;
    int precedence;
};
constexpr std::array kBinary{Binary{"**", Op::power, 8},       Binary{"^", Op::power, 8},
                             Binary{"*", Op::multiply, 6},     Binary{"/", Op::divide, 6},
                             Binary{"+", Op::add, 5},          Binary{"-", Op::subtract, 5},
                             Binary{"<=", Op::less_equal, 4},  Binary{">=", Op::greater_equal, 4},
                             Binary{"==", Op::equal, 4},       Binary{"!=", Op::not_equal, 4},
                             Binary{"<", Op::less, 4},         Binary{">", Op::greater, 4},
                             Binary{"&&", Op::logical_and, 1}, Binary{"||", Op::logical_or, 1}};
constexpr int kSignPrecedence = 7;

bool is_name_start(char c) noexcept {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_name_part(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// An operator that waits for its right operand, an open parenthesis, or an open call.
struct Waiting {
    enum class Kind { binary, negate, plus, logical_not, parenthesis, call } kind{};
    Op op{};
    int precedence{};
    std::uint32_t begin{};
    std::uint32_t end{};
    std::vector<std::size_t> operand_begins{};  // of calls: where the arguments start
};

class Parser {
public:
    Parser(const Span& cell, Diagnostics& diagnostics)
        : cell_{cell}, diagnostics_{diagnostics}, text_{cell.source->text}, at_{cell.begin} {}

    std::optional<Expression> parse() {
        bool expects_operand = true;
        while (!failed_) {
            skip_blanks();
            if (at_ >= cell_.end) {
                break;
            }
            if (nodes_.size() > kMostFormulaNodes) {
                return fail(at_, at_, "the formula is too long");
            }
            expects_operand = expects_operand ? read_operand() : read_operator();
        }
        if (failed_) {
            return std::nullopt;
        }
        if (expects_operand) {
            return fail(cell_.end, cell_.end,
                        nodes_.empty() ? "a formula is missing" : "the formula ends too early");
        }
        while (!waiting_.empty() && !failed_) {
            const Waiting& top = waiting_.back();
            if (top.kind == Waiting::Kind::parenthesis || top.kind == Waiting::Kind::call) {
                return fail(top.begin, top.end, "this parenthesis is not closed");
            }
            apply_top();
        }
        return Expression{std::move(nodes_), cell_.source};
    }

private:
    std::nullopt_t fail(std::uint32_t begin, std::uint32_t end, std::string message,
                        std::string hint = {}) {
        if (!failed_) {
            diagnostics_.error("ERB-PETAB-0008", {cell_.source, begin, end}, std::move(message),
                               std::move(hint));
        }
        failed_ = true;
        return std::nullopt;
    }

    void skip_blanks() noexcept {
        while (at_ < cell_.end && (text_[at_] == ' ' || text_[at_] == '\t')) {
            ++at_;
        }
    }

    void push(Op op, std::uint32_t arity, std::uint32_t begin, std::uint32_t end) {
        ExpressionNode node;
        node.op = op;
        node.arity = arity;
        node.begin = begin;
        node.end = end;
        nodes_.push_back(std::move(node));
    }
    void push_number(double value, std::uint32_t begin, std::uint32_t end) {
        push(Op::number, 0, begin, end);
        nodes_.back().number = value;
    }
    void push_call(std::string_view name, std::uint32_t arity, std::uint32_t begin,
                   std::uint32_t end) {
        push(Op::call, arity, begin, end);
        nodes_.back().text = name;
    }

    /// @return  whether an operand is still expected
    bool read_operand() {
        const std::uint32_t begin = at_;
        const char c = text_[at_];
        if (c == '+' || c == '-' || c == '!') {
            ++at_;
            const auto kind = c == '-'   ? Waiting::Kind::negate
                              : c == '+' ? Waiting::Kind::plus
                                         : Waiting::Kind::logical_not;
            waiting_.push_back({kind, {}, kSignPrecedence, begin, at_});
            return true;
        }
        if (c == '(') {
            ++at_;
            waiting_.push_back({Waiting::Kind::parenthesis, {}, 0, begin, at_});
            return true;
        }
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') {
            read_number();
            return false;
        }
        if (is_name_start(c)) {
            return read_name();
        }
        fail(begin, begin + 1, "a number, a name or '(' was expected here");
        return true;
    }

    void read_number() {
        const std::uint32_t begin = at_;
        const auto digits = [&] {
            while (at_ < cell_.end && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
                ++at_;
            }
        };
        digits();
        if (at_ < cell_.end && text_[at_] == '.') {
            ++at_;
            digits();
        }
        if (at_ < cell_.end && (text_[at_] == 'e' || text_[at_] == 'E')) {
            const std::uint32_t mark = at_++;
            if (at_ < cell_.end && (text_[at_] == '+' || text_[at_] == '-')) {
                ++at_;
            }
            if (at_ >= cell_.end || std::isdigit(static_cast<unsigned char>(text_[at_])) == 0) {
                at_ = mark;
            }
            digits();
        }
        const std::optional<double> value = parse_double(text_.substr(begin, at_ - begin));
        if (!value) {
            fail(begin, at_, "this is no number");
            return;
        }
        push_number(*value, begin, at_);
    }

    bool read_name() {
        const std::uint32_t begin = at_;
        while (at_ < cell_.end && is_name_part(text_[at_])) {
            ++at_;
        }
        const std::uint32_t end = at_;
        const std::string_view name = text_.substr(begin, end - begin);
        skip_blanks();
        if (at_ < cell_.end && text_[at_] == '(') {
            ++at_;
            Waiting call{Waiting::Kind::call, {}, 0, begin, end};
            call.operand_begins.push_back(nodes_.size());
            waiting_.push_back(std::move(call));
            return true;
        }
        if (name == "true" || name == "false" || name == "inf") {
            push_number(name == "inf"    ? std::numeric_limits<double>::infinity()
                        : name == "true" ? 1.0
                                         : 0.0,
                        begin, end);
        } else {
            push(Op::name, 0, begin, end);
            nodes_.back().text = name;
        }
        return false;
    }

    bool read_operator() {
        const char c = text_[at_];
        if (c == ')' || c == ',') {
            return close(c);
        }
        for (const Binary& binary : kBinary) {
            if (text_.substr(at_, std::min<std::size_t>(binary.text.size(), cell_.end - at_)) !=
                binary.text) {
                continue;
            }
            const bool groups_right = binary.op == Op::power;
            while (!waiting_.empty() && waiting_.back().precedence > 0 &&
                   (waiting_.back().precedence > binary.precedence ||
                    (waiting_.back().precedence == binary.precedence && !groups_right))) {
                apply_top();
            }
            const std::uint32_t begin = at_;
            at_ += static_cast<std::uint32_t>(binary.text.size());
            waiting_.push_back({Waiting::Kind::binary, binary.op, binary.precedence, begin, at_});
            return true;
        }
        fail(at_, at_ + 1, "an operator was expected here",
             is_name_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0
                 ? "write products with '*'"
                 : "");
        return false;
    }

    /// At ')' or ','. @return  whether an operand is expected next
    bool close(char c) {
        while (!waiting_.empty() && waiting_.back().precedence > 0) {
            apply_top();
        }
        if (waiting_.empty() || (c == ',' && waiting_.back().kind != Waiting::Kind::call)) {
            fail(at_, at_ + 1,
                 c == ')' ? "this parenthesis was not opened" : "a comma stands only in calls");
            return false;
        }
        ++at_;
        if (c == ',') {
            waiting_.back().operand_begins.push_back(nodes_.size());
            return true;
        }
        if (waiting_.back().kind == Waiting::Kind::call) {
            const Waiting call = std::move(waiting_.back());
            waiting_.pop_back();
            finish_call(call);
        } else {
            waiting_.pop_back();
        }
        return false;
    }

    void apply_top() {
        const Waiting top = std::move(waiting_.back());
        waiting_.pop_back();
        switch (top.kind) {
            case Waiting::Kind::negate:
                if (nodes_.back().op == Op::number) {
                    nodes_.back().number = -nodes_.back().number;
                } else {
                    push(Op::negate, 1, top.begin, top.end);
                }
                break;
            case Waiting::Kind::logical_not:
                push(Op::logical_not, 1, top.begin, top.end);
                break;
            case Waiting::Kind::plus:
                break;
            default:
                push(top.op, 2, top.begin, top.end);
        }
    }

    void finish_call(const Waiting& call) {
        const std::string_view name = text_.substr(call.begin, call.end - call.begin);
        const std::size_t count = call.operand_begins.size();
        const auto wrong_count = [&](std::string_view wanted) {
            fail(call.begin, call.end, fmt::format("{} takes {}, not {}", name, wanted, count));
        };
        if (name == "pow" || name == "min" || name == "max") {
            if (count != 2) {
                return wrong_count("2 arguments");
            }
            return name == "pow" ? push(Op::power, 2, call.begin, call.end)
                                 : push_call(name, 2, call.begin, call.end);
        }
        if (name == "log" && count == 2) {
            const auto second = static_cast<std::ptrdiff_t>(call.operand_begins[1]);
            ExpressionNode ln;
            ln.op = Op::call;
            ln.arity = 1;
            ln.text = "ln";
            ln.begin = call.begin;
            ln.end = call.end;
            nodes_.insert(nodes_.begin() + second, ln);
            nodes_.push_back(std::move(ln));
            return push(Op::divide, 2, call.begin, call.end);
        }
        if (name == "piecewise") {
            return finish_piecewise(call, count);
        }
        const auto* unary = std::find_if(kUnary.begin(), kUnary.end(),
                                         [&](const Unary& u) { return u.petab == name; });
        if (unary == kUnary.end()) {
            std::vector<std::string> names{"pow", "min", "max", "piecewise"};
            for (const Unary& known : kUnary) {
                names.emplace_back(known.petab);
            }
            fail(call.begin, call.end, fmt::format("'{}' is no function of PEtab", name),
                 did_you_mean(name, names));
            return;
        }
        if (count != 1) {
            return wrong_count("1 argument");
        }
        if (unary->takes_reciprocal) {
            push_number(-1.0, call.begin, call.end);
            push(Op::power, 2, call.begin, call.end);
        }
        push_call(unary->name, 1, call.begin, call.end);
        if (unary->gives_reciprocal) {
            push_number(-1.0, call.begin, call.end);
            push(Op::power, 2, call.begin, call.end);
        }
    }

    /// piecewise(v1, c1, v2, c2, ..., otherwise) = if(c1, v1, if(c2, v2, ... otherwise)).
    void finish_piecewise(const Waiting& call, std::size_t count) {
        if (count % 2 == 0) {
            fail(call.begin, call.end,
                 "piecewise takes values and conditions in turn, and a last value");
            return;
        }
        const std::size_t first = call.operand_begins.front();
        const std::vector<ExpressionNode> old{
            std::make_move_iterator(nodes_.begin() + static_cast<std::ptrdiff_t>(first)),
            std::make_move_iterator(nodes_.end())};
        nodes_.resize(first);
        const auto append = [&](std::size_t operand) {
            const std::size_t begin = call.operand_begins[operand] - first;
            const std::size_t end =
                operand + 1 < count ? call.operand_begins[operand + 1] - first : old.size();
            nodes_.insert(nodes_.end(), old.begin() + static_cast<std::ptrdiff_t>(begin),
                          old.begin() + static_cast<std::ptrdiff_t>(end));
        };
        for (std::size_t i = 0; i + 1 < count; i += 2) {
            append(i + 1);
            append(i);
        }
        append(count - 1);
        for (std::size_t i = 0; i + 1 < count; i += 2) {
            push_call("if", 3, call.begin, call.end);
        }
    }

    const Span& cell_;
    Diagnostics& diagnostics_;
    std::string_view text_;
    std::uint32_t at_;
    bool failed_{};
    std::vector<ExpressionNode> nodes_;
    std::vector<Waiting> waiting_;
};

}  // namespace

std::optional<Expression> parse_formula(const Span& cell, Diagnostics& diagnostics) {
    return Parser{cell, diagnostics}.parse();
}

Expression with_names_replaced(
    const Expression& expression,
    const std::function<const Expression*(std::string_view)>& replacement) {
    std::vector<ExpressionNode> nodes;
    std::shared_ptr<const SourceText> source = expression.span().source;
    for (const ExpressionNode& node : expression.nodes()) {
        const Expression* other = node.op == Op::name ? replacement(node.text) : nullptr;
        if (other == nullptr) {
            nodes.push_back(node);
            continue;
        }
        for (ExpressionNode copy : other->nodes()) {
            copy.begin = node.begin;  // messages point to where the name stands
            copy.end = node.end;
            nodes.push_back(std::move(copy));
        }
    }
    return Expression{std::move(nodes), std::move(source)};
}

}  // namespace erbium::petab

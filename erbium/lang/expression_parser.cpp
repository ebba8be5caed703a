// SPDX-License-Identifier: Apache-2.0
// erbium/lang/expression_parser.cpp: operator precedence parsing with an explicit stack.
#include "erbium/lang/expression_parser.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/lang/characters.hpp"
#include "erbium/lang/operators.hpp"

namespace erbium::lang {
namespace {

constexpr std::size_t kMostNodes = 2'000'000;  ///< about 150 MiB; no model comes near

/// What waits on the stack for its (last) operand.
struct Pending {
    enum class Kind : std::uint8_t { prefix, binary, parenthesis, call };
    Kind kind{};
    Op op{};
    std::uint32_t arguments{};  ///< Kind::call: commas so far
    std::uint32_t begin{};      ///< of the operator, parenthesis or function name
    std::uint32_t end{};
};

struct BinaryToken {
    std::string_view symbol;
    Op op;
};
// Longer symbols first, so that `<=` is not read as `<`.
constexpr std::array<BinaryToken, 16> kBinaryTokens{{{"**", Op::power},
                                                     {"<=", Op::less_equal},
                                                     {">=", Op::greater_equal},
                                                     {"==", Op::equal},
                                                     {"!=", Op::not_equal},
                                                     {"~=", Op::not_equal},
                                                     {"&&", Op::logical_and},
                                                     {"||", Op::logical_or},
                                                     {"<", Op::less},
                                                     {">", Op::greater},
                                                     {"^", Op::power},
                                                     {"*", Op::multiply},
                                                     {"/", Op::divide},
                                                     {"+", Op::add},
                                                     {"-", Op::subtract},
                                                     {"", Op::number}}};

/// How a piece of the text is named in a message: quoted, or "the end".
std::string described(std::string_view text, std::uint32_t at, std::uint32_t end) {
    if (at >= end) {
        return "the end";
    }
    std::uint32_t stop = at + 1;
    if (is_name_part(text[at])) {
        while (stop < end && is_name_part(text[stop])) {
            ++stop;
        }
    } else if ((static_cast<unsigned char>(text[at]) & 0x80U) != 0) {
        while (stop < end && (static_cast<unsigned char>(text[stop]) & 0xC0U) == 0x80U) {
            ++stop;
        }
    }
    constexpr std::uint32_t kLongest = 40;
    if (static_cast<unsigned char>(text[at]) < 0x20U || text[at] == 0x7F) {
        return fmt::format("the control character {:#04x}",
                           static_cast<unsigned>(static_cast<unsigned char>(text[at])));
    }
    if (stop - at > kLongest) {
        return fmt::format("'{}...'", text.substr(at, kLongest));
    }
    return fmt::format("'{}'", text.substr(at, stop - at));
}

class Parser {
public:
    Parser(const std::shared_ptr<const SourceText>& source, std::uint32_t begin, std::uint32_t end,
           Diagnostics& diagnostics)
        : source_{source},
          text_{source->text},
          at_{begin},
          begin_{begin},
          end_{end},
          diagnostics_{diagnostics} {}

    std::optional<LeadingExpression> parse();

private:
    enum class Step : std::uint8_t { go_on, stop, failed };

    Step read_operand();
    Step read_operator();
    Step read_number();
    Step read_name();
    Step close_group();
    Step next_argument();
    void reduce_tighter_than(int binding);
    void reduce_to_group();
    void push_operator(const Pending& pending);
    bool push(ExpressionNode node);

    Step fail(std::string code, std::uint32_t begin, std::uint32_t end, std::string message,
              std::string hint = {}) {
        diagnostics_.error(std::move(code), {source_, begin, end}, std::move(message),
                           std::move(hint));
        return Step::failed;
    }
    [[nodiscard]] bool looking_at(std::string_view symbol) const {
        return text_.substr(at_, std::min<std::size_t>(symbol.size(), end_ - at_)) == symbol;
    }

    const std::shared_ptr<const SourceText>& source_;
    std::string_view text_;
    std::uint32_t at_;
    std::uint32_t begin_;
    std::uint32_t end_;
    Diagnostics& diagnostics_;
    std::vector<ExpressionNode> nodes_;
    std::vector<Pending> pending_;
    std::size_t open_groups_{};
    bool wants_operand_{true};
};

bool Parser::push(ExpressionNode node) {
    if (nodes_.size() >= kMostNodes) {
        fail("ERB-EXPR-0009", begin_, begin_ + 1,
             fmt::format("the expression has more than {} terms and operators", kMostNodes),
             "split it into several functions");
        return false;
    }
    nodes_.push_back(std::move(node));
    return true;
}

void Parser::push_operator(const Pending& pending) {
    const std::uint32_t arity = pending.kind == Pending::Kind::prefix ? 1 : 2;
    nodes_.push_back({pending.op, arity, 0.0, {}, pending.begin, pending.end});
}

void Parser::reduce_tighter_than(int binding) {
    while (!pending_.empty() &&
           (pending_.back().kind == Pending::Kind::prefix ||
            pending_.back().kind == Pending::Kind::binary) &&
           precedence(pending_.back().op) >= binding) {
        push_operator(pending_.back());
        pending_.pop_back();
    }
}

void Parser::reduce_to_group() {
    reduce_tighter_than(0);
}

Parser::Step Parser::read_number() {
    const std::uint32_t begin = at_;
    std::uint32_t at = at_;
    if (text_[at] == '-' || text_[at] == '+') {
        ++at;
    }
    while (at < end_ && (is_digit(text_[at]) || text_[at] == '.')) {
        ++at;
    }
    if (at < end_ && (text_[at] == 'e' || text_[at] == 'E')) {
        ++at;
        if (at < end_ && (text_[at] == '+' || text_[at] == '-')) {
            ++at;
        }
        while (at < end_ && is_digit(text_[at])) {
            ++at;
        }
    }
    while (at < end_ && is_name_part(text_[at])) {
        ++at;  // letters that touch a number are a mistake; they are shown with it
    }
    std::string_view spelled = text_.substr(begin, at - begin);
    if (spelled.front() == '+') {
        spelled.remove_prefix(1);
    }
    const std::optional<double> value = parse_double(spelled);
    if (!value) {
        const bool is_fortran = spelled.find_first_of("dDfFgG") != std::string_view::npos;
        return fail("ERB-EXPR-0004", begin, at,
                    fmt::format("'{}' is neither a number nor a name", spelled.substr(0, 60)),
                    is_fortran ? "the exponent of a number starts with 'e', as in 1.5e-3"
                               : "a name starts with a letter or '_'; a number looks like 1.5e-3");
    }
    if (!std::isfinite(*value)) {
        return fail("ERB-EXPR-0005", begin, at, "the number is too large for a double",
                    "the largest is about 1.8e308");
    }
    if (!push({Op::number, 0, *value, {}, begin, at})) {
        return Step::failed;
    }
    at_ = at;
    wants_operand_ = false;
    return Step::go_on;
}

Parser::Step Parser::read_name() {
    const std::uint32_t begin = at_;
    while (at_ < end_ && is_name_part(text_[at_])) {
        ++at_;
    }
    const std::uint32_t end = at_;
    const std::string_view name = text_.substr(begin, end - begin);
    const std::uint32_t after = skip_blank(text_, at_, end_);
    if (after >= end_ || text_[after] != '(') {
        wants_operand_ = false;
        return push({Op::name, 0, 0.0, std::string{name}, begin, end}) ? Step::go_on : Step::failed;
    }
    at_ = after + 1;
    if (name == "tfun" || name == "TFUN") {
        diagnostics_.unsupported("ERB-EXPR-0008", {source_, begin, end},
                                 fmt::format("table functions ({})", name),
                                 "write the values with if(...), or as parameters that a protocol "
                                 "changes");
        return Step::failed;
    }
    const std::uint32_t inside = skip_blank(text_, at_, end_);
    if (inside < end_ && text_[inside] == ')') {
        at_ = inside + 1;
        wants_operand_ = false;
        const bool is_name = name == "time" || name == "_pi" || name == "_e";
        return push({is_name ? Op::name : Op::call, 0, 0.0, std::string{name}, begin, end})
                   ? Step::go_on
                   : Step::failed;
    }
    pending_.push_back({Pending::Kind::call, Op::call, 0, begin, end});
    ++open_groups_;
    return Step::go_on;
}

Parser::Step Parser::read_operand() {
    if (at_ < end_) {
        const char c = text_[at_];
        const char next = at_ + 1 < end_ ? text_[at_ + 1] : '\0';
        const char third = at_ + 2 < end_ ? text_[at_ + 2] : '\0';
        const bool next_is_number = is_digit(next) || (next == '.' && is_digit(third));
        if (is_digit(c) || (c == '.' && is_digit(next)) ||
            ((c == '-' || c == '+') && next_is_number)) {
            return read_number();
        }
        if (is_name_start(c)) {
            return read_name();
        }
        if (c == '(') {
            pending_.push_back({Pending::Kind::parenthesis, Op::number, 0, at_, at_ + 1});
            ++open_groups_;
            ++at_;
            return Step::go_on;
        }
        if (c == '-' || c == '!' || c == '~') {
            pending_.push_back(
                {Pending::Kind::prefix, c == '-' ? Op::negate : Op::logical_not, 0, at_, at_ + 1});
            ++at_;
            return Step::go_on;
        }
        if (c == '+') {
            ++at_;
            return Step::go_on;
        }
    }
    const bool is_start = nodes_.empty() && pending_.empty();
    return fail(
        "ERB-EXPR-0001", at_, at_,
        fmt::format("expected {}, found {}", is_start ? "an expression" : "a number, a name or '('",
                    described(text_, at_, end_)));
}

Parser::Step Parser::close_group() {
    if (open_groups_ == 0) {
        return Step::stop;
    }
    reduce_to_group();
    const Pending group = pending_.back();
    pending_.pop_back();
    --open_groups_;
    ++at_;
    if (group.kind == Pending::Kind::call) {
        const std::string_view name = text_.substr(group.begin, group.end - group.begin);
        if (!push(
                {Op::call, group.arguments + 1, 0.0, std::string{name}, group.begin, group.end})) {
            return Step::failed;
        }
    }
    return Step::go_on;
}

Parser::Step Parser::next_argument() {
    if (open_groups_ == 0) {
        return Step::stop;
    }
    reduce_to_group();
    if (pending_.back().kind != Pending::Kind::call) {
        return fail("ERB-EXPR-0006", at_, at_ + 1,
                    "a comma inside parentheses that are not those of a function call");
    }
    ++pending_.back().arguments;
    ++at_;
    wants_operand_ = true;
    return Step::go_on;
}

Parser::Step Parser::read_operator() {
    if (at_ < end_) {
        if (text_[at_] == ')') {
            return close_group();
        }
        if (text_[at_] == ',') {
            return next_argument();
        }
        const bool is_arrow = looking_at("->") || looking_at("<->");
        for (const BinaryToken& token : kBinaryTokens) {
            if (token.symbol.empty() || is_arrow) {
                break;
            }
            if (looking_at(token.symbol)) {
                const auto length = static_cast<std::uint32_t>(token.symbol.size());
                reduce_tighter_than(precedence(token.op));
                pending_.push_back({Pending::Kind::binary, token.op, 0, at_, at_ + length});
                at_ += length;
                wants_operand_ = true;
                return Step::go_on;
            }
        }
    }
    if (open_groups_ == 0) {
        return Step::stop;
    }
    std::size_t innermost = pending_.size();
    while (pending_[innermost - 1].kind != Pending::Kind::parenthesis &&
           pending_[innermost - 1].kind != Pending::Kind::call) {
        --innermost;
    }
    if (at_ >= end_) {
        const Pending& group = pending_[innermost - 1];
        return fail("ERB-EXPR-0002", group.begin, group.end,
                    group.kind == Pending::Kind::call
                        ? fmt::format("the call of '{}' has no closing ')'",
                                      text_.substr(group.begin, group.end - group.begin))
                        : std::string{"this '(' has no matching ')'"});
    }
    const bool is_equals = text_[at_] == '=';
    return fail("ERB-EXPR-0007", at_, at_,
                fmt::format("expected an operator or ')', found {}", described(text_, at_, end_)),
                is_equals ? "'==' compares" : "");
}

std::optional<LeadingExpression> Parser::parse() {
    Step step = Step::go_on;
    std::uint32_t last = at_;
    while (step == Step::go_on) {
        last = at_;
        at_ = skip_blank(text_, at_, end_);
        step = wants_operand_ ? read_operand() : read_operator();
        if (step == Step::go_on && nodes_.size() + pending_.size() > 2 * kMostNodes) {
            fail("ERB-EXPR-0009", begin_, begin_ + 1,
                 fmt::format("the expression has more than {} terms and operators", kMostNodes),
                 "split it into several functions");
            return std::nullopt;
        }
    }
    if (step == Step::failed) {
        return std::nullopt;
    }
    reduce_to_group();
    return LeadingExpression{Expression{std::move(nodes_), source_}, last};
}

}  // namespace

std::optional<LeadingExpression> parse_leading_expression(
    const std::shared_ptr<const SourceText>& source, std::uint32_t begin, std::uint32_t end,
    Diagnostics& diagnostics) {
    return Parser{source, begin, end, diagnostics}.parse();
}

Outcome<Expression, Diagnostics> parse_expression(const std::shared_ptr<const SourceText>& source,
                                                  std::uint32_t begin, std::uint32_t end) {
    Diagnostics diagnostics;
    std::optional<LeadingExpression> leading =
        parse_leading_expression(source, begin, end, diagnostics);
    if (!leading) {
        return diagnostics;
    }
    const std::uint32_t rest = skip_blank(source->text, leading->end, end);
    if (rest < end) {
        const bool is_parenthesis = source->text[rest] == ')';
        diagnostics.error(
            "ERB-EXPR-0003", {source, rest, rest},
            is_parenthesis
                ? std::string{"this ')' has no matching '('"}
                : fmt::format("expected an operator or the end of the expression, found {}",
                              described(source->text, rest, end)),
            source->text[rest] == '=' ? "'==' compares" : "");
        return diagnostics;
    }
    return std::move(leading->expression);
}

Outcome<Expression, Diagnostics> parse_expression(std::string text, std::string path) {
    const auto source =
        std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)});
    return parse_expression(source, 0, static_cast<std::uint32_t>(source->text.size()));
}

}  // namespace erbium::lang

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
#include "erbium/lang/table_function.hpp"

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
    std::shared_ptr<TableFunction> table{};  ///< Kind::call of a table function, its values read
    std::size_t first_node{};                ///< of its index
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

constexpr const char* kTableForms =
    "it is written tfun([x,...],[y,...],index), tfun('file',index) or TFUN(index,'file')";
constexpr std::array<std::pair<std::string_view, TableFunction::Method>, 2> kMethods{
    {{"linear", TableFunction::Method::linear}, {"step", TableFunction::Method::step}}};

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
    Step read_table(std::string_view name, std::uint32_t begin, std::uint32_t end);
    bool read_points(TableFunction& table, std::uint32_t begin);
    bool read_numbers(std::vector<double>& numbers);
    bool read_file_name(TableFunction& table);
    bool read_method(TableFunction& table);
    bool take(char symbol, const char* where);
    Step finish_table();
    bool push_table(const std::shared_ptr<TableFunction>& table, std::uint32_t begin,
                    std::uint32_t end);
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
        return read_table(name, begin, end);
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

bool Parser::take(char symbol, const char* where) {
    at_ = skip_blank(text_, at_, end_);
    if (at_ < end_ && text_[at_] == symbol) {
        ++at_;
        return true;
    }
    fail("ERB-EXPR-0008", at_, at_,
         fmt::format("expected '{}' {}, found {}", symbol, where, described(text_, at_, end_)),
         kTableForms);
    return false;
}

/// `[1, 2.5, -3e1]`
bool Parser::read_numbers(std::vector<double>& numbers) {
    if (!take('[', "before the numbers of a table function")) {
        return false;
    }
    for (bool goes_on = true; goes_on;) {
        at_ = skip_blank(text_, at_, end_);
        const std::uint32_t begin = at_;
        while (at_ < end_ && (is_name_part(text_[at_]) || text_[at_] == '.' || text_[at_] == '-' ||
                              text_[at_] == '+')) {
            ++at_;
        }
        std::string_view spelled = text_.substr(begin, at_ - begin);
        if (spelled.starts_with('+')) {
            spelled.remove_prefix(1);
        }
        const std::optional<double> value = parse_double(spelled);
        if (!value || !std::isfinite(*value)) {
            fail("ERB-EXPR-0008", begin, at_,
                 fmt::format("expected a number of a table function, found {}",
                             described(text_, begin, end_)),
                 "only plain finite numbers stand there, no names and no arithmetic");
            return false;
        }
        numbers.push_back(*value);
        at_ = skip_blank(text_, at_, end_);
        goes_on = at_ < end_ && text_[at_] == ',';
        at_ += goes_on ? 1 : 0;
    }
    return take(']', "after the numbers of a table function");
}

bool Parser::read_file_name(TableFunction& table) {
    at_ = skip_blank(text_, at_, end_);
    const std::uint32_t begin = at_;
    const char quote = at_ < end_ ? text_[at_] : '\0';
    const std::size_t close = quote == '\'' || quote == '"'
                                  ? text_.substr(0, end_).find(quote, at_ + 1)
                                  : std::string_view::npos;
    if (close == std::string_view::npos) {
        fail("ERB-EXPR-0008", at_, at_,
             fmt::format("expected the quoted name of a table's file, found {}",
                         described(text_, at_, end_)),
             kTableForms);
        return false;
    }
    table.file = std::string{trimmed(text_.substr(at_ + 1, close - at_ - 1))};
    at_ = static_cast<std::uint32_t>(close) + 1;
    if (!stays_in_folder(table.file)) {
        fail("ERB-EXPR-0011", begin, at_,
             fmt::format("'{}' is no file in the folder of the model or below", table.file),
             "give a relative path without '..'");
        return false;
    }
    return true;
}

/// `method=>"step"`
bool Parser::read_method(TableFunction& table) {
    at_ = skip_blank(text_, at_, end_);
    if (!looking_at("method")) {
        fail("ERB-EXPR-0008", at_, at_,
             fmt::format("expected method=>\"linear\" or method=>\"step\", found {}",
                         described(text_, at_, end_)),
             kTableForms);
        return false;
    }
    at_ += 6;
    if (!take('=', "after 'method'") || !take('>', "after 'method='")) {
        return false;
    }
    at_ = skip_blank(text_, at_, end_);
    for (const char* const quote : {"\"", "'"}) {
        for (const auto& [word, method] : kMethods) {
            const std::string quoted = quote + std::string{word} + quote;
            if (looking_at(quoted)) {
                table.method = method;
                at_ += static_cast<std::uint32_t>(quoted.size());
                return true;
            }
        }
    }
    fail("ERB-EXPR-0008", at_, at_,
         fmt::format("expected \"linear\" or \"step\", found {}", described(text_, at_, end_)));
    return false;
}

bool Parser::read_points(TableFunction& table, std::uint32_t begin) {
    if (!read_numbers(table.x) || !take(',', "between the numbers of a table function") ||
        !read_numbers(table.y)) {
        return false;
    }
    const std::string fault = fault_of_points(table.x, table.y);
    if (!fault.empty()) {
        fail("ERB-EXPR-0010", begin, at_, fault);
        return false;
    }
    return true;
}

/// The call up to its index; `tfun('file')` whole.
Parser::Step Parser::read_table(std::string_view name, std::uint32_t begin, std::uint32_t end) {
    auto table = std::make_shared<TableFunction>();
    table->is_upper_case = name == "TFUN";
    at_ = skip_blank(text_, at_, end_);
    if (!table->is_upper_case) {
        const std::uint32_t first = at_;
        const bool is_inline = at_ < end_ && text_[at_] == '[';
        if (!(is_inline ? read_points(*table, first) : read_file_name(*table))) {
            return Step::failed;
        }
        at_ = skip_blank(text_, at_, end_);
        std::uint32_t after = at_ < end_ && text_[at_] == ',' ? at_ + 1 : at_;
        after = skip_blank(text_, after, end_);
        const bool has_method = text_.substr(after, end_ - after).starts_with("method") &&
                                text_.substr(skip_blank(text_, after + 6, end_)).starts_with('=');
        const bool has_no_index = (at_ < end_ && text_[at_] == ')') || has_method;
        if (!is_inline && has_no_index) {
            if (has_method) {
                at_ = after;
            }
            if ((has_method && !read_method(*table)) ||
                !take(')', "at the end of a table function")) {
                return Step::failed;
            }
            wants_operand_ = false;
            return push({Op::name, 0, 0.0, "time", begin, end}) && push_table(table, begin, end)
                       ? Step::go_on
                       : Step::failed;
        }
        if (!take(',', "before the index of a table function")) {
            return Step::failed;
        }
    }
    pending_.push_back(
        {Pending::Kind::call, Op::call, 0, begin, end, std::move(table), nodes_.size()});
    ++open_groups_;
    return Step::go_on;
}

/// What follows the index, from its comma to the closing parenthesis.
Parser::Step Parser::finish_table() {
    TableFunction& table = *pending_.back().table;
    if (!table.is_upper_case && text_[at_] == ')') {
        return Step::go_on;
    }
    if (!take(',', "after the index of a table function") ||
        !(table.is_upper_case ? read_file_name(table) : read_method(table))) {
        return Step::failed;
    }
    at_ = skip_blank(text_, at_, end_);
    if (at_ >= end_ || text_[at_] != ')') {
        take(')', "at the end of a table function");
        return Step::failed;
    }
    return Step::go_on;
}

/// The index is on the list already; makes it a plain name.
bool Parser::push_table(const std::shared_ptr<TableFunction>& table, std::uint32_t begin,
                        std::uint32_t end) {
    ExpressionNode& index = nodes_.back();
    index.op = Op::name;
    if (index.text == "t") {
        index.text = "time";
    }
    return push({Op::call, 1, 0.0, table->is_upper_case ? "TFUN" : "tfun", begin, end, table});
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
    if (pending_.back().table && finish_table() == Step::failed) {
        return Step::failed;
    }
    const Pending group = pending_.back();
    pending_.pop_back();
    --open_groups_;
    ++at_;
    if (group.table) {
        const ExpressionNode& index = nodes_.back();
        const bool is_name = nodes_.size() == group.first_node + 1 && index.arity == 0 &&
                             (index.op == Op::name || index.op == Op::call);
        if (!is_name) {
            return fail("ERB-EXPR-0008", index.begin, index.end,
                        "the index of a table function is one name: time, a parameter, an "
                        "observable or a function",
                        "give the expression a name in the block 'functions'");
        }
        return push_table(group.table, group.begin, group.end) ? Step::go_on : Step::failed;
    }
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
    if (pending_.back().table) {
        return close_group();
    }
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

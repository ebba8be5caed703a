// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_action_parser.cpp: `simulate({method=>"ode"})` and its like. Nothing is ever
// executed or evaluated here; values are kept as text.
#include <fmt/format.h>

#include <utility>

#include "erbium/lang/bngl_line_parser.hpp"

namespace erbium::lang::bngl {

bool LineParser::looks_like_action(Cursor cursor) {
    cursor.skip_blanks();
    if (!cursor.take_name()) {
        return false;
    }
    cursor.skip_blanks();
    return cursor.peek() == '(';
}

std::optional<Action> LineParser::action() {
    skip_index_and_label();
    Action action;
    action.place = {line_.begin, line_.end};
    std::optional<Name> name = required_name("an action");
    if (!name) {
        return std::nullopt;
    }
    action.name = std::move(*name);
    cursor_.skip_blanks();
    if (!cursor_.take("(")) {
        return expected("'('");
    }
    cursor_.skip_blanks();
    while (!cursor_.take(")")) {
        if (cursor_.peek() == '{') {
            if (!action_hash(action)) {
                return std::nullopt;
            }
        } else {
            ActionArgument argument;
            if (!action_value(argument)) {
                return std::nullopt;
            }
            action.arguments.push_back(std::move(argument));
        }
        cursor_.skip_blanks();
        if (cursor_.take(",")) {
            cursor_.skip_blanks();
        } else if (cursor_.peek() != ')') {
            return expected("',' or ')'");
        }
    }
    cursor_.skip_blanks();
    cursor_.take(";");
    if (!expect_end("the action")) {
        return std::nullopt;
    }
    return action;
}

bool LineParser::action_hash(Action& action) {
    cursor_.skip();
    cursor_.skip_blanks();
    while (!cursor_.take("}")) {
        ActionArgument argument;
        const std::uint32_t begin = cursor_.at();
        if (cursor_.peek() == '"' || cursor_.peek() == '\'') {
            argument.name = action_scalar();
        } else {
            argument.name = required_name("the name of an option or '}'");
        }
        if (!argument.name) {
            return false;
        }
        cursor_.skip_blanks();
        if (!cursor_.take("=>")) {
            expected("'=>'", "options are written {name=>value, ...}");
            return false;
        }
        cursor_.skip_blanks();
        if (!action_value(argument)) {
            return false;
        }
        argument.place = {begin, cursor_.at()};
        action.arguments.push_back(std::move(argument));
        cursor_.skip_blanks();
        if (cursor_.take(",")) {
            cursor_.skip_blanks();
        } else if (cursor_.peek() != '}') {
            expected("',' or '}'");
            return false;
        }
    }
    return true;
}

bool LineParser::action_value(ActionArgument& argument) {
    const std::uint32_t begin = cursor_.at();
    if (cursor_.peek() == '{') {
        if (!action_inner_hash(argument)) {
            return false;
        }
    } else if (cursor_.take("[")) {
        argument.is_list = true;
        cursor_.skip_blanks();
        while (!cursor_.take("]")) {
            std::optional<Name> value = action_scalar();
            if (!value) {
                return false;
            }
            argument.values.push_back(std::move(*value));
            cursor_.skip_blanks();
            if (cursor_.take(",")) {
                cursor_.skip_blanks();
            } else if (cursor_.peek() != ']') {
                expected("',' or ']'");
                return false;
            }
        }
    } else {
        std::optional<Name> value = action_scalar();
        if (!value) {
            return false;
        }
        argument.values.push_back(std::move(*value));
    }
    argument.place = {begin, cursor_.at()};
    return true;
}

/// `{R=>5, L=>5}` as the value of an option: a list of the texts "R=>5" and "L=>5".
bool LineParser::action_inner_hash(ActionArgument& argument) {
    cursor_.skip();
    cursor_.skip_blanks();
    argument.is_list = true;
    while (!cursor_.take("}")) {
        const std::uint32_t begin = cursor_.at();
        const std::optional<Name> key = cursor_.peek() == '"' || cursor_.peek() == '\''
                                            ? action_scalar()
                                            : required_name("the name of an option or '}'");
        if (!key) {
            return false;
        }
        cursor_.skip_blanks();
        if (!cursor_.take("=>")) {
            expected("'=>'", "options are written {name=>value, ...}");
            return false;
        }
        cursor_.skip_blanks();
        const std::optional<Name> value = action_scalar();
        if (!value) {
            return false;
        }
        argument.values.push_back({key->text + "=>" + value->text, {begin, cursor_.at()}});
        cursor_.skip_blanks();
        if (cursor_.take(",")) {
            cursor_.skip_blanks();
        } else if (cursor_.peek() != '}') {
            expected("',' or '}'");
            return false;
        }
    }
    return true;
}

/// A string, without its quotes, or the text up to the next `,`, `]`, `}` or unopened `)`.
std::optional<Name> LineParser::action_scalar() {
    const char quote = cursor_.peek();
    const std::uint32_t begin = cursor_.at();
    if (quote == '"' || quote == '\'') {
        cursor_.skip();
        while (cursor_.at() < cursor_.end() && cursor_.peek() != quote) {
            cursor_.skip();
        }
        if (cursor_.at() >= cursor_.end()) {
            return fail("ERB-BNGL-0009", {begin, begin + 1}, "the string has no closing quote");
        }
        const Name value{std::string{cursor_.text(begin + 1, cursor_.at())},
                         {begin, cursor_.at() + 1}};
        cursor_.skip();
        return value;
    }
    std::uint32_t last = begin;
    std::size_t open = 0;
    while (cursor_.at() < cursor_.end()) {
        const char c = cursor_.peek();
        if (c == ',' || c == ']' || c == '}' || c == '{' || c == '[' || c == '"' ||
            (c == ')' && open == 0)) {
            if (c != ',' || open == 0) {
                break;
            }
        }
        if (c == '(') {
            ++open;
        } else if (c == ')') {
            --open;
        }
        cursor_.skip();
        if (!is_blank(c)) {
            last = cursor_.at();
        }
    }
    if (last == begin) {
        return expected("a value");
    }
    return Name{std::string{cursor_.text(begin, last)}, {begin, last}};
}

}  // namespace erbium::lang::bngl

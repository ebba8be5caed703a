// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_line_parser.cpp: declarations other than rules and actions.
#include "erbium/lang/bngl_line_parser.hpp"

#include <fmt/format.h>

#include <utility>

#include "erbium/lang/expression_parser.hpp"

namespace erbium::lang::bngl {

std::nullopt_t LineParser::fail(std::string code, Place place, std::string message,
                                std::string hint) {
    complaints_.error(std::move(code), {cursor_.source(), place.begin, place.end},
                      std::move(message), std::move(hint));
    return std::nullopt;
}

Place LineParser::here() const {
    Cursor at = cursor_;
    at.skip_blanks();
    return at.is_done() ? Place{line_.end, line_.end} : Place{at.at(), at.at()};
}

std::nullopt_t LineParser::expected(const char* what, std::string hint) {
    return fail("ERB-BNGL-0001", here(),
                fmt::format("expected {}, found {}", what, cursor_.found()), std::move(hint));
}

std::optional<Name> LineParser::required_name(const char* what) {
    cursor_.skip_blanks();
    if (std::optional<Name> name = cursor_.take_name()) {
        return name;
    }
    return expected(what, is_digit(cursor_.peek()) ? "a name starts with a letter or '_'" : "");
}

std::optional<Name> LineParser::name_before_blank(const char* what) {
    std::optional<Name> name = required_name(what);
    if (name && (name->text == "begin" || name->text == "end")) {
        return fail("ERB-BNGL-0030", name->place,
                    fmt::format("'{}' cannot be {}", name->text, what),
                    "without an index in front, the line would begin or end a block; take another "
                    "name");
    }
    return name;
}

std::optional<Expression> LineParser::expression(const char* what) {
    cursor_.skip_blanks();
    if (cursor_.is_done()) {
        return expected(what);
    }
    Diagnostics diagnostics;
    std::optional<LeadingExpression> leading =
        parse_leading_expression(cursor_.source(), cursor_.at(), cursor_.end(), diagnostics);
    complaints_.append(std::move(diagnostics));
    if (!leading) {
        return std::nullopt;
    }
    cursor_.move_to(leading->end);
    return std::move(leading->expression);
}

bool LineParser::expect_end(const char* after) {
    if (cursor_.is_done()) {
        return true;
    }
    const bool is_parenthesis = [this] {
        Cursor at = cursor_;
        at.skip_blanks();
        return at.peek() == ')';
    }();
    fail("ERB-BNGL-0002", here(),
         fmt::format("expected the end of the line after {}, found {}", after, cursor_.found()),
         is_parenthesis ? "this ')' has no matching '('" : "");
    return false;
}

/// BNGL allows a number and a label before most declarations; neither means anything.
void LineParser::skip_index_and_label() {
    cursor_.skip_blanks();
    const Cursor start = cursor_;
    if (cursor_.take_index() && cursor_.is_at_blank()) {
        cursor_.skip_blanks();
    } else {
        cursor_ = start;
    }
    const Cursor before_label = cursor_;
    if (cursor_.take_word()) {
        cursor_.skip_blanks();
        if (cursor_.take(":") && cursor_.is_at_blank()) {
            cursor_.skip_blanks();
            return;
        }
    }
    cursor_ = before_label;
}

std::optional<Parameter> LineParser::parameter() {
    skip_index_and_label();
    std::optional<Name> name = name_before_blank("the name of a parameter");
    if (!name) {
        return std::nullopt;
    }
    cursor_.skip_blanks();
    if (cursor_.peek() == '=' && cursor_.peek(1) != '=') {
        cursor_.skip();
    }
    std::optional<Expression> value = expression("the value of the parameter");
    if (!value) {
        return std::nullopt;
    }
    cursor_.skip_blanks();
    cursor_.take(";");
    if (!expect_end("the value")) {
        return std::nullopt;
    }
    return Parameter{std::move(*name), std::move(*value)};
}

std::optional<Compartment> LineParser::compartment() {
    skip_index_and_label();
    std::optional<Name> name = name_before_blank("the name of a compartment");
    if (!name) {
        return std::nullopt;
    }
    cursor_.skip_blanks();
    std::optional<Name> dimension = cursor_.take_index();
    if (!dimension || (dimension->text != "2" && dimension->text != "3")) {
        if (dimension) {
            cursor_.move_to(dimension->place.begin);
        }
        return expected("the number of dimensions, 2 or 3");
    }
    std::optional<Expression> size = expression("the size of the compartment");
    if (!size) {
        return std::nullopt;
    }
    cursor_.skip_blanks();
    std::optional<Name> outside = cursor_.take_name();
    if (!expect_end("the compartment")) {
        return std::nullopt;
    }
    return Compartment{std::move(*name), std::move(*dimension), std::move(*size),
                       std::move(outside)};
}

std::optional<MoleculeType> LineParser::molecule_type() {
    skip_index_and_label();
    std::optional<Molecule> type = molecule();
    if (!type) {
        return std::nullopt;
    }
    for (const Site& site : type->sites) {
        if (!site.bonds.empty()) {
            return fail("ERB-BNGL-0003", site.bonds.front().place,
                        "a molecule type lists sites and states, not bonds");
        }
    }
    cursor_.skip_blanks();
    const bool is_population = cursor_.take_word("population");
    if (!expect_end("the molecule type")) {
        return std::nullopt;
    }
    return MoleculeType{std::move(*type), is_population};
}

std::optional<Seed> LineParser::seed() {
    skip_index_and_label();
    std::optional<Pattern> species = pattern();
    if (!species) {
        return std::nullopt;
    }
    std::optional<Expression> amount = expression("the amount of the species");
    if (!amount || !expect_end("the amount")) {
        return std::nullopt;
    }
    return Seed{std::move(*species), std::move(*amount)};
}

std::optional<Observable> LineParser::observable() {
    skip_index_and_label();
    std::optional<Name> kind = required_name("'Molecules' or 'Species'");
    if (!kind) {
        return std::nullopt;
    }
    if (kind->text == "Counter" || kind->text == "Function" || kind->text == "Population") {
        complaints_.unsupported("ERB-BNGL-0051",
                                {cursor_.source(), kind->place.begin, kind->place.end},
                                fmt::format("observables of type {}", kind->text));
        return std::nullopt;
    }
    if (kind->text != "Molecules" && kind->text != "Species") {
        return fail("ERB-BNGL-0004", kind->place,
                    fmt::format("expected 'Molecules' or 'Species', found '{}'", kind->text),
                    "an observable is written: Molecules Name Pattern, Pattern, ...");
    }
    std::optional<Name> name = required_name("the name of an observable");
    if (!name) {
        return std::nullopt;
    }
    Observable observable{std::move(*kind), std::move(*name), {}};
    cursor_.skip_blanks();
    do {
        std::optional<Pattern> next = pattern();
        if (!next) {
            return std::nullopt;
        }
        observable.patterns.push_back(std::move(*next));
        cursor_.skip_blanks();
        cursor_.take(",");  // or only blanks
        cursor_.skip_blanks();
    } while (!cursor_.is_done());
    return observable;
}

std::optional<Function> LineParser::function() {
    skip_index_and_label();
    std::optional<Name> name = required_name("the name of a function");
    if (!name) {
        return std::nullopt;
    }
    Function function{std::move(*name), {}, {}};
    cursor_.skip_blanks();
    if (cursor_.take("(")) {
        cursor_.skip_blanks();
        while (!cursor_.take(")")) {
            std::optional<Name> argument = required_name("the name of an argument or ')'");
            if (!argument) {
                return std::nullopt;
            }
            function.arguments.push_back(std::move(*argument));
            cursor_.skip_blanks();
            cursor_.take(",");
            cursor_.skip_blanks();
        }
    }
    cursor_.skip_blanks();
    if (cursor_.peek() == '=' && cursor_.peek(1) != '=') {
        cursor_.skip();
    }
    std::optional<Expression> value = expression("the value of the function");
    if (!value || !expect_end("the function")) {
        return std::nullopt;
    }
    function.value = std::move(*value);
    return function;
}

std::optional<EnergyPattern> LineParser::energy_pattern() {
    skip_index_and_label();
    std::optional<Pattern> shape = pattern();
    if (!shape) {
        return std::nullopt;
    }
    std::optional<Expression> energy = expression("the energy of the pattern");
    if (!energy || !expect_end("the energy")) {
        return std::nullopt;
    }
    return EnergyPattern{std::move(*shape), std::move(*energy)};
}

}  // namespace erbium::lang::bngl

// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_pattern_parser.cpp: molecules, sites and bonds.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "erbium/lang/bngl_line_parser.hpp"

namespace erbium::lang::bngl {

/// `0` on its own; `0.5` or `0x` are something else.
bool LineParser::is_at_null_pattern() const {
    return cursor_.peek() == '0' && !is_name_part(cursor_.peek(1)) && cursor_.peek(1) != '.';
}

/// Whether a `.` comes next that joins a molecule. After blanks it must be followed by a name: in
/// `A() .5` it starts a number.
bool LineParser::joins_next_molecule() const {
    Cursor ahead = cursor_;
    const bool touches = ahead.peek() == '.';
    ahead.skip_blanks();
    if (!ahead.take(".")) {
        return false;
    }
    if (touches && !is_digit(ahead.peek())) {
        return true;
    }
    ahead.skip_blanks();
    return is_name_start(ahead.peek());
}

std::optional<Pattern> LineParser::pattern() {
    cursor_.skip_blanks();
    Pattern pattern;
    pattern.place = here();
    if (is_at_null_pattern()) {
        cursor_.skip();
        pattern.place.end = cursor_.at();
        return pattern;
    }
    if (is_digit(cursor_.peek())) {
        return expected("a pattern", "to say that a molecule takes part twice, write A() + A()");
    }
    if (!pattern_attributes(pattern) || !pattern_header(pattern)) {
        return std::nullopt;
    }
    do {
        cursor_.skip_blanks();
        if (!pattern.molecules.empty()) {
            cursor_.take(".");
            cursor_.skip_blanks();
        }
        if (!pattern_attributes(pattern)) {
            return std::nullopt;
        }
        std::optional<Molecule> next = molecule();
        if (!next) {
            return std::nullopt;
        }
        pattern.molecules.push_back(std::move(*next));
        if (!pattern_attributes(pattern)) {
            return std::nullopt;
        }
    } while (joins_next_molecule());
    pattern.place.end = cursor_.at();
    if (!count_test(pattern)) {
        return std::nullopt;
    }
    return pattern;
}

/// `%x:`, `@C:`, both, and either with `::`.
bool LineParser::pattern_header(Pattern& pattern) {
    const Cursor start = cursor_;
    if (cursor_.peek() != '%' && cursor_.peek() != '@') {
        return true;
    }
    while (cursor_.peek() == '%' || cursor_.peek() == '@') {
        const bool is_label = cursor_.peek() == '%';
        cursor_.skip();
        std::optional<Name> name = cursor_.take_word();
        if (!name) {
            expected(is_label ? "a label after '%'" : "a compartment after '@'");
            return false;
        }
        std::optional<Name>& slot = is_label ? pattern.label : pattern.compartment;
        if (slot) {
            fail("ERB-BNGL-0005", name->place,
                 is_label ? "a pattern has only one label" : "a pattern has only one compartment");
            return false;
        }
        slot = std::move(name);
        cursor_.skip_blanks();
    }
    if (!cursor_.take("::") && !cursor_.take(":")) {
        expected("':' between the head of the pattern and its molecules",
                 "the label or compartment of one molecule stands after its name, as in A()@C");
        return false;
    }
    cursor_.skip_blanks();
    return true;
}

/// `$` and `{MatchOnce}`, wherever they stand.
bool LineParser::pattern_attributes(Pattern& pattern) {
    while (true) {
        if (cursor_.take("$")) {
            pattern.is_fixed = true;
            continue;
        }
        if (cursor_.peek() != '{') {
            return true;
        }
        cursor_.skip();
        cursor_.skip_blanks();
        const std::optional<Name> attribute = cursor_.take_name();
        if (!attribute || (attribute->text != "MatchOnce" && attribute->text != "Fixed")) {
            if (attribute) {
                cursor_.move_to(attribute->place.begin);
            }
            expected("'MatchOnce' or 'Fixed'");
            return false;
        }
        bool value = true;
        cursor_.skip_blanks();
        if (cursor_.take("=")) {
            cursor_.skip_blanks();
            const std::optional<Name> word = cursor_.take_word();
            value = !word || (word->text != "0" && word->text != "false" && word->text != "FALSE");
            cursor_.skip_blanks();
        }
        if (!cursor_.take("}")) {
            expected("'}'");
            return false;
        }
        (attribute->text == "Fixed" ? pattern.is_fixed : pattern.is_match_once) = value;
        cursor_.skip_blanks();
    }
}

/// `== 2`; only an operator that digits follow, so that `A() <-> B()` is left alone.
bool LineParser::count_test(Pattern& pattern) {
    struct Symbol {
        std::string_view text;
        Op op;
    };
    constexpr std::array<Symbol, 7> kSymbols{{{"==", Op::equal},
                                              {"!=", Op::not_equal},
                                              {"<=", Op::less_equal},
                                              {">=", Op::greater_equal},
                                              {"=", Op::equal},
                                              {"<", Op::less},
                                              {">", Op::greater}}};
    Cursor ahead = cursor_;
    ahead.skip_blanks();
    for (const Symbol& symbol : kSymbols) {
        if (!ahead.take(symbol.text)) {
            continue;
        }
        ahead.skip_blanks();
        std::optional<Name> count = ahead.take_index();
        if (!count) {
            return true;  // whoever called us will complain about the operator
        }
        cursor_ = ahead;
        pattern.count = CountTest{symbol.op, std::move(*count)};
        return true;
    }
    return true;
}

std::optional<Molecule> LineParser::molecule() {
    Molecule molecule;
    std::optional<Name> name = required_name("a molecule");
    if (!name) {
        return std::nullopt;
    }
    molecule.name = std::move(*name);
    molecule.place = molecule.name.place;
    bool has_sites = false;
    while (true) {
        const char c = cursor_.peek();
        if (c == '(') {
            if (std::exchange(has_sites, true)) {
                return fail("ERB-BNGL-0005", here(), "a molecule has only one list of sites");
            }
            if (!molecule_sites(molecule)) {
                return std::nullopt;
            }
        } else if (c == '%' || c == '@') {
            cursor_.skip();
            std::optional<Name> word = cursor_.take_word();
            if (!word) {
                return expected(c == '%' ? "a label after '%'" : "a compartment after '@'");
            }
            std::optional<Name>& slot = c == '%' ? molecule.label : molecule.compartment;
            if (slot) {
                return fail("ERB-BNGL-0005", word->place,
                            c == '%' ? "a molecule has only one label"
                                     : "a molecule has only one compartment");
            }
            slot = std::move(word);
        } else if (c == '~' || (c == '!' && cursor_.peek(1) != '=')) {
            complaints_.unsupported("ERB-BNGL-0052", {cursor_.source(), cursor_.at(), cursor_.at()},
                                    "states and bonds of a whole molecule",
                                    "give the molecule a site that has them, as in A(s~on)");
            return std::nullopt;
        } else {
            molecule.place.end = cursor_.at();
            return molecule;
        }
    }
}

bool LineParser::molecule_sites(Molecule& molecule) {
    const Place opening = here();
    cursor_.skip();
    cursor_.skip_blanks();
    while (!cursor_.take(")")) {
        if (cursor_.is_done()) {
            fail("ERB-BNGL-0006", {opening.begin, opening.begin + 1},
                 fmt::format("the sites of '{}' have no closing ')'", molecule.name.text));
            return false;
        }
        std::optional<Site> next = site();
        if (!next) {
            return false;
        }
        molecule.sites.push_back(std::move(*next));
        cursor_.skip_blanks();
        if (cursor_.take(",")) {
            cursor_.skip_blanks();
        } else if (!cursor_.is_done() && cursor_.peek() != ')') {
            expected("',' or ')'");
            return false;
        }
    }
    return true;
}

std::optional<Site> LineParser::site() {
    Site site;
    std::optional<Name> name = required_name("a site");
    if (!name) {
        return std::nullopt;
    }
    site.name = std::move(*name);
    while (true) {
        const char c = cursor_.peek();
        if (c == '~') {
            cursor_.skip();
            std::optional<Name> state = cursor_.take_word();
            if (!state && cursor_.peek() == '?') {
                state = Name{"?", {cursor_.at(), cursor_.at() + 1}};
                cursor_.skip();
            }
            if (!state) {
                return expected("a state after '~'");
            }
            site.states.push_back(std::move(*state));
        } else if (c == '!') {
            std::optional<Bond> next = bond();
            if (!next) {
                return std::nullopt;
            }
            site.bonds.push_back(std::move(*next));
        } else if (c == '%') {
            cursor_.skip();
            std::optional<Name> label = cursor_.take_word();
            if (!label) {
                return expected("a label after '%'");
            }
            if (site.label) {
                return fail("ERB-BNGL-0005", label->place, "a site has only one label");
            }
            site.label = std::move(label);
        } else if (c == '@') {
            complaints_.unsupported("ERB-BNGL-0053", {cursor_.source(), cursor_.at(), cursor_.at()},
                                    "compartments of single sites");
            return std::nullopt;
        } else {
            return site;
        }
    }
}

std::optional<Bond> LineParser::bond() {
    const std::uint32_t begin = cursor_.at();
    cursor_.skip();
    Bond bond;
    if (cursor_.take("+")) {
        bond.kind = Bond::Kind::any;
    } else if (cursor_.take("?")) {
        bond.kind = Bond::Kind::whatever;
    } else if (const std::optional<Name> label = cursor_.take_word()) {
        bond.label = label->text;
    } else {
        return expected("the name of a bond, '+' or '?' after '!'");
    }
    bond.place = {begin, cursor_.at()};
    return bond;
}

}  // namespace erbium::lang::bngl

// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_rule_parser.cpp: reactants, arrow, products, rates and what may follow them.
#include <fmt/format.h>

#include <utility>

#include "erbium/lang/bngl_line_parser.hpp"
#include "erbium/lang/expression_parser.hpp"

namespace erbium::lang::bngl {

std::optional<Rule> LineParser::rule() {
    Rule rule;
    rule.place = {line_.begin, line_.end};
    if (!rule_label(rule) || !rule_reactants(rule) || !rule_products(rule) || !rule_tail(rule) ||
        !check_rates(rule)) {
        return std::nullopt;
    }
    return rule;
}

/// `name:`, or a number and a blank as old texts have it.
bool LineParser::rule_label(Rule& rule) {
    cursor_.skip_blanks();
    const Cursor start = cursor_;
    std::optional<Name> first = cursor_.take_word();
    if (!first) {
        return true;
    }
    std::uint32_t last = cursor_.at();
    cursor_.skip_blanks();
    bool has_blanks = false;
    while (cursor_.take_word()) {
        has_blanks = true;
        last = cursor_.at();
        cursor_.skip_blanks();
    }
    if (cursor_.take(":")) {
        if (has_blanks) {
            fail("ERB-BNGL-0007", {first->place.begin, last}, "the name of a rule is one word",
                 "join its words with '_'");
            return false;
        }
        rule.label = std::move(first);
        return true;
    }
    cursor_ = start;
    const std::optional<Name> index = cursor_.take_index();
    if (index && cursor_.is_at_blank()) {
        cursor_.skip_blanks();
        const bool is_null =
            index->text == "0" &&
            (cursor_.peek() == '+' || cursor_.looks_at("->") || cursor_.looks_at("<->"));
        if (!is_null) {
            rule.label = index;
            return true;
        }
    }
    cursor_ = start;
    return true;
}

bool LineParser::rule_reactants(Rule& rule) {
    while (true) {
        std::optional<Pattern> next = pattern();
        if (!next) {
            return false;
        }
        if (!next->molecules.empty()) {
            rule.reactants.push_back(std::move(*next));
        }
        cursor_.skip_blanks();
        if (cursor_.take("+")) {
            continue;
        }
        if (cursor_.take("->")) {
            return true;
        }
        if (cursor_.take("<->")) {
            rule.is_reversible = true;
            return true;
        }
        expected("'+', '->' or '<->'");
        return false;
    }
}

bool LineParser::rule_products(Rule& rule) {
    while (true) {
        std::optional<Pattern> next = pattern();
        if (!next) {
            return false;
        }
        if (!next->molecules.empty()) {
            rule.products.push_back(std::move(*next));
        }
        cursor_.skip_blanks();
        if (!cursor_.take("+")) {
            return true;
        }
    }
}

/// Rates and keywords; the keywords may stand in any order and on either side of the rates.
bool LineParser::rule_tail(Rule& rule) {
    bool wants_rate = true;
    while (true) {
        cursor_.skip_blanks();
        if (cursor_.is_done()) {
            if (wants_rate) {
                expected("a rate");
            }
            return !wants_rate;
        }
        if (cursor_.take_word("TotalRate")) {
            rule.is_total_rate = true;
        } else if (cursor_.take_word("DeleteMolecules")) {
            rule.deletes_molecules = true;
        } else if (cursor_.take_word("MoveConnected")) {
            rule.moves_connected = true;
        } else if (cursor_.looks_at("include_") || cursor_.looks_at("exclude_")) {
            if (!filter(rule)) {
                return false;
            }
        } else if (cursor_.looks_at_word("priority")) {
            complaints_.unsupported(
                "ERB-BNGL-0054", {cursor_.source(), cursor_.at(), cursor_.at() + 8},
                "priorities of rules", "rules all act together; leave the priority out");
            return false;
        } else if (wants_rate) {
            if (!rate(rule)) {
                return false;
            }
            wants_rate = false;
        } else if (cursor_.peek() == ',') {
            if (rule.rates.size() == 2) {
                fail("ERB-BNGL-0008", here(), "a rule has at most two rates");
                return false;
            }
            cursor_.skip();
            wants_rate = true;
        } else {
            expected(rule.rates.size() == 1 && rule.is_reversible
                         ? "',' and the rate of the backward direction"
                         : "a keyword of the rule or the end of the line",
                     "keywords are TotalRate, DeleteMolecules, MoveConnected, include_reactants, "
                     "include_products, exclude_reactants, exclude_products");
            return false;
        }
    }
}

bool LineParser::rate(Rule& rule) {
    std::optional<Expression> rate =
        cursor_.looks_at_word("FunctionProduct") ? function_product() : expression("a rate");
    if (!rate) {
        return false;
    }
    rule.rates.push_back(std::move(*rate));
    return true;
}

/// FunctionProduct("f(x)","g(y)") is the product of two local functions: f(x)*g(y).
std::optional<Expression> LineParser::function_product() {
    const std::uint32_t begin = cursor_.at();
    cursor_.take_word("FunctionProduct");
    const Place keyword{begin, cursor_.at()};
    cursor_.skip_blanks();
    if (!cursor_.take("(")) {
        return expected("'('");
    }
    std::vector<ExpressionNode> nodes;
    for (int factor = 0; factor < 2; ++factor) {
        cursor_.skip_blanks();
        const char quote = cursor_.peek();
        if (quote != '"' && quote != '\'') {
            return expected("a function in quotes");
        }
        cursor_.skip();
        const std::uint32_t inside = cursor_.at();
        while (cursor_.at() < cursor_.end() && cursor_.peek() != quote) {
            cursor_.skip();
        }
        if (cursor_.at() >= cursor_.end()) {
            return fail("ERB-BNGL-0009", {inside - 1, inside}, "the string has no closing quote");
        }
        Outcome<Expression, Diagnostics> parsed =
            parse_expression(cursor_.source(), inside, cursor_.at());
        if (!parsed) {
            complaints_.append(parsed.error());
            return std::nullopt;
        }
        nodes.insert(nodes.end(), parsed.value().nodes().begin(), parsed.value().nodes().end());
        cursor_.skip();
        cursor_.skip_blanks();
        if (!cursor_.take(factor == 0 ? "," : ")")) {
            return expected(factor == 0 ? "','" : "')'");
        }
    }
    nodes.push_back({Op::multiply, 2, 0.0, {}, keyword.begin, keyword.end});
    return Expression{std::move(nodes), cursor_.source()};
}

bool LineParser::check_rates(const Rule& rule) {
    const bool has_arrhenius = rule.rates.front().nodes().back().op == Op::call &&
                               rule.rates.front().nodes().back().text == "Arrhenius";
    const Span first = rule.rates.front().span();
    if (rule.is_reversible && rule.rates.size() == 1 && !has_arrhenius) {
        fail("ERB-BNGL-0008", {line_.end, line_.end},
             "a reversible rule needs a second rate, for the backward direction",
             "write it after a comma, or use '->'");
        return false;
    }
    if (rule.is_reversible && rule.rates.size() == 2 && has_arrhenius) {
        const Span second = rule.rates[1].span();
        fail("ERB-BNGL-0008", {second.begin, second.end},
             "an Arrhenius rate holds for both directions; there is no second rate");
        return false;
    }
    if (!rule.is_reversible && rule.rates.size() == 2) {
        const Span second = rule.rates[1].span();
        fail("ERB-BNGL-0008", {second.begin, second.end}, "a rule with '->' has only one rate",
             "did you mean '<->'?");
        return false;
    }
    return first.end >= first.begin;
}

bool LineParser::filter(Rule& rule) {
    Filter filter;
    filter.keyword = *cursor_.take_word();
    const std::string& word = filter.keyword.text;
    if (word != "include_reactants" && word != "include_products" && word != "exclude_reactants" &&
        word != "exclude_products") {
        fail("ERB-BNGL-0010", filter.keyword.place, fmt::format("unknown keyword '{}'", word),
             "these are include_reactants, include_products, exclude_reactants, exclude_products");
        return false;
    }
    cursor_.skip_blanks();
    if (!cursor_.take("(")) {
        expected("'('");
        return false;
    }
    cursor_.skip_blanks();
    std::optional<Name> position = cursor_.take_index();
    if (!position) {
        expected("the number of a reactant or product, counted from 1");
        return false;
    }
    filter.position = std::move(*position);
    cursor_.skip_blanks();
    while (cursor_.take(",")) {
        std::optional<Pattern> next = pattern();
        if (!next) {
            return false;
        }
        filter.patterns.push_back(std::move(*next));
        cursor_.skip_blanks();
    }
    if (!cursor_.take(")")) {
        expected("',' or ')'");
        return false;
    }
    rule.filters.push_back(std::move(filter));
    return true;
}

}  // namespace erbium::lang::bngl

// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_rules.cpp: names, patterns, filters and the two directions of rules.
#include <fmt/format.h>

#include <charconv>
#include <unordered_set>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

bool bind_side(Context& context, const ast::File& file, const std::vector<ast::Pattern>& side,
               Patterns& bound) {
    bool is_right = true;
    for (const ast::Pattern& pattern : side) {
        std::optional<Pattern> one = bind_pattern(context, file, pattern, PatternUse::rule);
        if (one) {
            bound.push_back(std::move(*one));
        }
        is_right = is_right && one.has_value();
    }
    return is_right;
}

bool bind_filter(Context& context, const ast::File& file, const ast::Filter& filter, Rule& rule) {
    SpeciesFilter bound;
    bound.is_reactant = filter.keyword.text.ends_with("reactants");
    bound.includes = filter.keyword.text.starts_with("include");
    const std::size_t count = bound.is_reactant ? rule.reactants.size() : rule.products.size();
    const std::string& digits = filter.position.text;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bound.position);
    if (read.ec != std::errc{} || bound.position < 1 || bound.position > count) {
        context.error(38, file.span(filter.position.place),
                      fmt::format("the rule has no {} number {}",
                                  bound.is_reactant ? "reactant" : "product", digits),
                      count == 0 ? "" : fmt::format("they are numbered from 1 to {}", count));
        return false;
    }
    --bound.position;
    if (!bind_side(context, file, filter.patterns, bound.patterns)) {
        return false;
    }
    rule.filters.push_back(std::move(bound));
    return true;
}

/// The backward half: sides and filters change places.
Rule reversed(const Rule& forward) {
    Rule backward;
    backward.name = "_reverse_" + forward.name;
    backward.reactants = forward.products;
    backward.products = forward.reactants;
    backward.deletes_molecules = forward.deletes_molecules;
    backward.moves_connected = forward.moves_connected;
    backward.filters = forward.filters;
    for (SpeciesFilter& filter : backward.filters) {
        filter.is_reactant = !filter.is_reactant;
    }
    backward.span = forward.span;
    return backward;
}

class RuleNames {
public:
    explicit RuleNames(Context& context) : context_{context} {
        for (const ast::File& file : context.files) {
            for (const ast::Rule& rule : file.rules) {
                if (rule.label) {
                    given_.insert(rule.label->text);
                }
            }
        }
    }
    std::string name_of(const ast::File& file, const ast::Rule& rule) {
        if (!rule.label) {
            std::string name;
            do {
                name = fmt::format("R{}", ++unnamed_);
            } while (given_.count(name) > 0);
            return name;
        }
        if (!used_.insert(rule.label->text).second) {
            context_.error(11, file.span(rule.label->place),
                           fmt::format("'{}' is already the name of a rule", rule.label->text));
        }
        return rule.label->text;
    }

private:
    Context& context_;
    std::unordered_set<std::string> given_;
    std::unordered_set<std::string> used_;
    std::size_t unnamed_{};
};

void bind_rule(Context& context, const ast::File& file, const ast::Rule& rule, std::string name) {
    Rule forward;
    forward.name = std::move(name);
    forward.span = file.span(rule.place);
    forward.deletes_molecules = rule.deletes_molecules;
    forward.moves_connected = rule.moves_connected;
    const bool left_is_right = bind_side(context, file, rule.reactants, forward.reactants);
    if (!bind_side(context, file, rule.products, forward.products) || !left_is_right) {
        return;
    }
    bool is_right = true;
    for (const ast::Filter& filter : rule.filters) {
        is_right = bind_filter(context, file, filter, forward) && is_right;
    }
    Rule backward;
    if (rule.is_reversible) {
        backward = reversed(forward);
    }
    is_right = map_rule(context, forward) && is_right;
    if (rule.is_reversible && is_right) {
        is_right = map_rule(context, backward);
    }
    std::optional<RateLaw> rate =
        bind_rate(context, forward, rule.rates.front(), rule.is_total_rate);
    std::optional<RateLaw> backward_rate;
    if (rule.is_reversible) {
        backward_rate = bind_rate(context, backward, rule.rates.back(), rule.is_total_rate);
    }
    if (!is_right || !rate || (rule.is_reversible && !backward_rate)) {
        return;
    }
    forward.rate = std::move(*rate);
    std::vector<Rule>& rules = context.model.rules;
    const RuleId first = id_at<RuleId>(rules.size());
    if (rule.is_reversible) {
        backward.rate = std::move(*backward_rate);
        forward.reverse = RuleId{first.value + 1};
        backward.reverse = first;
    }
    rules.push_back(std::move(forward));
    if (rule.is_reversible) {
        rules.push_back(std::move(backward));
    }
}

}  // namespace

void bind_rules(Context& context) {
    RuleNames names{context};
    for (const ast::File& file : context.files) {
        for (const ast::Rule& rule : file.rules) {
            bind_rule(context, file, rule, names.name_of(file, rule));
        }
    }
}

}  // namespace erbium::model::binding

// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/rate_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "erbium/base/text.hpp"
#include "erbium/net/evaluate.hpp"

namespace erbium::net {
namespace {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

// Functions call functions; a circle would never end.
constexpr int kMaxDepth = 256;

ExpressionNode number_node(double value) {
    ExpressionNode node;
    node.number = value;
    return node;
}

ExpressionNode operator_node(Op op, std::uint32_t arity, std::string text = {}) {
    ExpressionNode node;
    node.op = op;
    node.arity = arity;
    node.text = std::move(text);
    return node;
}

void append(std::vector<ExpressionNode>& to, const std::vector<ExpressionNode>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

Expression expression_of(std::vector<ExpressionNode> nodes) {
    return Expression{std::move(nodes), nullptr};
}

std::string word_characters(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool is_word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (is_word) {
            out += c;
        }
    }
    return out;
}

}  // namespace

RateBook::RateBook(const model::Model& model, Network& network, Diagnostics& diagnostics)
    : model_{model}, network_{network}, diagnostics_{diagnostics} {
    for (const model::Parameter& parameter : model.parameters) {
        network.parameters.push_back({parameter.name, parameter.value});
        names_.insert(parameter.name);
    }
    for (std::uint32_t o = 0; o < model.observables.size(); ++o) {
        observables_.emplace(model.observables[o].name, o);
        names_.insert(model.observables[o].name);
    }
    for (std::uint32_t f = 0; f < model.functions.size(); ++f) {
        functions_.emplace(model.functions[f].name, f);
        names_.insert(model.functions[f].name);
    }
    for (const model::Function& function : model.functions) {
        if (function.arguments.empty()) {
            function_names_.insert(function.name);
            network.functions.push_back(
                {function.name,
                 Expression{expand(function.value.nodes(), {}, nullptr, nullptr, 0), nullptr}});
        }
    }
    for (const model::Rule& rule : model.rules) {
        network.rule_names.push_back(rule.name);
    }
    for (const model::EnergyPattern& energy : model.energy_patterns) {
        energies_.push_back(energy.energy.nodes());
    }
    auto values = evaluate_parameters(network.parameters);
    if (values) {
        for (std::size_t p = 0; p < network.parameters.size(); ++p) {
            values_[network.parameters[p].name] = values.value()[p];
        }
    } else {
        diagnostics.append(values.error());
    }
}

std::optional<double> RateBook::value_of(const Expression& expression) const {
    return evaluate(expression, [&](std::string_view name) -> std::optional<double> {
        const auto found = values_.find(std::string{name});
        return found == values_.end() ? std::nullopt : std::optional{found->second};
    });
}

std::string RateBook::unused_name(const std::string& base, std::uint32_t& next) {
    for (;;) {
        std::string name = base + std::to_string(next++);
        if (names_.insert(name).second) {
            return name;
        }
    }
}

bool RateBook::depends_on_state(const Nodes& nodes) const {
    return std::any_of(nodes.begin(), nodes.end(), [&](const ExpressionNode& node) {
        if (node.op == Op::name || (node.op == Op::call && node.arity == 0)) {
            return node.text == "time" || observables_.contains(node.text) ||
                   function_names_.contains(node.text);
        }
        return node.op == Op::call && (node.text == "tfun" || node.text == "TFUN");
    });
}

std::string RateBook::name_for(const Nodes& nodes, const std::string& base, std::uint32_t& next,
                               bool force_function) {
    const bool is_name = nodes.size() == 1 && (nodes[0].op == Op::name || nodes[0].op == Op::call);
    if (is_name && function_names_.contains(nodes[0].text)) {
        return nodes[0].text;
    }
    if (is_name && !force_function && values_.contains(nodes[0].text)) {
        return nodes[0].text;
    }
    std::string name = unused_name(base, next);
    if (force_function || depends_on_state(nodes)) {
        function_names_.insert(name);
        network_.functions.push_back({name, expression_of(nodes)});
    } else {
        network_.parameters.push_back({name, expression_of(nodes)});
        const std::optional<double> value = value_of(network_.parameters.back().value);
        if (value) {
            values_[name] = *value;
        }
    }
    return name;
}

RateLawId RateBook::intern(RateLaw law) {
    const auto [found, is_new] =
        laws_.try_emplace({law.kind, law.names}, id_at<RateLawId>(network_.rate_laws.size()));
    if (is_new) {
        network_.rate_laws.push_back(std::move(law));
    }
    return found->second;
}

RateLawId RateBook::elementary(const std::string& name) {
    return intern(
        {function_names_.contains(name) ? RateLawKind::function : RateLawKind::mass_action,
         {name}});
}

Expression RateBook::seed_amount(const model::SeedSpecies& seed) {
    if (seed.amount.is_constant() || seed.amount.is_reference()) {
        return seed.amount;
    }
    return Expression::reference(
        name_for(seed.amount.nodes(), "_InitialConc", next_amount_, false));
}

// Rewrites an expression so that it calls no function that has arguments: their bodies are put in
// place of the calls. Observables counted on a tag become "#k", k an index into `terms`.
RateBook::Nodes RateBook::expand(const Nodes& nodes, const Bindings& bindings,
                                 const model::Rule* rule, std::vector<LocalTerm>* terms,
                                 int depth) {
    std::vector<Nodes> stack;
    const Span where = rule != nullptr ? rule->rate.span : Span{};
    if (depth > kMaxDepth) {
        diagnostics_.error("ERB-NET-0004", where, "functions call each other in a circle");
        return {number_node(0.0)};
    }
    for (const ExpressionNode& node : nodes) {
        ERBIUM_CHECK(stack.size() >= node.arity, "an expression is in postorder");
        if (node.op == Op::name) {
            const auto bound = bindings.find(node.text);
            stack.push_back(bound != bindings.end() ? bound->second : Nodes{node});
            continue;
        }
        std::vector<Nodes> args(
            std::make_move_iterator(stack.end() - static_cast<std::ptrdiff_t>(node.arity)),
            std::make_move_iterator(stack.end()));
        stack.resize(stack.size() - node.arity);
        if (node.op == Op::call && node.arity > 0) {
            const auto function = functions_.find(node.text);
            const auto observable = observables_.find(node.text);
            if (function != functions_.end()) {
                const model::Function& callee = model_.functions[function->second];
                Bindings inner;
                for (std::size_t a = 0; a < callee.arguments.size() && a < args.size(); ++a) {
                    inner[callee.arguments[a]] = args[a];
                }
                stack.push_back(expand(callee.value.nodes(), inner, rule, terms, depth + 1));
                continue;
            }
            if (observable != observables_.end()) {
                if (rule == nullptr || terms == nullptr) {
                    diagnostics_.error("ERB-NET-0005", where,
                                       fmt::format("observable '{}' is counted on a tag outside "
                                                   "a rule",
                                                   node.text));
                    stack.push_back({number_node(0.0)});
                    continue;
                }
                Nodes sum;
                for (std::size_t a = 0; a < args.size(); ++a) {
                    append(sum,
                           expand_observable(observable->second, args[a], *rule, *terms, where));
                    if (a > 0) {
                        sum.push_back(operator_node(Op::add, 2));
                    }
                }
                stack.push_back(std::move(sum));
                continue;
            }
        }
        Nodes joined;
        for (const Nodes& arg : args) {
            append(joined, arg);
        }
        joined.push_back(node);
        stack.push_back(std::move(joined));
    }
    return stack.empty() ? Nodes{} : std::move(stack.back());
}

RateBook::Nodes RateBook::expand_observable(std::uint32_t observable, const Nodes& argument,
                                            const model::Rule& rule, std::vector<LocalTerm>& terms,
                                            const Span& at) {
    const std::string tag = argument.size() == 1 ? argument[0].text : std::string{};
    for (std::uint16_t p = 0; p < rule.reactants.size() && !tag.empty(); ++p) {
        const model::Pattern& pattern = rule.reactants[p];
        std::optional<LocalTerm> term;
        if (pattern.label == tag) {
            term = LocalTerm{observable, p, std::nullopt};
        }
        for (std::uint16_t m = 0; m < pattern.molecules.size(); ++m) {
            const model::MoleculePattern& molecule = pattern.molecules[m];
            bool is_tagged = molecule.label == tag;
            for (std::uint32_t i = 0; i < molecule.site_count; ++i) {
                is_tagged = is_tagged || pattern.sites[molecule.first_site + i].label == tag;
            }
            if (is_tagged) {
                term = LocalTerm{observable, p, m};
            }
        }
        if (term) {
            auto found = std::find(terms.begin(), terms.end(), *term);
            if (found == terms.end()) {
                found = terms.insert(terms.end(), *term);
            }
            ExpressionNode node;
            node.op = Op::name;
            node.text = fmt::format("#{}", found - terms.begin());
            return {node};
        }
    }
    diagnostics_.error("ERB-NET-0006", at,
                       fmt::format("rule '{}' counts observable '{}' on '{}', which is no tag of "
                                   "its reactants",
                                   rule.name, model_.observables[observable].name, tag));
    return {number_node(0.0)};
}

RuleRate RateBook::rule_rate(RuleId id) {
    const model::Rule& rule = model_.rules[id.value];
    const model::RateLaw& law = rule.rate;
    RuleRate out;
    out.is_total = law.is_total;
    switch (law.kind) {
        case model::RateLawKind::michaelis_menten:
        case model::RateLawKind::saturation:
        case model::RateLawKind::hill: {
            RateLaw made;
            made.kind = law.kind == model::RateLawKind::hill ? RateLawKind::hill
                        : law.kind == model::RateLawKind::saturation
                            ? RateLawKind::saturation
                            : RateLawKind::michaelis_menten;
            for (const Expression& arg : law.args) {
                made.names.push_back(name_for(expand(arg.nodes(), {}, &rule, &out.terms, 0),
                                              "_rateLaw", next_rate_law_, false));
            }
            out.law = intern(std::move(made));
            return out;
        }
        case model::RateLawKind::arrhenius:
            ERBIUM_CHECK(law.args.size() == 2, "an Arrhenius law has two arguments");
            out.uses_energy = true;
            out.is_reverse = rule.reverse && rule.reverse->value < id.value;
            out.phi = expand(law.args[0].nodes(), {}, &rule, &out.terms, 0);
            out.expression = expand(law.args[1].nodes(), {}, &rule, &out.terms, 0);
            // As in BioNetGen, both get a name of their own when they are not one already.
            if (out.terms.empty()) {
                std::uint32_t next = 1;
                out.phi = Expression::reference(name_for(out.phi, "_Aphi_", next, false)).nodes();
                next = 1;
                out.expression =
                    Expression::reference(name_for(out.expression, "_AEact0_", next, false))
                        .nodes();
            }
            return out;
        case model::RateLawKind::elementary:
            break;
    }
    ERBIUM_CHECK(!law.args.empty(), "a rule has a rate");
    Nodes nodes = expand(law.args[0].nodes(), {}, &rule, &out.terms, 0);
    if (out.terms.empty()) {
        out.law = elementary(name_for(nodes, "_rateLaw", next_rate_law_, law.is_total));
    } else {
        out.expression = std::move(nodes);
    }
    return out;
}

RateLawId RateBook::law_for(RuleId id, RuleRate& rate, const std::vector<double>& counts,
                            const std::vector<double>& energy_change) {
    std::string key;
    for (const double count : counts) {
        key += shortest(count) + ',';
    }
    if (rate.uses_energy) {
        key += '|';
        for (const double change : energy_change) {
            key += shortest(change) + ',';
        }
    }
    const auto found = rate.instances.find(key);
    if (found != rate.instances.end()) {
        return found->second;
    }
    const auto filled = [&](Nodes nodes) {
        for (ExpressionNode& node : nodes) {
            if (node.op == Op::name && node.text.starts_with('#')) {
                node =
                    number_node(counts[static_cast<std::size_t>(std::stoul(node.text.substr(1)))]);
            }
        }
        return nodes;
    };
    Nodes nodes = filled(rate.expression);
    if (rate.uses_energy) {
        // exp(-(Ea + phi * dG)), for the backward half exp(-(Ea + (1 - phi) * dG)), where dG is
        // the change of energy of the reaction as it runs.
        Nodes change;
        std::size_t terms = 0;
        for (std::size_t e = 0; e < energy_change.size(); ++e) {
            if (energy_change[e] == 0.0) {
                continue;
            }
            if (energy_change[e] == 1.0) {
                append(change, energies_[e]);
            } else if (energy_change[e] == -1.0) {
                append(change, energies_[e]);
                change.push_back(operator_node(Op::negate, 1));
            } else {
                change.push_back(number_node(energy_change[e]));
                append(change, energies_[e]);
                change.push_back(operator_node(Op::multiply, 2));
            }
            if (++terms > 1) {
                change.push_back(operator_node(Op::add, 2));
            }
        }
        if (terms > 0) {
            if (rate.is_reverse) {
                nodes.push_back(number_node(1.0));
            }
            append(nodes, filled(rate.phi));
            if (rate.is_reverse) {
                nodes.push_back(operator_node(Op::subtract, 2));
            }
            append(nodes, change);
            nodes.push_back(operator_node(Op::multiply, 2));
            nodes.push_back(operator_node(Op::add, 2));
        }
        nodes.push_back(operator_node(Op::negate, 1));
        nodes.push_back(operator_node(Op::call, 1, "exp"));
    }
    const std::string name =
        name_for(nodes, fmt::format("_{}_local", word_characters(model_.rules[id.value].name)),
                 rate.next_name, rate.is_total);
    const RateLawId law = elementary(name);
    rate.instances.emplace(std::move(key), law);
    return law;
}

}  // namespace erbium::net

// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_rates.cpp: what kind of rate law an expression is.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

struct NamedLaw {
    std::string_view name;
    RateLawKind kind;
    std::size_t fewest;
    std::size_t most;
    std::string_view usage;
};
constexpr std::array<NamedLaw, 4> kLaws{
    {{"MM", RateLawKind::michaelis_menten, 2, 2, "MM(kcat, Km)"},
     {"Sat", RateLawKind::saturation, 2, 64, "Sat(kcat, Km, ...)"},
     {"Hill", RateLawKind::hill, 3, 3, "Hill(Vmax, K, n)"},
     {"Arrhenius", RateLawKind::arrhenius, 2, 64, "Arrhenius(phi, Ea)"}}};

/// The arguments of the call at the root of an expression, each as an expression of its own.
std::vector<Expression> root_arguments(const Expression& call) {
    const std::vector<lang::ExpressionNode>& nodes = call.nodes();
    std::vector<Expression> arguments;
    std::size_t end = nodes.size() - 1;
    for (std::uint32_t i = 0; i < nodes.back().arity; ++i) {
        // Walk back over one operand: it is complete when as many values are made as wanted.
        std::size_t begin = end;
        std::size_t wanted = 1;
        while (wanted > 0) {
            --begin;
            wanted += nodes[begin].arity;
            --wanted;
        }
        arguments.emplace_back(
            std::vector<lang::ExpressionNode>(nodes.begin() + static_cast<std::ptrdiff_t>(begin),
                                              nodes.begin() + static_cast<std::ptrdiff_t>(end)),
            call.span().source);
        end = begin;
    }
    std::reverse(arguments.begin(), arguments.end());
    return arguments;
}

std::vector<std::string> labels_of(const Patterns& patterns) {
    std::vector<std::string> labels;
    for (const Pattern& pattern : patterns) {
        if (!pattern.label.empty()) {
            labels.push_back(pattern.label);
        }
        for (const MoleculePattern& molecule : pattern.molecules) {
            if (!molecule.label.empty()) {
                labels.push_back(molecule.label);
            }
        }
    }
    return labels;
}

bool uses_label(const Expression& rate, const std::vector<std::string>& labels) {
    return std::any_of(
        rate.nodes().begin(), rate.nodes().end(), [&](const lang::ExpressionNode& node) {
            return node.op == lang::Op::name &&
                   std::find(labels.begin(), labels.end(), node.text) != labels.end();
        });
}

bool check_law(Context& context, const Rule& rule, const NamedLaw& law, const Expression& rate) {
    const std::size_t arguments = rate.nodes().back().arity;
    const Span span = rate.span_of(rate.nodes().back());
    if (arguments < law.fewest || arguments > law.most) {
        context.error(
            39, span,
            fmt::format("'{}' has {} argument{}", law.name, arguments, arguments == 1 ? "" : "s"),
            fmt::format("it is written {}", law.usage));
        return false;
    }
    if (law.kind == RateLawKind::michaelis_menten && rule.reactants.size() != 2) {
        context.error(39, span, "a rule with the rate MM has two reactants",
                      "the substrate and the enzyme, in this order");
        return false;
    }
    if (law.kind == RateLawKind::saturation && arguments > rule.reactants.size() + 1) {
        context.error(39, span, "'Sat' has more saturation constants than the rule has reactants");
        return false;
    }
    return true;
}

}  // namespace

std::optional<RateLaw> bind_rate(Context& context, const Rule& rule, const Expression& rate,
                                 bool is_total) {
    RateLaw bound;
    bound.is_total = is_total;
    bound.span = rate.span();
    const lang::ExpressionNode& root = rate.nodes().back();
    const auto* const law = std::find_if(kLaws.begin(), kLaws.end(), [&](const NamedLaw& known) {
        return root.op == lang::Op::call && known.name == root.text;
    });
    if (law == kLaws.end()) {
        bound.args.push_back(rate);
    } else {
        if (!check_law(context, rule, *law, rate)) {
            return std::nullopt;
        }
        if (is_total) {
            context.error(41, bound.span,
                          fmt::format("TotalRate and {} exclude each other", law->name));
            return std::nullopt;
        }
        bound.kind = law->kind;
        bound.args = root_arguments(rate);
    }
    const std::vector<std::string> labels = labels_of(rule.reactants);
    bool is_right = true;
    for (const Expression& argument : bound.args) {
        is_right =
            check_expression(context, argument, {.what = "a rate", .labels = &labels}) && is_right;
    }
    if (is_right && is_total && uses_label(rate, labels)) {
        context.error(41, bound.span, "TotalRate and local functions exclude each other");
        return std::nullopt;
    }
    return is_right ? std::optional<RateLaw>{std::move(bound)} : std::nullopt;
}

}  // namespace erbium::model::binding

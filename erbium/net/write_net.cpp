// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/write_net.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "erbium/base/text.hpp"

namespace erbium::net {
namespace {

using Out = std::back_insert_iterator<std::string>;

void write_parameters(const Network& network, Out out) {
    std::size_t width = 0;
    for (const Parameter& parameter : network.parameters) {
        width = std::max(width, parameter.name.size());
    }
    fmt::format_to(out, "begin parameters\n");
    std::size_t index = 0;
    for (const Parameter& parameter : network.parameters) {
        fmt::format_to(out, "{:5} {:<{}}  {}  # {}\n", ++index, parameter.name, width,
                       parameter.value.text(),
                       parameter.value.is_constant() ? "Constant" : "ConstantExpression");
    }
    fmt::format_to(out, "end parameters\n");
}

void write_functions(const Network& network, Out out) {
    if (network.functions.empty()) {
        return;
    }
    fmt::format_to(out, "begin functions\n");
    std::size_t index = 0;
    for (const Function& function : network.functions) {
        fmt::format_to(out, "{:5} {}() {}\n", ++index, function.name, function.value.text());
    }
    fmt::format_to(out, "end functions\n");
}

void write_species(const Network& network, Out out) {
    fmt::format_to(out, "begin species\n");
    for (std::uint32_t s = 0; s < network.species_count(); ++s) {
        const SpeciesId id{s};
        std::string_view text = network.species_text(id);
        std::string_view place;
        const std::size_t colons = text.find("::");
        if (text.starts_with('@') && colons != std::string_view::npos) {
            place = text.substr(0, colons + 2);
            text.remove_prefix(colons + 2);
        }
        fmt::format_to(out, "{:5} {}{}{} {}\n", s + 1, place, network.is_fixed(id) ? "$" : "",
                       text, network.initial_amount(id).text());
    }
    fmt::format_to(out, "end species\n");
}

void write_members(std::span<const SpeciesId> members, Out out) {
    if (members.empty()) {
        fmt::format_to(out, "0");
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        fmt::format_to(out, "{}{}", i == 0 ? "" : ",", members[i].value + 1);
    }
}

std::string_view law_word(RateLawKind kind) {
    switch (kind) {
        case RateLawKind::michaelis_menten:
            return "MM ";
        case RateLawKind::saturation:
            return "Sat ";
        case RateLawKind::hill:
            return "Hill ";
        case RateLawKind::mass_action:
        case RateLawKind::function:
        case RateLawKind::function_product:
            break;
    }
    return "";
}

void write_reactions(const Network& network, Out out) {
    fmt::format_to(out, "begin reactions\n");
    for (std::uint32_t r = 0; r < network.reaction_count(); ++r) {
        const ReactionId id{r};
        fmt::format_to(out, "{:5} ", r + 1);
        write_members(network.reactants(id), out);
        fmt::format_to(out, " ");
        write_members(network.products(id), out);
        fmt::format_to(out, " ");
        if (network.factor(id) != 1.0) {
            fmt::format_to(out, "{}*", shortest(network.factor(id)));
        }
        const RateLaw& law = network.rate_law(id);
        fmt::format_to(out, "{}{}", law_word(law.kind), fmt::join(law.names, " "));
        const bool has_rule = network.rule(id) != Network::kNoRule;
        if (has_rule || law.kind == RateLawKind::function_product) {
            fmt::format_to(out, " #");
        }
        if (has_rule) {
            fmt::format_to(out, "{}", network.rule_names[network.rule(id).value]);
        }
        if (law.kind == RateLawKind::function_product) {
            fmt::format_to(out, " total_rate");
        }
        fmt::format_to(out, "\n");
    }
    fmt::format_to(out, "end reactions\n");
}

void write_groups(const Network& network, Out out) {
    if (network.observables.empty()) {
        return;
    }
    fmt::format_to(out, "begin groups\n");
    std::size_t index = 0;
    for (const Observable& observable : network.observables) {
        fmt::format_to(out, "{:5} {:<20} ", ++index, observable.name);
        bool is_first = true;
        for (const ObservableTerm& term : observable.terms) {
            fmt::format_to(out, "{}", is_first ? "" : ",");
            is_first = false;
            if (term.weight != 1.0) {
                fmt::format_to(out, "{}*", shortest(term.weight));
            }
            fmt::format_to(out, "{}", term.species.value + 1);
        }
        fmt::format_to(out, "\n");
    }
    fmt::format_to(out, "end groups\n");
}

}  // namespace

std::string write_net(const Network& network) {
    std::string text = "# Created by Erbium\n";
    const Out out{text};
    write_parameters(network, out);
    write_functions(network, out);
    write_species(network, out);
    write_reactions(network, out);
    write_groups(network, out);
    return text;
}

}  // namespace erbium::net

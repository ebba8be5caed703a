// SPDX-License-Identifier: Apache-2.0
#include "species_parser.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "erbium/net/canonical.hpp"

namespace erbium::net::test {
namespace {

class Parser {
public:
    Parser(std::string_view text, const model::Model& model, const TypeTable& types)
        : text_{text}, model_{model}, types_{types} {}

    std::optional<SpeciesGraph> run() {
        std::uint16_t place = kNone;
        if (take('@')) {
            place = compartment();
            while (take(':')) {
            }
        }
        take('$');
        do {
            if (!molecule(place)) {
                return std::nullopt;
            }
        } while (take('.'));
        if (at_ != text_.size()) {
            return std::nullopt;
        }
        for (const auto& [label, ends] : bonds_) {
            if (ends.size() != 2) {
                return std::nullopt;
            }
            graph_.add_bond(ends[0], ends[1]);
        }
        return std::move(graph_);
    }

private:
    bool take(char c) {
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }

    std::string_view word() {
        const std::size_t begin = at_;
        const auto is_word = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_';
        };
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    std::uint16_t compartment() {
        const std::string_view name = word();
        for (std::size_t c = 0; c < model_.compartments.size(); ++c) {
            if (model_.compartments[c].name == name) {
                return static_cast<std::uint16_t>(c);
            }
        }
        return kNone;
    }

    bool molecule(std::uint16_t place) {
        const std::string_view name = word();
        const auto type = std::find_if(model_.molecule_types.begin(), model_.molecule_types.end(),
                                       [&](const auto& t) { return t.name == name; });
        if (type == model_.molecule_types.end()) {
            return false;
        }
        const auto t = static_cast<std::uint16_t>(type - model_.molecule_types.begin());
        const std::uint16_t m = graph_.add_molecule(t, place, types_.site_count(t));
        const std::uint16_t first = graph_.molecule(m).first_site;
        std::vector<std::uint8_t> is_used(type->sites.size());
        const auto compartment_suffix = [&] {
            if (take('@')) {
                graph_.set_compartment(m, compartment());
            }
        };
        compartment_suffix();
        if (take('(')) {
            while (!take(')')) {
                const std::string_view site_name = word();
                std::size_t s = 0;
                while (s < is_used.size() &&
                       (is_used[s] != 0 || type->sites[s].name != site_name)) {
                    ++s;
                }
                if (s == is_used.size()) {
                    return false;
                }
                is_used[s] = 1;
                const auto site = static_cast<std::uint16_t>(first + s);
                for (;;) {
                    if (take('~')) {
                        const std::string_view state = word();
                        const auto& states = type->sites[s].states;
                        const auto found = std::find(states.begin(), states.end(), state);
                        if (found == states.end()) {
                            return false;
                        }
                        graph_.set_state(site, static_cast<std::uint16_t>(found - states.begin()));
                    } else if (take('!')) {
                        bonds_[std::string{word()}].push_back(site);
                    } else {
                        break;
                    }
                }
                take(',');
                if (at_ >= text_.size()) {
                    return false;
                }
            }
        }
        compartment_suffix();
        return true;
    }

    std::string_view text_;
    std::size_t at_{};
    const model::Model& model_;
    const TypeTable& types_;
    SpeciesGraph graph_;
    std::map<std::string, std::vector<std::uint16_t>> bonds_;
};

}  // namespace

std::optional<SpeciesGraph> parse_species(std::string_view text, const model::Model& model,
                                          const TypeTable& types) {
    return Parser{text, model, types}.run();
}

std::vector<std::uint16_t> canonical_words(std::string_view text, const model::Model& model,
                                           const TypeTable& types) {
    std::vector<std::uint16_t> words;
    const std::optional<SpeciesGraph> graph = parse_species(text, model, types);
    if (graph) {
        std::vector<std::uint16_t> members(graph->molecule_count());
        std::iota(members.begin(), members.end(), std::uint16_t{0});
        Canonicalizer{types}.encode(*graph, members, words);
    }
    return words;
}

}  // namespace erbium::net::test

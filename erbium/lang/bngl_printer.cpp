// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_printer.cpp: every declaration as one line of text.
#include "erbium/lang/bngl_printer.hpp"

#include <algorithm>
#include <string_view>

namespace erbium::lang::bngl {
namespace {

std::string_view symbol(Op relation) {
    switch (relation) {
        case Op::not_equal:
            return "!=";
        case Op::less:
            return "<";
        case Op::less_equal:
            return "<=";
        case Op::greater:
            return ">";
        case Op::greater_equal:
            return ">=";
        default:
            return "==";
    }
}

class Printer {
public:
    std::string take() { return std::move(out_); }

    void file(const File& file) {
        actions(file, true);
        out_ += "begin model\n";
        block("parameters", file.parameters, false);
        block("compartments", file.compartments, false);
        block("molecule types", file.molecule_types, file.has_molecule_types);
        block("seed species", file.seeds, false);
        block("observables", file.observables, false);
        block("functions", file.functions, false);
        block("energy patterns", file.energy_patterns, false);
        block("reaction rules", file.rules, false);
        block("protocol", file.protocol, false);
        out_ += "end model\n";
        actions(file, false);
    }

    void item(const Pattern& pattern) {
        if (pattern.molecules.empty()) {
            out_ += '0';
        }
        if (pattern.is_match_once) {
            out_ += "{MatchOnce}";
        }
        if (pattern.is_fixed) {
            out_ += '$';
        }
        if (pattern.label) {
            out_ += '%' + pattern.label->text;
        }
        if (pattern.compartment) {
            out_ += '@' + pattern.compartment->text;
        }
        if (pattern.label || pattern.compartment) {
            out_ += ':';
        }
        std::string_view separator;
        for (const Molecule& one : pattern.molecules) {
            out_ += separator;
            molecule(one);
            separator = ".";
        }
        if (pattern.count) {
            out_ += symbol(pattern.count->relation);
            out_ += pattern.count->count.text;
        }
    }

    void item(const Rule& rule) {
        if (rule.label) {
            out_ += rule.label->text + ": ";
        }
        side(rule.reactants);
        out_ += rule.is_reversible ? " <-> " : " -> ";
        side(rule.products);
        std::string_view separator = " ";
        for (const Expression& rate : rule.rates) {
            out_ += separator;
            out_ += rate.text();
            separator = ", ";
        }
        out_ += rule.is_total_rate ? " TotalRate" : "";
        out_ += rule.deletes_molecules ? " DeleteMolecules" : "";
        out_ += rule.moves_connected ? " MoveConnected" : "";
        for (const Filter& filter : rule.filters) {
            out_ += ' ' + filter.keyword.text + '(' + filter.position.text;
            for (const Pattern& pattern : filter.patterns) {
                out_ += ',';
                item(pattern);
            }
            out_ += ')';
        }
    }

private:
    void side(const std::vector<Pattern>& patterns) {
        if (patterns.empty()) {
            out_ += '0';
        }
        list(patterns, " + ");
    }

    template <class T>
    void block(std::string_view name, const std::vector<T>& items, bool even_if_empty) {
        if (items.empty() && !even_if_empty) {
            return;
        }
        out_ += "begin ";
        out_ += name;
        out_ += '\n';
        for (const T& one : items) {
            out_ += "  ";
            item(one);
            out_ += '\n';
        }
        out_ += "end ";
        out_ += name;
        out_ += '\n';
    }

    void molecule(const Molecule& molecule) {
        out_ += molecule.name.text;
        if (molecule.label) {
            out_ += '%' + molecule.label->text;
        }
        out_ += '(';
        std::string_view separator;
        for (const Site& site : molecule.sites) {
            out_ += separator;
            separator = ",";
            out_ += site.name.text;
            for (const Name& state : site.states) {
                out_ += '~' + state.text;
            }
            if (site.label) {
                out_ += '%' + site.label->text;
            }
            for (const Bond& bond : site.bonds) {
                out_ += '!';
                out_ += bond.kind == Bond::Kind::any        ? "+"
                        : bond.kind == Bond::Kind::whatever ? "?"
                                                            : bond.label;
            }
        }
        out_ += ')';
        if (molecule.compartment) {
            out_ += '@' + molecule.compartment->text;
        }
    }

    void list(const std::vector<Pattern>& patterns, std::string_view between) {
        std::string_view separator;
        for (const Pattern& pattern : patterns) {
            out_ += separator;
            item(pattern);
            separator = between;
        }
    }

    void item(const Parameter& parameter) {
        out_ += parameter.name.text + ' ' + parameter.value.text();
    }
    void item(const Compartment& compartment) {
        out_ += compartment.name.text + ' ' + compartment.dimension.text + ' ' +
                compartment.size.text();
        if (compartment.outside) {
            out_ += ' ' + compartment.outside->text;
        }
    }
    void item(const MoleculeType& type) {
        molecule(type.molecule);
        out_ += type.is_population ? " population" : "";
    }
    void item(const Seed& seed) {
        item(seed.species);
        out_ += ' ' + seed.amount.text();
    }
    void item(const Observable& observable) {
        out_ += observable.kind.text + ' ' + observable.name.text + ' ';
        list(observable.patterns, ", ");
    }
    void item(const Function& function) {
        out_ += function.name.text + '(';
        std::string_view separator;
        for (const Name& argument : function.arguments) {
            out_ += separator;
            out_ += argument.text;
            separator = ", ";
        }
        out_ += ") = " + function.value.text();
    }
    void item(const EnergyPattern& energy) {
        item(energy.pattern);
        out_ += ' ' + energy.energy.text();
    }

    /// Settings must stand before the model, everything else after it.
    void actions(const File& file, bool are_settings) {
        for (const Action& action : file.actions) {
            const bool is_setting =
                action.name.text == "setOption" || action.name.text == "version" ||
                action.name.text == "setModelName" || action.name.text == "substanceUnits";
            if (is_setting == are_settings) {
                item(action);
                out_ += '\n';
            }
        }
    }
    void item(const Action& action) {
        out_ += action.name.text + '(';
        bool is_open = false;
        std::string_view separator;
        for (const ActionArgument& argument : action.arguments) {
            if (is_open && !argument.name) {
                out_ += '}';
                is_open = false;
            }
            out_ += separator;
            if (argument.name && !is_open) {
                out_ += '{';
                is_open = true;
            }
            this->argument(argument);
            separator = ",";
        }
        out_ += is_open ? "})" : ")";
    }
    void argument(const ActionArgument& argument) {
        if (argument.name) {
            out_ += argument.name->text + "=>";
        }
        // A positional `{...}` would be read as options, so only a named list becomes a hash.
        const bool is_hash =
            argument.is_list && argument.name && !argument.values.empty() &&
            std::all_of(argument.values.begin(), argument.values.end(), [](const Name& value) {
                return value.text.find("=>") != std::string::npos;
            });
        out_ += !argument.is_list ? "" : is_hash ? "{" : "[";
        std::string_view separator;
        for (const Name& value : argument.values) {
            out_ += separator;
            separator = ",";
            if (is_hash) {
                const std::size_t arrow = arrow_between(value.text);
                scalar(value.text.substr(0, arrow), true);
                out_ += "=>";
                scalar(value.text.substr(arrow + 2), false);
            } else {
                scalar(value.text, false);
            }
        }
        out_ += !argument.is_list ? "" : is_hash ? "}" : "]";
    }
    /// The "=>" that parts key and value: the first whose sides can both be put in quotes.
    static std::size_t arrow_between(std::string_view text) {
        const auto is_quotable = [](std::string_view part) {
            return part.find('"') == std::string_view::npos ||
                   part.find('\'') == std::string_view::npos;
        };
        const std::size_t first = text.find("=>");
        for (std::size_t at = first; at != std::string_view::npos; at = text.find("=>", at + 2)) {
            if (is_quotable(text.substr(0, at)) && is_quotable(text.substr(at + 2))) {
                return at;
            }
        }
        return first;
    }
    /// Arithmetic stands as it is, everything else in quotes.
    void scalar(const std::string& value, bool always_quoted) {
        const bool is_plain = !always_quoted && !value.empty() &&
                              value.find_first_not_of("0123456789.eE+-*/") == std::string::npos;
        const char quote = value.find('"') == std::string::npos ? '"' : '\'';
        out_ += is_plain ? value : quote + value + quote;
    }

    std::string out_;
};

}  // namespace

std::string print(const File& file) {
    Printer printer;
    printer.file(file);
    return printer.take();
}

std::string print(const Pattern& pattern) {
    Printer printer;
    printer.item(pattern);
    return printer.take();
}

std::string print(const Rule& rule) {
    Printer printer;
    printer.item(rule);
    return printer.take();
}

}  // namespace erbium::lang::bngl

// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"
#include "erbium/sbml/algebra.hpp"
#include "erbium/sbml/law_expression.hpp"
#include "erbium/sbml/write_math.hpp"

namespace erbium::sbml {
namespace {

using net::Network;
using net::NetworkEvent;

constexpr std::string_view kCompartment = "system";

bool is_id(std::string_view text) noexcept {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.empty() && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string made_id(std::string_view text) {
    std::string id;
    for (const char c : text) {
        id += is_id(std::string("a") + c) ? c : '_';
    }
    return is_id(id) ? id : "_" + id;
}

std::string attribute(std::string_view name, std::string_view value) {
    return value.empty() ? std::string{} : fmt::format(" {}=\"{}\"", name, xml_escaped(value));
}

std::string notes(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        if (!line.empty()) {
            text += fmt::format("<p>{}</p>", xml_escaped(line));
        }
    }
    return text.empty()
               ? text
               : "<notes><body xmlns=\"http://www.w3.org/1999/xhtml\">" + text + "</body></notes>";
}

class Exporter {
public:
    Exporter(const Network& network, const ExportOptions& options)
        : network_{network}, options_{options} {
        choose_places();
        if (has_own_place_) {
            ids_.insert(std::string{kCompartment});
        }
        for (const auto& parameter : network.parameters) {
            take_id(parameter.name);
        }
        for (const auto& function : network.functions) {
            take_id(function.name);
        }
        for (const model::Compartment& compartment : options.compartments) {
            compartment_ids_.push_back(take_id("@c " + compartment.name, compartment.name));
        }
        choose_species_ids();
        find_what_events_change();
    }

    Outcome<std::string, Diagnostics> write() {
        refuse_algebraic_states();
        const std::string compartments = list("listOfCompartments", compartment_elements());
        const std::string species = list("listOfSpecies", species_elements());
        const std::string parameters = list("listOfParameters", parameter_elements());
        const std::string initial = list("listOfInitialAssignments", initial_assignments());
        const std::string rules = list("listOfRules", rule_elements());
        const std::string reactions = list("listOfReactions", reaction_elements());
        const std::string events = list("listOfEvents", event_elements());
        const std::string time_unit = unit_id(options_.time_unit);
        const std::string amount_unit = unit_id(options_.amount_unit);
        if (diagnostics_.has_errors()) {
            return std::move(diagnostics_);
        }
        return fmt::format(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" level=\"3\" "
            "version=\"2\">\n<model id=\"{}\"{}{}{}{}>\n{}{}{}{}{}{}{}{}{}</model>\n</sbml>\n",
            made_id(options_.id), attribute("name", options_.name),
            attribute("timeUnits", time_unit), attribute("substanceUnits", amount_unit),
            attribute("extentUnits", amount_unit), notes(options_.notes),
            list("listOfUnitDefinitions", unit_definitions_), compartments, species, parameters,
            initial, rules, reactions, events);
    }

private:
    std::string take_id(const std::string& name, std::string_view wanted = {}) {
        const std::string base = made_id(wanted.empty() ? name : wanted);
        std::string id = base;
        for (int n = 2; !ids_.insert(id).second; ++n) {
            id = fmt::format("{}_{}", base, n);
        }
        id_of_name_.emplace(name, id);
        return id;
    }

    /// The compartment that a species' text begins with, `@C::`; none: everything else's.
    [[nodiscard]] std::optional<std::size_t> place_of(std::string_view species) const {
        const std::size_t end = species.find("::");
        if (!species.starts_with('@') || end == std::string_view::npos) {
            return std::nullopt;
        }
        const auto& all = options_.compartments;
        const auto at = std::find_if(all.begin(), all.end(), [&](const model::Compartment& c) {
            return c.name == species.substr(1, end - 1);
        });
        return at == all.end()
                   ? std::nullopt
                   : std::optional<std::size_t>{static_cast<std::size_t>(at - all.begin())};
    }

    void choose_places() {
        has_own_place_ = options_.compartments.empty();
        for (std::uint32_t s = 0; s < network_.species_count(); ++s) {
            places_.push_back(place_of(network_.species_text(SpeciesId{s})));
            has_own_place_ = has_own_place_ || !places_.back();
        }
    }

    /// An observable that is one species by itself needs no rule: it is that species' id.
    void choose_species_ids() {
        species_ids_.resize(network_.species_count());
        is_alias_.resize(network_.observables.size());
        for (std::size_t o = 0; o < network_.observables.size(); ++o) {
            const net::Observable& observable = network_.observables[o];
            const bool is_one =
                observable.terms.size() == 1 && observable.terms.front().weight == 1.0;
            if (is_one && species_ids_[observable.terms.front().species.value].empty() &&
                !ids_.contains(made_id(observable.name))) {
                is_alias_[o] = 1;
                species_ids_[observable.terms.front().species.value] = take_id(observable.name);
            } else {
                take_id(observable.name);
            }
        }
        for (std::uint32_t s = 0; s < network_.species_count(); ++s) {
            const std::string_view text = network_.species_text(SpeciesId{s});
            const std::string key = species_name(SpeciesId{s});
            if (species_ids_[s].empty()) {
                const bool can_keep = is_id(text) && !ids_.contains(std::string{text});
                species_ids_[s] =
                    take_id(key, can_keep ? std::string{text} : fmt::format("s{}", s + 1));
            } else {
                id_of_name_.emplace(key, species_ids_[s]);
            }
        }
    }

    /// Parameters derived from what an event changes follow it: they become rules.
    void find_what_events_change() {
        is_event_target_.resize(network_.species_count());
        for (const NetworkEvent& event : network_.events) {
            for (const auto& assignment : event.assignments) {
                if (const auto* s = std::get_if<SpeciesId>(&assignment.target)) {
                    is_event_target_[s->value] = 1;
                } else {
                    changed_.insert(
                        network_.parameters[std::get<ParameterId>(assignment.target).value].name);
                }
            }
        }
        for (bool is_new = !changed_.empty(); is_new;) {
            is_new = false;
            for (const net::Parameter& parameter : network_.parameters) {
                const std::vector<std::string> used = names_in(parameter.value);
                const bool follows = std::any_of(
                    used.begin(), used.end(), [&](const auto& n) { return changed_.contains(n); });
                is_new = (follows && changed_.insert(parameter.name).second) || is_new;
            }
        }
    }

    static std::string list(std::string_view name, const std::string& elements) {
        return elements.empty() ? std::string{}
                                : fmt::format("<{}>\n{}</{}>\n", name, elements, name);
    }

    std::string math(const lang::Expression& e, MathKind kind = MathKind::number) {
        return math_element(
            e, kind,
            [this](const std::string& name) {
                const auto at = id_of_name_.find(name);
                return at == id_of_name_.end() ? std::string{} : at->second;
            },
            diagnostics_);
    }

    [[nodiscard]] const Remark& remark_of(const std::string& name) const {
        static const Remark none;
        const auto at = options_.remarks.find(name);
        return at == options_.remarks.end() ? none : at->second;
    }

    /// The id of a unit's definition; empty for what base/units.hpp does not know.
    std::string unit_id(const std::string& text) {
        if (text.empty()) {
            return {};
        }
        const auto [at, is_new] = units_.try_emplace(text);
        const Outcome<Unit, UnitProblem> unit = parse_unit(text);
        if (!is_new || !unit) {
            return at->second;
        }
        at->second = fmt::format("unit_{}", units_.size());
        const Dimension d = unit.value().dimension();
        const double factor = converted(1.0, unit.value(), Unit{d, 1.0, 0});
        struct Part {
            std::string_view kind;
            int exponent;
        };
        const std::array<Part, 5> parts{{{"second", d.time},
                                         {"mole", d.substance},
                                         {"gram", d.mass},
                                         {"metre", d.length},
                                         {"item", d.copies}}};
        unit_definitions_ += fmt::format("<unitDefinition id=\"{}\" name=\"{}\"><listOfUnits>",
                                         at->second, xml_escaped(text));
        if (factor != 1.0 || d == Dimension{}) {
            unit_definitions_ += fmt::format(
                "<unit kind=\"dimensionless\" exponent=\"1\" scale=\"0\" multiplier=\"{}\"/>",
                shortest(factor));
        }
        for (const Part& part : parts) {
            if (part.exponent != 0) {
                unit_definitions_ +=
                    fmt::format("<unit kind=\"{}\" exponent=\"{}\" scale=\"0\" multiplier=\"1\"/>",
                                part.kind, part.exponent);
            }
        }
        unit_definitions_ += "</listOfUnits></unitDefinition>\n";
        return at->second;
    }

    /// @param own_unit  its unit where no remark gives one
    std::string parameter(const std::string& name, const std::string& value, bool is_constant,
                          const std::string& own_unit = {}) {
        const Remark& remark = remark_of(name);
        const std::string& id = id_of_name_.at(name);
        const std::string title = !remark.title.empty() ? remark.title : (id == name ? "" : name);
        std::vector<std::string> lines = remark.lines;
        const std::string unit = unit_id(remark.unit.empty() ? own_unit : remark.unit);
        if (unit.empty() && !remark.unit.empty()) {
            lines.insert(lines.begin(), "Unit: " + remark.unit);
        }
        return fmt::format("<parameter id=\"{}\"{}{}{} constant=\"{}\">{}</parameter>\n", id,
                           attribute("name", title), attribute("value", value),
                           attribute("units", unit), is_constant, notes(lines));
    }

    /// As XML Schema spells doubles.
    static std::string value_text(double value) {
        const std::string text = shortest(value);
        return text == "nan" ? "NaN" : (text == "inf" ? "INF" : (text == "-inf" ? "-INF" : text));
    }

    std::string parameter_elements() {
        std::string out;
        for (const net::Parameter& p : network_.parameters) {
            const bool is_number = p.value.is_constant();
            out += parameter(p.name, is_number ? value_text(p.value.nodes().front().number) : "",
                             !changed_.contains(p.name));
        }
        for (const net::Function& f : network_.functions) {
            out += parameter(f.name, "", false);
        }
        for (std::size_t o = 0; o < network_.observables.size(); ++o) {
            if (is_alias_[o] == 0) {
                out += parameter(network_.observables[o].name, "", false, options_.amount_unit);
            }
        }
        return out;
    }

    std::string compartment_elements() {
        std::string out;
        if (has_own_place_) {
            out += fmt::format(
                "<compartment id=\"{}\" spatialDimensions=\"3\" size=\"1\"{} "
                "constant=\"true\">{}</compartment>\n",
                kCompartment,
                unit_id(options_.amount_unit).empty() ? "" : " units=\"dimensionless\"",
                notes({"All species are amounts; rate constants hold volumes where they matter."}));
        }
        for (std::size_t c = 0; c < options_.compartments.size(); ++c) {
            const model::Compartment& compartment = options_.compartments[c];
            const std::string& id = compartment_ids_[c];
            std::vector<std::string> lines;
            if (compartment.outside) {
                lines.push_back(fmt::format(
                    "Inside {}.", options_.compartments[compartment.outside->value].name));
            }
            if (compartment.dimension == 2) {
                lines.emplace_back("A surface; its size is area times thickness, as BNGL has it.");
            }
            lines.emplace_back("Species are amounts; rate laws hold this size as a number.");
            out += fmt::format(
                "<compartment id=\"{}\"{} spatialDimensions=\"{}\"{} "
                "constant=\"true\">{}</compartment>\n",
                id, attribute("name", id == compartment.name ? "" : compartment.name),
                compartment.dimension,
                attribute("size", compartment.size.is_constant()
                                      ? value_text(compartment.size.nodes().front().number)
                                      : ""),
                notes(lines));
        }
        return out;
    }

    std::string species_elements() {
        std::string out;
        for (std::uint32_t s = 0; s < network_.species_count(); ++s) {
            const SpeciesId id{s};
            const lang::Expression& amount = network_.initial_amount(id);
            const std::string_view text = network_.species_text(id);
            const bool is_fixed = network_.is_fixed(id);
            out += fmt::format(
                "<species id=\"{}\"{} compartment=\"{}\"{} hasOnlySubstanceUnits=\"true\" "
                "boundaryCondition=\"{}\" constant=\"{}\"/>\n",
                species_ids_[s], attribute("name", species_ids_[s] == text ? "" : text),
                places_[s] ? compartment_ids_[*places_[s]] : kCompartment,
                attribute("initialAmount",
                          amount.is_constant() ? value_text(amount.nodes().front().number) : ""),
                is_fixed, is_fixed && is_event_target_[s] == 0);
        }
        return out;
    }

    std::string initial_assignment(const std::string& id, const lang::Expression& value) {
        return fmt::format("<initialAssignment symbol=\"{}\">{}</initialAssignment>\n", id,
                           math(value));
    }

    std::string initial_assignments() {
        std::string out;
        for (std::uint32_t s = 0; s < network_.species_count(); ++s) {
            const lang::Expression& amount = network_.initial_amount(SpeciesId{s});
            if (!amount.is_constant()) {
                out += initial_assignment(species_ids_[s], amount);
            }
        }
        for (std::size_t c = 0; c < options_.compartments.size(); ++c) {
            if (const lang::Expression& size = options_.compartments[c].size; !size.is_constant()) {
                out += initial_assignment(compartment_ids_[c], size);
            }
        }
        for (const net::Parameter& p : network_.parameters) {
            if (!p.value.is_constant() && !follows_events(p)) {
                out += initial_assignment(id_of_name_.at(p.name), p.value);
            }
        }
        return out;
    }

    [[nodiscard]] bool follows_events(const net::Parameter& p) const {
        return !p.value.is_constant() && changed_.contains(p.name);
    }

    std::string rule(const std::string& name, const lang::Expression& value) {
        return fmt::format("<assignmentRule variable=\"{}\">{}</assignmentRule>\n",
                           id_of_name_.at(name), math(value));
    }

    std::string rule_elements() {
        std::string out;
        for (const net::Parameter& p : network_.parameters) {
            if (follows_events(p)) {
                out += rule(p.name, p.value);
            }
        }
        for (const net::Function& f : network_.functions) {
            out += rule(f.name, f.value);
        }
        for (std::size_t o = 0; o < network_.observables.size(); ++o) {
            if (is_alias_[o] == 0) {
                out += rule(network_.observables[o].name, sum_of(network_.observables[o]));
            }
        }
        return out;
    }

    static lang::Expression sum_of(const net::Observable& observable) {
        std::vector<lang::ExpressionNode> nodes;
        const auto push = [&](lang::Op op, std::uint32_t arity, double value, std::string text) {
            nodes.push_back({.op = op, .arity = arity, .number = value, .text = std::move(text)});
        };
        if (observable.terms.empty()) {
            return number(0.0);
        }
        bool is_first = true;
        for (const net::ObservableTerm& term : observable.terms) {
            if (term.weight != 1.0) {
                push(lang::Op::number, 0, term.weight, {});
            }
            push(lang::Op::name, 0, 0.0, species_name(term.species));
            if (term.weight != 1.0) {
                push(lang::Op::multiply, 2, 0.0, {});
            }
            if (!is_first) {
                push(lang::Op::add, 2, 0.0, {});
            }
            is_first = false;
        }
        return lang::Expression{std::move(nodes), nullptr};
    }

    std::string side(std::string_view name, std::span<const SpeciesId> members) {
        std::map<std::uint32_t, int> counts;
        for (const SpeciesId s : members) {
            ++counts[s.value];
        }
        std::string out;
        for (const auto& [s, count] : counts) {
            out += fmt::format(
                "<speciesReference species=\"{}\" stoichiometry=\"{}\" "
                "constant=\"true\"/>",
                species_ids_[s], count);
        }
        return out.empty() ? out : fmt::format("<{}>{}</{}>", name, out, name);
    }

    std::string reaction_elements() {
        std::string out;
        for (std::uint32_t r = 0; r < network_.reaction_count(); ++r) {
            const ReactionId id{r};
            const RuleId rule = network_.rule(id);
            const std::string_view title = rule.value < network_.rule_names.size()
                                               ? network_.rule_names[rule.value]
                                               : std::string_view{};
            const std::string key = fmt::format("@r{}", r + 1);
            out += fmt::format(
                "<reaction id=\"{}\"{} reversible=\"false\">{}{}<kineticLaw>{}</kineticLaw>"
                "</reaction>\n",
                take_id(key, fmt::format("r{}", r + 1)), attribute("name", title),
                side("listOfReactants", network_.reactants(id)),
                side("listOfProducts", network_.products(id)), math(law_expression(network_, id)));
        }
        return out;
    }

    [[nodiscard]] std::string target_id(const net::NetworkEventAssignment& assignment) const {
        if (const auto* s = std::get_if<SpeciesId>(&assignment.target)) {
            return species_ids_[s->value];
        }
        const auto parameter = std::get<ParameterId>(assignment.target);
        return id_of_name_.at(network_.parameters[parameter.value].name);
    }

    void refuse_algebraic_states() {
        if (!network_.algebraic_states().empty()) {
            diagnostics_.unsupported(
                "ERB-SBML-0053", {},
                fmt::format("writing '{}', which an algebraic equation determines, as SBML",
                            network_.species_text(network_.algebraic_states().front())));
        }
        if (!network_.quasi_steady_reactions().empty()) {
            diagnostics_.unsupported("ERB-SBML-0053", {},
                                     "writing reactions in equilibrium as SBML, whose present "
                                     "version has no fast reactions",
                                     "--fast-as-ordinary takes them as ordinary ones");
        }
    }

    /// SBML takes all of a value at one time; a factor is of the time of the assignment.
    lang::Expression assigned_value(const NetworkEvent& event,
                                    const net::NetworkEventAssignment& assignment) {
        if (assignment.factor.empty()) {
            return assignment.value;
        }
        if (event.uses_trigger_time_values && !event.delay.empty()) {
            diagnostics_.unsupported(
                "ERB-SBML-0052", {},
                fmt::format("in SBML, the delayed event '{}', whose value is of the time of the "
                            "trigger in a volume of the time of the assignment",
                            event.name));
        }
        return apply(lang::Op::multiply, assignment.value, assignment.factor);
    }

    std::string event_elements() {
        std::string out;
        for (std::size_t e = 0; e < network_.events.size(); ++e) {
            const NetworkEvent& event = network_.events[e];
            out += fmt::format(
                "<event id=\"{}\"{} useValuesFromTriggerTime=\"{}\"><trigger initialValue=\"{}\" "
                "persistent=\"{}\">{}</trigger>",
                take_id(fmt::format("@e{}", e), event.name), attribute("name", event.name),
                event.uses_trigger_time_values, event.initial_value, event.is_persistent,
                math(event.trigger, MathKind::condition));
            if (!event.priority.empty()) {
                out += "<priority>" + math(event.priority) + "</priority>";
            }
            if (!event.delay.empty()) {
                out += "<delay>" + math(event.delay) + "</delay>";
            }
            out += "<listOfEventAssignments>";
            for (const auto& assignment : event.assignments) {
                out += fmt::format("<eventAssignment variable=\"{}\">{}</eventAssignment>",
                                   target_id(assignment), math(assigned_value(event, assignment)));
            }
            out += "</listOfEventAssignments></event>\n";
        }
        return out;
    }

    const Network& network_;
    const ExportOptions& options_;
    Diagnostics diagnostics_;
    std::unordered_set<std::string> ids_;
    std::unordered_map<std::string, std::string> id_of_name_;
    std::vector<std::string> compartment_ids_;        // by compartment of the options
    std::vector<std::optional<std::size_t>> places_;  // by species: its compartment
    bool has_own_place_{};                            // some species need a compartment of ours
    std::vector<std::string> species_ids_;            // by species
    std::vector<std::uint8_t> is_alias_;              // by observable
    std::vector<std::uint8_t> is_event_target_;       // by species
    std::unordered_set<std::string> changed_;   // parameters that events change, or that follow
    std::map<std::string, std::string> units_;  // text -> id
    std::string unit_definitions_;
};

}  // namespace

Outcome<std::string, Diagnostics> export_network(const net::Network& network,
                                                 const ExportOptions& options) {
    return Exporter{network, options}.write();
}

}  // namespace erbium::sbml

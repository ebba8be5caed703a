// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/read_facts.cpp: every element of a model, copied out of libSBML's document.
#include "erbium/sbml/read_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "erbium/base/text.hpp"
#include "erbium/sbml/guard.hpp"
#include "erbium/sbml/import.hpp"
#include "erbium/sbml/libsbml.hpp"
#include "erbium/sbml/packages.hpp"
#include "erbium/sbml/read_math.hpp"

namespace erbium::sbml {
namespace {

std::optional<double> value_if(bool is_set, double value) {
    return is_set && !std::isnan(value) ? std::optional{value} : std::nullopt;
}

/// What a unit identifier stands for, as text; libSBML's own short form for definitions.
std::string unit_text(const ::Model& model, const std::string& unit) {
    const ::UnitDefinition* definition = unit.empty() ? nullptr : model.getUnitDefinition(unit);
    return definition == nullptr ? unit : ::UnitDefinition::printUnits(definition, true);
}

class FactsReader {
public:
    FactsReader(const std::shared_ptr<const SourceText>& source, const ::Model& model,
                Diagnostics& diagnostics)
        : source_{source}, model_{model}, math_{model, diagnostics} {
        line_begins_.push_back(0);
        for (std::size_t i = 0; i < source->text.size(); ++i) {
            if (source->text[i] == '\n') {
                line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
            }
        }
    }

    Facts read() {
        facts_.level = model_.getLevel();
        facts_.version = model_.getVersion();
        facts_.id = model_.getId();
        facts_.name = model_.getName();
        facts_.time_unit =
            unit_text(model_, model_.isSetTimeUnits() ? model_.getTimeUnits()
                                                      : (facts_.level == 2 ? "second" : ""));
        facts_.conversion_factor = model_.getConversionFactor();
        read_compartments();
        read_species();
        read_parameters();
        read_reactions();
        read_rules();
        read_events();
        facts_.constraints = model_.getNumConstraints();
        return std::move(facts_);
    }

private:
    /// Where an element stands. Flattened elements have no place of their own.
    [[nodiscard]] Span span_of(const ::SBase& element) const {
        const std::size_t line = element.getLine();
        if (line == 0 || line > line_begins_.size()) {
            return {};
        }
        const std::uint32_t begin = line_begins_[line - 1];
        return {source_, begin, begin};
    }

    template <class Element>
    Expression math_of(const Element* element) {
        return element == nullptr || !element->isSetMath()
                   ? Expression{}
                   : math_.read(element->getMath(), span_of(*element));
    }

    void read_compartments() {
        for (unsigned i = 0; i < model_.getNumCompartments(); ++i) {
            const ::Compartment& c = *model_.getCompartment(i);
            Compartment compartment;
            compartment.id = c.getId();
            compartment.name = c.getName();
            // Level 3 has no default; three is what a missing number has always meant.
            compartment.dimensions =
                c.isSetSpatialDimensions() ? c.getSpatialDimensionsAsDouble() : 3.0;
            compartment.size = value_if(c.isSetSize(), c.getSize());
            compartment.is_constant = c.getConstant();
            compartment.unit = unit_text(model_, c.getUnits());
            facts_.compartments.push_back(std::move(compartment));
        }
    }

    void read_species() {
        for (unsigned i = 0; i < model_.getNumSpecies(); ++i) {
            const ::Species& s = *model_.getSpecies(i);
            Species species;
            species.id = s.getId();
            species.name = s.getName();
            species.compartment = s.getCompartment();
            species.initial_amount = value_if(s.isSetInitialAmount(), s.getInitialAmount());
            species.initial_concentration =
                value_if(s.isSetInitialConcentration(), s.getInitialConcentration());
            species.is_amount = s.getHasOnlySubstanceUnits();
            species.is_boundary = s.getBoundaryCondition();
            species.is_constant = s.getConstant();
            species.conversion_factor = s.getConversionFactor();
            species.unit = unit_text(model_, s.getSubstanceUnits());
            facts_.species.push_back(std::move(species));
        }
    }

    void read_parameters() {
        for (unsigned i = 0; i < model_.getNumParameters(); ++i) {
            const ::Parameter& p = *model_.getParameter(i);
            facts_.parameters.push_back({.id = p.getId(),
                                         .name = p.getName(),
                                         .value = value_if(p.isSetValue(), p.getValue()),
                                         .is_constant = p.getConstant(),
                                         .unit = unit_text(model_, p.getUnits()),
                                         .reaction = {},
                                         .local_id = {}});
        }
    }

    SpeciesReference reference(const ::SpeciesReference& r) {
        SpeciesReference reference;
        reference.id = r.getId();
        reference.species = r.getSpecies();
        const double denominator = facts_.level == 1 ? r.getDenominator() : 1;
        reference.stoichiometry =
            value_if(!std::isnan(r.getStoichiometry()), r.getStoichiometry() / denominator);
        reference.is_constant = facts_.level < 3 || r.getConstant();
        if (facts_.level == 2 && r.isSetStoichiometryMath()) {
            reference.stoichiometry_math = math_of(r.getStoichiometryMath());
        }
        return reference;
    }

    void read_reactions() {
        for (unsigned i = 0; i < model_.getNumReactions(); ++i) {
            const ::Reaction& r = *model_.getReaction(i);
            Reaction reaction;
            reaction.id = r.getId();
            reaction.name = r.getName();
            reaction.is_fast = r.isSetFast() && r.getFast();
            reaction.span = span_of(r);
            for (unsigned k = 0; k < r.getNumReactants(); ++k) {
                reaction.reactants.push_back(reference(*r.getReactant(k)));
            }
            for (unsigned k = 0; k < r.getNumProducts(); ++k) {
                reaction.products.push_back(reference(*r.getProduct(k)));
            }
            if (r.isSetKineticLaw()) {
                reaction.rate = read_rate(r, *r.getKineticLaw());
            }
            facts_.reactions.push_back(std::move(reaction));
        }
    }

    /// Local parameters become parameters of the model, as "reaction.local".
    Expression read_rate(const ::Reaction& reaction, const ::KineticLaw& law) {
        std::unordered_map<std::string, std::string> locals;
        for (unsigned i = 0; i < law.getNumParameters(); ++i) {
            const ::Parameter& p = *law.getParameter(i);
            std::string id = reaction.getId() + "." + p.getId();
            locals.emplace(p.getId(), id);
            facts_.parameters.push_back({.id = std::move(id),
                                         .name = p.getName(),
                                         .value = value_if(p.isSetValue(), p.getValue()),
                                         .is_constant = true,
                                         .unit = unit_text(model_, p.getUnits()),
                                         .reaction = reaction.getId(),
                                         .local_id = p.getId()});
        }
        return law.isSetMath() ? math_.read(law.getMath(), span_of(law), locals) : Expression{};
    }

    /// What has no mathematics says nothing and is left out.
    void read_rules() {
        for (unsigned i = 0; i < model_.getNumInitialAssignments(); ++i) {
            const ::InitialAssignment& a = *model_.getInitialAssignment(i);
            if (a.isSetMath()) {
                facts_.initial_assignments.push_back({a.getSymbol(), math_of(&a), span_of(a)});
            }
        }
        for (unsigned i = 0; i < model_.getNumRules(); ++i) {
            const ::Rule& r = *model_.getRule(i);
            if (!r.isSetMath()) {
                continue;
            }
            const RuleKind kind = r.isAssignment() ? RuleKind::assignment
                                  : r.isRate()     ? RuleKind::rate
                                                   : RuleKind::algebraic;
            facts_.rules.push_back(
                {kind, r.isAlgebraic() ? "" : r.getVariable(), math_of(&r), span_of(r)});
        }
    }

    void read_events() {
        for (unsigned i = 0; i < model_.getNumEvents(); ++i) {
            const ::Event& e = *model_.getEvent(i);
            EventFacts event;
            event.id = e.isSetId() ? e.getId() : fmt::format("event{}", i + 1);
            event.span = span_of(e);
            event.trigger = math_of(e.getTrigger());
            if (event.trigger.empty()) {
                continue;  // never happens
            }
            event.initial_value = facts_.level < 3 || e.getTrigger()->getInitialValue();
            event.is_persistent = facts_.level < 3 || e.getTrigger()->getPersistent();
            event.uses_trigger_time_values = e.getUseValuesFromTriggerTime();
            event.delay = math_of(e.getDelay());
            event.priority = math_of(e.getPriority());
            for (unsigned k = 0; k < e.getNumEventAssignments(); ++k) {
                const ::EventAssignment& a = *e.getEventAssignment(k);
                if (a.isSetMath()) {
                    event.assignments.push_back({a.getVariable(), math_of(&a)});
                }
            }
            facts_.events.push_back(std::move(event));
        }
    }

    const std::shared_ptr<const SourceText>& source_;
    const ::Model& model_;
    MathReader math_;
    Facts facts_;
    std::vector<std::uint32_t> line_begins_;
};

/// Where libSBML's line begins in the text.
Span line_span(const std::shared_ptr<const SourceText>& source, unsigned wanted) {
    std::size_t offset = 0;
    for (unsigned line = 1; line < wanted && offset < source->text.size(); ++line) {
        const std::size_t end = source->text.find('\n', offset);
        offset = end == std::string::npos ? source->text.size() : end + 1;
    }
    const auto begin = static_cast<std::uint32_t>(offset);
    return {source, begin, begin};
}

/// How much of what libSBML has found is told.
enum class Reported { errors, everything, each_rule_once };

/// What libSBML has found so far, up to a number that a person still reads.
void report(const std::shared_ptr<const SourceText>& source, const ::SBMLDocument& document,
            std::string_view code, Reported reported, Diagnostics& diagnostics) {
    constexpr std::size_t kMostReported = 20;
    std::map<unsigned, unsigned> times;  // by rule
    for (unsigned i = 0; i < document.getNumErrors(); ++i) {
        ++times[document.getError(i)->getErrorId()];
    }
    std::set<unsigned> told;
    for (unsigned i = 0; i < document.getNumErrors() && diagnostics.all().size() < kMostReported;
         ++i) {
        const ::SBMLError& error = *document.getError(i);
        const bool is_error = error.isError() || error.isFatal();
        const unsigned rule = error.getErrorId();
        if ((!is_error && reported == Reported::errors) ||
            (reported == Reported::each_rule_once && !told.insert(rule).second)) {
            continue;
        }
        std::string message = error.getMessage();
        std::replace(message.begin(), message.end(), '\n', ' ');
        message = fmt::format("not valid SBML ({}): {}", rule, trimmed(message));
        if (reported == Reported::each_rule_once && times[rule] > 1) {
            message += fmt::format(" ({} times)", times[rule]);
        }
        const Span span = line_span(source, error.getLine());
        if (is_error) {
            diagnostics.error(std::string{code}, span, std::move(message));
        } else {
            diagnostics.warning(std::string{code}, span, std::move(message));
        }
    }
}

Outcome<Facts, Diagnostics> read(const std::shared_ptr<const SourceText>& source,
                                 const lang::TextReader& read_text) {
    Diagnostics diagnostics = refuse_hostile(source);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    const std::unique_ptr<::SBMLDocument> document{::readSBMLFromString(source->text.c_str())};
    if (document->getLevel() == 1) {
        diagnostics.unsupported("ERB-SBML-0011", {source, 0, 0}, "SBML Level 1",
                                "convert the model to Level 3 Version 2");
        return diagnostics;
    }
    refuse_packages(source, *document, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    report(source, *document, "ERB-SBML-0010", Reported::errors, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    flatten(source, read_text, *document, diagnostics);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    const ::Model* model = document->getModel();
    if (model == nullptr) {
        diagnostics.error("ERB-SBML-0010", {source, 0, 0}, "the document holds no model");
        return diagnostics;
    }
    Facts facts = FactsReader{source, *model, diagnostics}.read();
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return facts;
}

/// What libSBML threw, as a diagnostic: it throws when a package's elements have a namespace that
/// it does not expect.
Diagnostics not_valid(const std::shared_ptr<const SourceText>& source,
                      const ::SBMLConstructorException& refused) {
    Diagnostics diagnostics;
    diagnostics.error("ERB-SBML-0010", {source, 0, 0},
                      fmt::format("not valid SBML: {}", refused.what()));
    return diagnostics;
}

}  // namespace

bool is_available() noexcept {
    return true;
}

Diagnostics check_consistency(const std::shared_ptr<const SourceText>& source,
                              ConsistencyChecks checks) {
    Diagnostics diagnostics = refuse_hostile(source);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    try {
        const std::unique_ptr<::SBMLDocument> document{::readSBMLFromString(source->text.c_str())};
        // The checks follow references into a document that could not be read, and crash.
        report(source, *document, "ERB-SBML-0016", Reported::errors, diagnostics);
        if (diagnostics.has_errors()) {
            return diagnostics;
        }
        const bool all = checks == ConsistencyChecks::all;
        document->setConsistencyChecks(::LIBSBML_CAT_UNITS_CONSISTENCY, all);
        document->setConsistencyChecks(::LIBSBML_CAT_MODELING_PRACTICE, all);
        document->checkConsistency();
        report(source, *document, "ERB-SBML-0016",
               all ? Reported::each_rule_once : Reported::everything, diagnostics);
    } catch (const ::SBMLConstructorException& refused) {
        return not_valid(source, refused);
    }
    return diagnostics;
}

Outcome<Facts, Diagnostics> read_facts(const std::shared_ptr<const SourceText>& source,
                                       const lang::TextReader& read_text) {
    try {
        return read(source, read_text);
    } catch (const ::SBMLConstructorException& refused) {
        return not_valid(source, refused);
    }
}

}  // namespace erbium::sbml

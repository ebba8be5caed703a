// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/import.hpp: an SBML model as a network of species and reactions.
// Reads: SourceText   Makes: ImportedModel   Used by: petab, apps
// See docs/reference/sbml.md for what is read and what is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/outcome.hpp"
#include "erbium/lang/table_function.hpp"
#include "erbium/net/network.hpp"

namespace erbium::sbml {

struct ImportOptions {
    /// Reactions marked fast are simulated with the rates that they state, and the result says so
    /// (ImportedModel::departures). Otherwise they are quasi-steady reactions of the network, or,
    /// where nothing but fast reactions changes a state, refused.
    bool treats_fast_as_ordinary{};
    /// Gives the text of a file beside the model, for external model definitions of package comp.
    lang::TextReader read_text;
};

enum class QuantityKind : std::uint8_t { parameter, compartment, species, stoichiometry, reaction };

/// Something in the model that has an id and a value, and where that value is in the network.
struct Quantity {
    std::string id;    ///< of a local parameter "reaction.parameter"
    std::string name;  ///< for people; may be empty
    QuantityKind kind{QuantityKind::parameter};
    std::string unit;  ///< as the model says it; may be empty
    /// A parameter, observable or function of the network: the value as SBML's mathematics means
    /// it, of a species its concentration or, with hasOnlySubstanceUnits, its amount. Nearly always
    /// the id itself.
    std::string value;
    /// The parameter of the network that is the value at the start, in the same meaning. Setting it
    /// replaces what the model says (initial value or initial assignment); whatever the model
    /// computes from it follows. That of a constant is `value`. Empty when a rule sets the value.
    std::string initial;
    /// Species only: the compartment's id.
    std::string compartment;
    /// Species only: `value` is an amount.
    bool is_amount{};
    /// Species only: the observable that is its amount; empty when a rule sets its value.
    std::string amount;
};

struct ImportedModel {
    std::string id;
    std::string name;
    std::string time_unit;  ///< as the model says it; may be empty
    net::Network network;
    std::vector<Quantity> quantities;
    /// What was done otherwise than the model asks: because an option said so, or constraints,
    /// which are not watched; for manifests.
    std::vector<std::string> departures;

    /// The quantity with this id, or null. Cost: O(quantities).
    [[nodiscard]] const Quantity* find(std::string_view id) const noexcept;
};

/// False in a build without libSBML: import_model then refuses everything (ERB-SBML-0009).
[[nodiscard]] bool is_available() noexcept;

/// Makes the network of an SBML document, Level 2 Version 1 to Level 3 Version 2.
///
/// States are amounts. An id keeps its name in the network unless a built-in function or constant
/// has that name. Constants are parameters; what rules assign are functions; what changes by itself
/// or by events is a species, its initial value a parameter of its own.
///
/// Errors: those of sbml::read_facts, and ERB-SBML-0030 ... 0049: what the model says is
/// inconsistent, or not supported (by name).
[[nodiscard]] Outcome<ImportedModel, Diagnostics> import_model(
    const std::shared_ptr<const SourceText>& source, const ImportOptions& options = {});

/// Which of libSBML's checks.
enum class ConsistencyChecks : std::uint8_t {
    meaning,  ///< all but those of units and of modelling practice
    all       ///< these too; each rule is said once, with how often it applies
};

/// What libSBML's own validators say about a document. Errors are errors here, its warnings
/// warnings; code ERB-SBML-0016, the rule's number in parentheses. What libSBML throws is
/// ERB-SBML-0010.
/// Precondition: is_available().
[[nodiscard]] Diagnostics check_consistency(const std::shared_ptr<const SourceText>& source,
                                            ConsistencyChecks checks = ConsistencyChecks::meaning);

/// How a species is wanted in a column.
enum class SpeciesForm : std::uint8_t { as_in_model, amount, concentration };

/// A function, observable or species of the network that can be recorded and gives the quantity;
/// a function is added to the network when there is none yet. Call it before eqn::compile.
/// Precondition: `quantity` belongs to `model`. A form other than as_in_model is for species only.
[[nodiscard]] std::string column_of(ImportedModel& model, const Quantity& quantity,
                                    SpeciesForm form = SpeciesForm::as_in_model);

}  // namespace erbium::sbml

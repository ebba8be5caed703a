// SPDX-License-Identifier: Apache-2.0
// erbium/package/loading.hpp: what the readers of a package's files share; private to the module.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/units.hpp"
#include "erbium/package/folder.hpp"
#include "erbium/package/package.hpp"
#include "erbium/package/table.hpp"
#include "erbium/package/yaml.hpp"

namespace erbium::package {

/// A package in the making and everything that was wrong so far.
struct Loading {
    explicit Loading(const std::string& path) : folder{path} { package.folder = path; }

    Folder folder;
    Package package;
    Diagnostics diagnostics;
    Unit time_unit{Dimension{.time = 1}, 1.0, 0};
    Unit amount_unit{Dimension{.copies = 1}, 1.0, 0};
    Unit concentration_unit{Dimension{.substance = 1, .length = -3}, 1.0, -6};
    bool has_references{};  ///< else unknown sources are not worth a complaint each

    /// `value` [unit] in internal units; nothing after an error, which points to `where`.
    /// @param molar_mass  [g/mol] lets mass concentrations in
    std::optional<double> to_internal(double value, std::string_view unit, const Span& where,
                                      std::optional<double> molar_mass = std::nullopt);
    /// What one `unit` is in internal units, for to_internal()'s values.
    std::optional<double> internal_factor(std::string_view unit, const Span& where,
                                          std::optional<double> molar_mass = std::nullopt);
    /// A time [s].
    std::optional<double> time_s(std::string_view text, const Span& where);
    /// A treatment of the package's drugs; empty after an error.
    Treatment treatment(std::string_view text, const Span& where);

    /// The keys in a cell, separated by `;`, each of which must stand in references.bib.
    std::vector<std::string> sources(std::string_view cell, const Span& where);
    /// Origin, tag, source and note of a row, with the rule that silence is not allowed.
    Provenance provenance(const TableRow& row);

    void require_profile(std::string_view id, const Span& where);
    void require_readout(std::string_view id, const Span& where);
    void require_parameter(std::string_view id, const Span& where);
    /// Settings written as a map: `{assay_on: 0, conc_IGF1_nM: 5 nM}`.
    Settings settings(const YamlNode& node, std::string_view what);
    /// An error for a word that is none of `known`.
    void unknown_word(std::string_view what, std::string_view word, const Span& where,
                      std::span<const std::string> known);

    /// did_you_mean(), while there are few complaints.
    std::string near_name(std::string_view name, std::span<const std::string> known) const;
    std::vector<std::string> profile_ids() const;
    std::vector<std::string> readout_ids() const;
    std::vector<std::string> parameter_ids() const;
};

/// True for names that may stand in files: letters, digits, `_`, `.`, `-`, at most 64, not first
/// `-` or `.`.
[[nodiscard]] bool is_plain_id(std::string_view id) noexcept;

/// package.yaml, and with it everything else.
void read_manifest(Loading& loading, std::string_view tier);
void read_parameters(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_drugs(Loading& loading, const std::shared_ptr<const SourceText>& source);
void check_drug_parameters(Loading& loading);
void read_profile_index(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_profile_values(Loading& loading, const std::shared_ptr<const SourceText>& source);
void check_profile_bases(Loading& loading);
void read_traits(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_observations(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_ensemble(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_claims(Loading& loading, const std::shared_ptr<const SourceText>& source);
void read_report_plan(Loading& loading, const std::shared_ptr<const SourceText>& source);

/// The quantity a word means, or nothing.
[[nodiscard]] std::optional<MeasuredQuantity> measured_quantity(std::string_view word) noexcept;
[[nodiscard]] const std::vector<std::string>& measured_quantity_words();

}  // namespace erbium::package

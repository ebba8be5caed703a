// SPDX-License-Identifier: Apache-2.0
// erbium/package/package.hpp: a model with its numbers, cells, drugs and measurements, as data.
// Reads: a folder (docs/reference/package.md)   Makes: Package   Used by: assay, advise, apps
// All numbers are in the package's internal units once loaded: times in s, doses in nM, copies.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/base/diagnostic.hpp"
#include "erbium/base/outcome.hpp"
#include "erbium/package/expectation.hpp"
#include "erbium/package/references.hpp"

namespace erbium::package {

/// How a number came to be known.
enum class Origin { measured, fitted, borrowed, derived, assumed };
enum class Distribution { none, lognormal, normal, uniform };
enum class Maturity { sketch, calibrated, validated };

/// A parameter and the number it shall have, in internal units.
struct Setting {
    std::string parameter;
    double value{};
    friend bool operator==(const Setting&, const Setting&) = default;
};
using Settings = std::vector<Setting>;

/// Puts `more` on top of `settings`: of two values of one parameter that of `more` stays.
void overlay(Settings& settings, const Settings& more);

/// Where a number comes from.
struct Provenance {
    Origin origin{Origin::assumed};
    char tag{};                        ///< V read, R recalled, P proposed, D derived; 0: not said
    std::vector<std::string> sources;  ///< keys of references.bib
    std::string note;
};

/// A row of parameters.tsv.
struct Parameter {
    std::string id;
    double value{};               ///< in internal units
    std::string unit;             ///< as written in the row
    double factor{1.0};           ///< internal value = factor * value in `unit`
    std::optional<double> lower;  ///< internal units
    std::optional<double> upper;
    Distribution distribution{Distribution::none};
    Provenance provenance;
    Span span;
};

/// A result as it is called outside.
struct Readout {
    std::string id;
    std::string of;  ///< observable or function of the model
    std::string title;
    std::string unit;
    std::string note;
    Span span;
};

/// A row of a table of profile values.
struct Override {
    Setting setting;
    std::string unit;  ///< as written
    Provenance provenance;
    Span span;
};

/// A cell: a cell line, or a cell line with a change.
struct Profile {
    std::string id;
    std::string title;
    std::string group;
    std::string base;  ///< empty: the values of parameters.tsv
    std::string note;
    std::vector<Override> overrides;  ///< its own, without those of its bases
    Span span;
};

/// A property of a cell in the words of its field, for profiles that users write: a receptor level,
/// a genotype. It stands for parameters, which carry the model's names.
struct Trait {
    struct State {
        std::string id;  ///< "H1047R", "null"
        Settings settings;
    };

    std::string id;         ///< "PIK3CA"
    std::string parameter;  ///< takes a number that is written for the trait; empty: only states
    std::vector<State> states;
    std::string note;
    Span span;

    [[nodiscard]] const State* state(std::string_view id) const noexcept;
};

struct Drug {
    std::string id;
    std::string title;
    std::string drug_class;
    std::string parameter;             ///< holds its concentration
    std::optional<double> molar_mass;  ///< [g/mol]
    double dose_nM{};                  ///< default dose
    std::string dose_text;             ///< as written: "10 ug/mL"
    std::string site;
    std::string mechanism;  ///< one sentence
    std::vector<std::string> sources;
    std::string note;
    Span span;
};

inline constexpr std::string_view kLigandClass = "ligand";

/// One agent of a treatment.
struct Dose {
    std::size_t drug{};  ///< into Package::drugs
    double dose_nM{};
    std::string text;  ///< "10 ug/mL"
};
/// Agents that are given together; empty is no treatment.
struct Treatment {
    std::vector<Dose> doses;
};

enum class MeasuredQuantity { viability, fold_start, fold_control, absolute };
enum class Scale { linear, log2 };

/// A row of a table of observations.
struct Observation {
    std::string id;
    std::string series;
    std::string profile;
    Treatment background;
    Treatment treatment;
    std::string background_text;
    std::string treatment_text;
    std::string readout;  ///< empty for viability
    double time_s{};
    MeasuredQuantity quantity{MeasuredQuantity::absolute};
    std::optional<double> value;
    std::optional<double> lower;
    std::optional<double> upper;
    std::optional<double> tolerance;  ///< on `scale`
    Scale scale{Scale::linear};
    bool is_held_out{};  ///< kept for validation: no calibration may look at it
    char tag{};
    std::vector<std::string> sources;
    std::string note;
    Span span;
};

/// One of several forms of a model that share its numbers: a coarse one for many runs, a fine one
/// to test it against.
struct Tier {
    std::string id;
    std::string title;
    std::vector<std::shared_ptr<const SourceText>> modules;  ///< besides those of all tiers
};

/// How an experiment runs.
struct Protocol {
    double equilibrate_max_time_s{};
    Settings equilibrate;  ///< hold before t = 0
    Settings start;        ///< hold from t = 0 on
    double duration_s{};
    std::string growth;  ///< readout whose ratio to the untreated control is viability
};

/// One condition of a claim and what is asked of it.
struct Question {
    std::string profile;
    std::string background_text;
    std::string treatment_text;
    Treatment background;
    Treatment treatment;
    Settings parameters;  ///< changed besides, internal units
    std::string readout;  ///< empty for viability
    MeasuredQuantity quantity{MeasuredQuantity::viability};
    double time_s{};
};

/// A statement about how the system works, as an experiment in silico: what must come out, and
/// must not once the mechanism is taken away. Its effect is what `compare` asks for, divided by
/// what `against` asks for where the claim compares two dishes.
struct Claim {
    std::string id;
    std::string statement;
    Question compare;
    std::optional<Question> against;
    Expectation expect;
    std::optional<Question> ablation;
    std::optional<Question> ablation_against;  ///< `against` with the same mechanism taken away
    /// Of the ablated number; without it the rule of assay/ablation.hpp.
    std::optional<Expectation> ablation_expect;
    std::vector<std::string> sources;
    std::string note;
    Span span;
};

/// A statement that no experiment of this package can test yet, and what it would need.
struct WaitingClaim {
    std::string id;
    std::string statement;
    std::string needs;
};

/// Parameter sets that meet the observations about equally well: what calibration leaves open. All
/// weigh the same. Parameters that are not among its columns have the values of parameters.tsv.
struct Ensemble {
    std::vector<std::string> parameters;  ///< columns
    std::vector<double> values;           ///< sets x parameters, row-major, internal units

    [[nodiscard]] std::size_t size() const noexcept {
        return parameters.empty() ? 0 : values.size() / parameters.size();
    }
    /// One set. Precondition: set < size().
    [[nodiscard]] Settings settings(std::size_t set) const;
};

/// Profiles x treatments: panels (a) and (b) of the report.
struct GridPanel {
    std::vector<std::string> profiles;
    std::string background_text;
    Treatment background;
    std::vector<std::string> treatment_texts;
    std::vector<Treatment> treatments;
};
struct TimeCoursePanel {
    std::vector<std::string> profiles;
    std::string background_text;
    Treatment background;
    std::string treatment_text;
    Treatment treatment;
    double until_s{};
    std::vector<std::string> readouts;
};
struct DoseResponsePanel {
    std::size_t drug{};
    std::vector<double> doses_nM;
    std::vector<std::string> profiles;
    std::string background_text;
    Treatment background;
    std::string readout;  ///< a readout, or "viability"
};

struct MapNode {
    std::string id;
    std::string label;
    double x{};
    double y{};
    std::string shape;    ///< receptor, protein, small, process, drug, gene
    std::string readout;  ///< empty: not coloured
};
struct MapEdge {
    std::string from;
    std::string to;
    std::string kind;  ///< activates, inhibits, binds, becomes
};
struct MapRegion {
    std::string label;
    double x{};
    double y{};
    double w{};
    double h{};
};
struct MapPanel {
    double width{};
    double height{};
    std::vector<MapNode> nodes;
    std::vector<MapEdge> edges;
    std::vector<MapRegion> regions;
    std::string profile;
    std::string reference;  ///< profile that the untreated one is compared with; empty: none
    std::string treatment_text;
    Treatment treatment;
    double time_s{};
};

/// What the report shows; a panel that is not described is not shown.
struct ReportPlan {
    std::optional<GridPanel> growth;
    std::optional<GridPanel> resistance;
    std::optional<TimeCoursePanel> time_courses;
    std::vector<DoseResponsePanel> dose_responses;
    std::optional<MapPanel> map;
};

/// A model package as loaded: checked, in internal units, never changed afterwards.
struct Package {
    std::string folder;
    std::string name;
    std::string title;
    std::string version;
    Maturity maturity{Maturity::sketch};
    std::vector<std::string> scope;
    std::vector<std::string> non_scope;
    std::string time_unit;                                   ///< of the BNGL text
    std::string amount_unit;                                 ///< of the BNGL text
    std::string concentration_unit;                          ///< of the BNGL text
    std::vector<std::shared_ptr<const SourceText>> modules;  ///< BNGL, in their order; of `tier`
    std::vector<Tier> tiers;                                 ///< empty: the model has one form
    std::string tier;                                        ///< that of `modules`, or empty
    std::vector<Parameter> parameters;
    std::vector<Profile> profiles;
    std::vector<Trait> traits;
    std::vector<Drug> drugs;
    std::vector<Observation> observations;
    std::vector<Reference> references;
    std::vector<Readout> readouts;
    Protocol protocol;
    ReportPlan report;
    Ensemble ensemble;  ///< empty: the package ships none
    std::vector<Claim> claims;
    std::vector<WaitingClaim> waiting_claims;
    std::vector<std::shared_ptr<const SourceText>> texts;  ///< every file read, for the manifest

    /// The entry of that name, or null. Names are exact. Cost: O(entries).
    [[nodiscard]] const Parameter* parameter(std::string_view id) const noexcept;
    [[nodiscard]] const Profile* profile(std::string_view id) const noexcept;
    [[nodiscard]] const Trait* trait(std::string_view id) const noexcept;
    [[nodiscard]] const Readout* readout(std::string_view id) const noexcept;
    [[nodiscard]] const Reference* reference(std::string_view key) const noexcept;
};

/// Reads and checks a package. All problems of all files are reported in one pass.
/// Errors: Diagnostics (codes ERB-PKG-*, ERB-YAML-*, ERB-TABLE-*, ERB-BIB-*, ERB-DRUG-*); the
/// model's text itself is read by assemble(). A folder that is not there throws IoError.
/// @param tier  which form of the model; empty: the first that the package lists, if any
/// A tier that the package does not have is ERB-PKG-0023.
[[nodiscard]] Outcome<Package, Diagnostics> load_package(const std::string& folder,
                                                         std::string_view tier = {});

/// All overrides of a profile and its bases, the base's first; of two for one parameter only the
/// later stays. Precondition: `profile` is one of the package's.
[[nodiscard]] Settings profile_settings(const Package& package, std::string_view profile);

/// The profile a user meant (upper and lower case, blanks, hyphens and underscores do not count).
/// Errors: ERB-PKG-0020 with the nearest name; without a place, since it was typed at the command
/// line, unless `where` has one.
[[nodiscard]] Outcome<const Profile*, Diagnostics> find_profile(const Package& package,
                                                                std::string_view name,
                                                                const Span& where = {});

/// Reads a profile that a user wrote (docs/reference/profiles.md) and adds it to the package.
///
/// @return  its id: the file's name without ending, or that with `-file` when the package has it
/// Errors: ERB-PKG-0024 for a key that is neither a trait nor a parameter, ERB-PKG-0025 for a state
/// that the trait does not have, ERB-PKG-0007 for a number outside its bounds. A file that is not
/// there throws IoError.
[[nodiscard]] Outcome<std::string, Diagnostics> add_profile_file(Package& package,
                                                                 const std::string& path);

/// The readout a user meant, likewise. Errors: ERB-PKG-0021.
[[nodiscard]] Outcome<const Readout*, Diagnostics> find_readout(const Package& package,
                                                                std::string_view name,
                                                                const Span& where = {});

/// Keys of everything the package rests on (parameters, profiles, drugs, observations, claims),
/// each once, in the order of references.bib.
[[nodiscard]] std::vector<std::string> cited(const Package& package);

/// A parameter set by hand, as in "NAME=2e6" or "NAME=5 nM". A number without a unit
/// is in the unit of the parameter's row. Errors: ERB-PKG-0022.
[[nodiscard]] Outcome<Setting, Diagnostics> parse_setting(const Package& package,
                                                          std::string_view text);

[[nodiscard]] std::string_view origin_name(Origin origin) noexcept;

}  // namespace erbium::package

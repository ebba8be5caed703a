// SPDX-License-Identifier: Apache-2.0
// erbium/base/units.hpp: units of measurement as values, for the borders where numbers come in.
// Reads: "1/(nM*s)", "72h", "10 ug/mL"   Makes: Unit, Quantity   Used by: package, assay, apps
// Inside the layers numbers are plain doubles whose unit is in their name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erbium/base/outcome.hpp"

namespace erbium {

/// Why a text is no unit or quantity, or why two units do not convert.
struct UnitProblem {
    std::string message;     ///< one sentence without a final full stop
    std::string hint;        ///< may be empty
    std::uint32_t offset{};  ///< of the culprit in the text that was read [bytes]
    std::uint32_t length{};  ///< of the culprit; 0: all of the text
};

/// Exponents of the base dimensions. Molecules are counted in two ways that never mix: as an amount
/// of substance (mol, and with a volume nM) and as copies per cell. `1/copies` and `1/nM` can only
/// be related through a volume, which is a statement about the model and belongs into it.
struct Dimension {
    int time{};
    int substance{};
    int mass{};
    int length{};
    int copies{};
    auto operator<=>(const Dimension&) const = default;

    /// In words, as in "a concentration"; a product of powers when there is no word for it.
    [[nodiscard]] std::string words() const;
};

/// A unit: a dimension and a factor to the base units (s, mol, g, m, copies).
///
/// The factor is kept as (numerator / denominator) * 10^exponent with whole numerator and
/// denominator, so that a conversion rounds once or twice and never compounds: 1 uM is exactly
/// 1000 nM, and 1/h is 1/3600 per second as near as a double can be.
class Unit {
public:
    /// The unit of plain numbers.
    Unit() = default;
    Unit(Dimension dimension, double numerator, int exponent10)
        : dimension_{dimension}, numerator_{numerator}, exponent10_{exponent10} {}

    [[nodiscard]] const Dimension& dimension() const noexcept { return dimension_; }
    [[nodiscard]] bool is_none() const noexcept { return dimension_ == Dimension{}; }

    [[nodiscard]] Unit times(const Unit& other) const;
    /// Precondition: |exponent| <= 12.
    [[nodiscard]] Unit to_the_power(int exponent) const;

    friend double converted(double value, const Unit& from, const Unit& to);

private:
    Dimension dimension_;
    double numerator_{1.0};
    double denominator_{1.0};
    int exponent10_{};
};

/// `value` [from] in the unit `to`. Precondition (checked): the dimensions are equal.
[[nodiscard]] double converted(double value, const Unit& from, const Unit& to);

/// The unit a text spells: names below, `1` and `%`, joined with `*`, `/` and `^` (whole exponents)
/// and parentheses. `a/b/c` is a/(b*c), as in arithmetic.
///
///   time           s min h d wk (also ms)
///   concentration  M mM uM nM pM            with mass: g/L mg/L ug/mL ng/mL ...
///   copies         copies; copies/cell is the same, since everything is per cell
///   others         mol mmol umol nmol pmol, g mg ug ng pg kg, L mL uL nL pL fL, m cm um nm, Da kDa
///
/// Upper and lower case differ: `mM` is a concentration, `nm` a length. `µ` is read as `u`.
/// An empty text is no unit; write `1`.
[[nodiscard]] Outcome<Unit, UnitProblem> parse_unit(std::string_view text);

/// `value` [from] in the unit `to`, across the border of mass and substance when a molar mass is
/// given.
///
/// @param from, to    spelled units, repeated in the problem's message
/// @param molar_mass  [g/mol], > 0
[[nodiscard]] Outcome<double, UnitProblem> convert(double value, std::string_view from,
                                                   std::string_view to,
                                                   std::optional<double> molar_mass = std::nullopt);

/// A number and its unit.
struct Quantity {
    double value{};
    Unit unit;
    std::string unit_text;  ///< as spelled; "1" when there was none
};

/// A number followed by a unit, with or without a blank between: "72h", "10 ug/mL", "5e-3
/// 1/(nM*s)".
[[nodiscard]] Outcome<Quantity, UnitProblem> parse_quantity(std::string_view text);

/// A time [s]. A number without a unit is refused: 72 what?
[[nodiscard]] Outcome<double, UnitProblem> parse_time_s(std::string_view text);

/// A dose in the medium: a molar or a mass concentration, >= 0.
[[nodiscard]] Outcome<Quantity, UnitProblem> parse_dose(std::string_view text);

/// The same dose in nM. Errors: a mass concentration without a molar mass.
[[nodiscard]] Outcome<double, UnitProblem> dose_nM(const Quantity& dose,
                                                   std::optional<double> molar_mass);

/// A time [s] for people: the largest of d, h, min, s in which it is a whole number, else hours
/// with three significant digits. Days from a week on only: cell biologists say 72 h.
[[nodiscard]] std::string time_text(double time_s);

inline constexpr double kSecondsPerHour = 3600.0;
[[nodiscard]] constexpr double hours_from_s(double time_s) noexcept {
    return time_s / kSecondsPerHour;
}
[[nodiscard]] constexpr double s_from_hours(double time_h) noexcept {
    return time_h * kSecondsPerHour;
}

}  // namespace erbium

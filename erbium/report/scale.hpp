// SPDX-License-Identifier: Apache-2.0
// erbium/report/scale.hpp: axes: where a value lies, and where the ticks go.
// Makes: Scale   Used by: line charts, scatter plots, colour bars
#pragma once

#include <string>
#include <vector>

namespace erbium::report {

/// linear:  equal steps are equal lengths
/// log:     equal ratios are equal lengths; values must be > 0
/// symlog:  logarithmic away from zero on both sides, linear near it (asinh), so it has a zero
enum class ScaleKind { linear, log, symlog };

/// A range of values laid along an axis.
class Scale {
public:
    /// @param low, high  ends of the axis, low < high; both > 0 for log (checked)
    /// @param linear_to  symlog only: |value| up to which the axis is about linear, > 0
    Scale(ScaleKind kind, double low, double high, double linear_to = 1.0);

    /// The scale that holds all finite values, its ends moved outwards to ticks; values <= 0 do
    /// not count for log. [0, 1] (log: [0.1, 10]) when there is none.
    [[nodiscard]] static Scale around(ScaleKind kind, const std::vector<double>& values);

    [[nodiscard]] ScaleKind kind() const noexcept { return kind_; }
    [[nodiscard]] double low() const noexcept { return low_; }
    [[nodiscard]] double high() const noexcept { return high_; }

    /// True when the value has a place on the axis or beyond its ends: finite, and > 0 for log.
    [[nodiscard]] bool can_show(double value) const noexcept;

    /// Where a value lies: 0 at low, 1 at high, outside [0, 1] beyond them.
    /// Precondition (checked): can_show(value).
    [[nodiscard]] double fraction(double value) const;

    /// Numbers worth a label, ascending, within [low, high], about `count` of them: steps of 1, 2
    /// or 5 times a power of ten; on a log axis whole decades, or 1-2-5 when it spans fewer than
    /// two.
    [[nodiscard]] std::vector<double> ticks(int count) const;

private:
    [[nodiscard]] double warped(double value) const noexcept;

    ScaleKind kind_;
    double low_;
    double high_;
    double linear_to_;
};

/// Labels of ticks, with as many decimals as tell them apart: "0.25", "1000", "10⁻⁵", "−2".
[[nodiscard]] std::vector<std::string> tick_labels(const std::vector<double>& ticks);

/// One number as a chart prints it: `digits` significant digits, a real minus sign, powers of ten
/// as "3×10⁻⁵"; "NaN" for NaN.
[[nodiscard]] std::string number_label(double value, int digits);

/// `value` with `decimals` places and a real minus sign; "NaN" for NaN.
[[nodiscard]] std::string fixed_label(double value, int decimals);

}  // namespace erbium::report

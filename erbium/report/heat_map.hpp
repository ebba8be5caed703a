// SPDX-License-Identifier: Apache-2.0
// erbium/report/heat_map.hpp: a matrix of values as coloured cells, measurements inside them.
// Reads: HeatMap   Makes: SVG text   Used by: html_page, through Panel
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "erbium/report/colour.hpp"

namespace erbium::report {

/// One cell. A value that is NaN has failed: the cell is hatched and says so, never coloured.
struct HeatCell {
    double value{std::numeric_limits<double>::quiet_NaN()};     ///< in the unit of the map
    double measured{std::numeric_limits<double>::quiet_NaN()};  ///< same unit; NaN: not measured
    bool is_misfit{false};  ///< model and measurement differ by more than the tolerance: marked
    std::string failure{};  ///< why value is NaN, for the hover text
    std::string note{};     ///< more for the hover text, as the source of the measurement
};

/// One row. Neighbouring rows of equal `group` stand under one heading; an empty group has none.
struct HeatRow {
    std::string label{};
    std::string group{};
    std::vector<HeatCell> cells{};  ///< one for each column
};

struct HeatMap {
    std::string id{};     ///< unique in the page
    std::string title{};  ///< for screen readers; the figure's caption shows it
    std::vector<std::string> columns{};
    std::vector<HeatRow> rows{};
    ColourScale scale{};
    int decimals{2};             ///< of the numbers in the cells
    std::string legend_title{};  ///< what the colour means, with its unit
    std::string low_label{};     ///< what the low end of the scale means, may be empty
    std::string high_label{};    ///< what the high end means, may be empty
    std::string value_word{"model"};
    std::string measured_word{"measured"};
};

/// The map as SVG, drawn for a place `width_px` wide: cells, labels and their wrapping adapt, so
/// that letters never get smaller than 10 px. The result may be narrower; it is wider only when
/// the columns do not fit with the narrowest cells.
/// Where some cell has a measurement, it fills the lower half of its cell with its own colour.
/// Precondition (checked): each row has one cell for each column.
/// @param width_px  width to aim at, as 1024 for a page and 360 for a telephone
[[nodiscard]] std::string svg(const HeatMap& map, double width_px = 1024.0);

}  // namespace erbium::report

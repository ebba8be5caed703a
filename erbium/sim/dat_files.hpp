// SPDX-License-Identifier: Apache-2.0
// erbium/sim/dat_files.hpp: the text of BioNetGen's .gdat, .cdat and .scan files.
// Reads: names and numbers   Used by: sim::actions, apps
#pragma once

#include <span>
#include <string>

namespace erbium::sim {

/// First line of a .gdat or .cdat: '#', "time" and the names, right-aligned in 19 columns.
[[nodiscard]] std::string dat_header(std::span<const std::string> names);

/// Names of the columns of a .cdat: S1, S2, ...
[[nodiscard]] std::string cdat_header(std::size_t species);

/// One line of a .gdat: time and values as %19.12e. NaN prints as "nan".
void append_dat_row(std::string& text, double time, std::span<const double> values);

/// The same for a .cdat, where BioNetGen prints what is below ten times the smallest normal number
/// as 0.
void append_cdat_row(std::string& text, double time, std::span<const double> values);

/// First line of a .scan or of a file of a bifurcation: "# ", names in 14 and then 16 columns.
[[nodiscard]] std::string scan_header(const std::string& parameter,
                                      std::span<const std::string> names);

/// One line of these: values as %16.8e.
void append_scan_row(std::string& text, double value, std::span<const double> values);

}  // namespace erbium::sim

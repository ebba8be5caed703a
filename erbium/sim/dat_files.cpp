// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/dat_files.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>

namespace erbium::sim {

std::string dat_header(std::span<const std::string> names) {
    std::string text = fmt::format("#{:>18}", "time");
    for (const std::string& name : names) {
        fmt::format_to(std::back_inserter(text), " {:>19}", name);
    }
    return text + "\n";
}

std::string cdat_header(std::size_t species) {
    std::string text = fmt::format("#{:>18}", "time");
    for (std::size_t s = 1; s <= species; ++s) {
        fmt::format_to(std::back_inserter(text), " {:>19}", fmt::format("S{}", s));
    }
    return text + "\n";
}

void append_dat_row(std::string& text, double time, std::span<const double> values) {
    fmt::format_to(std::back_inserter(text), "{:19.12e}", time);
    for (const double value : values) {
        fmt::format_to(std::back_inserter(text), " {:19.12e}", value);
    }
    text += '\n';
}

void append_cdat_row(std::string& text, double time, std::span<const double> values) {
    fmt::format_to(std::back_inserter(text), "{:19.12e}", time);
    for (const double value : values) {
        const bool is_underflow = std::fabs(value) < 10.0 * std::numeric_limits<double>::min();
        fmt::format_to(std::back_inserter(text), " {:19.12e}", is_underflow ? 0.0 : value);
    }
    text += '\n';
}

std::string scan_header(const std::string& parameter, std::span<const std::string> names) {
    std::string text = fmt::format("# {:>14}", parameter);
    for (const std::string& name : names) {
        fmt::format_to(std::back_inserter(text), " {:>16}", name);
    }
    return text + "\n";
}

void append_scan_row(std::string& text, double value, std::span<const double> values) {
    fmt::format_to(std::back_inserter(text), "{:16.8e}", value);
    for (const double v : values) {
        fmt::format_to(std::back_inserter(text), " {:16.8e}", v);
    }
    text += '\n';
}

}  // namespace erbium::sim

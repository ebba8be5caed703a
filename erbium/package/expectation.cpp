// SPDX-License-Identifier: Apache-2.0
// erbium/package/expectation.cpp: intervals as text.
#include "erbium/package/expectation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "erbium/base/text.hpp"

namespace erbium::package {
namespace {

std::optional<double> finite_number(std::string_view text) {
    const std::optional<double> value = parse_double(trimmed(text));
    return value && std::isfinite(*value) ? value : std::nullopt;
}

Outcome<Expectation, Diagnostics> refused(const Span& where, std::string message,
                                          std::string hint) {
    Diagnostics diagnostics;
    diagnostics.error("ERB-PKG-0030", where, std::move(message), std::move(hint));
    return diagnostics;
}

constexpr const char* kForms = "write it as '> 0.85', '<= 0.7' or 'in [0.2, 0.5]'";

}  // namespace

bool Expectation::holds(double value) const noexcept {
    const bool is_above = includes_lower ? value >= lower : value > lower;
    const bool is_below = includes_upper ? value <= upper : value < upper;
    return is_above && is_below;
}

Outcome<Expectation, Diagnostics> parse_expectation(std::string_view text, const Span& where) {
    const std::string_view body = trimmed(text);
    Expectation out;
    out.text = std::string{body};
    if (body.starts_with("in")) {
        const std::string_view list = trimmed(body.substr(2));
        if (list.size() < 2 || list.front() != '[' || list.back() != ']') {
            return refused(where, fmt::format("the expectation '{}' is not understood", body),
                           kForms);
        }
        const auto ends = split(list.substr(1, list.size() - 2), ',');
        const auto lower = ends.size() == 2 ? finite_number(ends[0]) : std::nullopt;
        const auto upper = ends.size() == 2 ? finite_number(ends[1]) : std::nullopt;
        if (!lower || !upper) {
            return refused(where, fmt::format("the interval '{}' needs two numbers", list), kForms);
        }
        if (*lower > *upper) {
            return refused(where, fmt::format("the interval '{}' is empty", list),
                           "the lower end comes first");
        }
        out.lower = *lower;
        out.upper = *upper;
        out.includes_lower = true;
        out.includes_upper = true;
        return out;
    }
    if (!body.starts_with('<') && !body.starts_with('>')) {
        return refused(where, fmt::format("the expectation '{}' is not understood", body), kForms);
    }
    const bool is_inclusive = body.substr(1).starts_with('=');
    const auto bound = finite_number(body.substr(is_inclusive ? 2 : 1));
    if (!bound) {
        return refused(where, fmt::format("the expectation '{}' needs a number", body), kForms);
    }
    (body.front() == '>' ? out.lower : out.upper) = *bound;
    (body.front() == '>' ? out.includes_lower : out.includes_upper) = is_inclusive;
    return out;
}

}  // namespace erbium::package

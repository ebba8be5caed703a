// SPDX-License-Identifier: Apache-2.0
// erbium/report/scale.cpp: positions and ticks on linear, log and symlog axes.
#include "erbium/report/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "erbium/base/check.hpp"

namespace erbium::report {
namespace {

// Slack for ticks that fall on an end of the axis up to rounding.
constexpr double kSlack = 1e-9;

/// The power of ten, exact where a double can hold it.
double power_of_ten(int exponent) {
    return std::pow(10.0, exponent);
}

/// Step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` pieces.
double nice_step(double span, int count) {
    const double raw = span / std::max(count, 1);
    const double base = power_of_ten(static_cast<int>(std::floor(std::log10(raw))));
    const double lead = raw / base;
    return base * (lead <= 1.5 ? 1.0 : lead <= 3.5 ? 2.0 : lead <= 7.5 ? 5.0 : 10.0);
}

/// k times a step; a multiple of a small step is computed by division, which keeps 3 * 0.1 = 0.3.
double multiple(double k, double step) {
    return step >= 1.0 ? k * step : k / std::round(1.0 / step);
}

std::vector<double> linear_ticks(double low, double high, int count) {
    const double step = nice_step(high - low, count);
    std::vector<double> ticks;
    const double first = std::ceil(low / step - kSlack);
    const double last = std::floor(high / step + kSlack);
    for (double k = first; k <= last; k += 1.0) {
        const double inverse = 1.0 / step;
        const bool is_exact = std::abs(inverse - std::round(inverse)) < kSlack * inverse;
        const double tick = step < 1.0 && is_exact && inverse < 1e15 ? multiple(k, step) : k * step;
        ticks.push_back(std::clamp(tick, low, high));
    }
    return ticks;
}

std::vector<double> log_ticks(double low, double high, int count) {
    const int first = static_cast<int>(std::ceil(std::log10(low) - kSlack));
    const int last = static_cast<int>(std::floor(std::log10(high) + kSlack));
    std::vector<double> ticks;
    if (last - first >= 2) {
        const int stride =
            std::max(1, static_cast<int>(std::ceil((last - first + 1.0) / (count + 1.0))));
        for (int e = first; e <= last; e += stride) {
            ticks.push_back(std::clamp(power_of_ten(e), low, high));
        }
        return ticks;
    }
    for (int e = first - 1; e <= last; ++e) {
        for (const double lead : std::array{1.0, 2.0, 5.0}) {
            const double tick = lead * power_of_ten(e);
            if (tick >= low * (1.0 - kSlack) && tick <= high * (1.0 + kSlack)) {
                ticks.push_back(std::clamp(tick, low, high));
            }
        }
    }
    return ticks.size() >= 2 ? ticks : linear_ticks(low, high, count);
}

std::vector<double> symlog_ticks(double low, double high, double linear_to, int count) {
    std::vector<double> ticks;
    if (low < 0.0) {
        const std::vector<double> below = log_ticks(
            std::clamp(high < 0.0 ? -high : linear_to, -low * 1e-12, -low), -low, count / 2);
        for (auto tick = below.rbegin(); tick != below.rend(); ++tick) {
            ticks.push_back(-*tick);
        }
    }
    if (low <= 0.0 && high >= 0.0) {
        ticks.push_back(0.0);
    }
    if (high > 0.0) {
        const double from = low > 0.0 ? low : linear_to;
        if (from < high) {
            const std::vector<double> above = log_ticks(from, high, count / 2);
            ticks.insert(ticks.end(), above.begin(), above.end());
        }
    }
    return ticks;
}

std::string superscript(int number) {
    constexpr std::array<std::string_view, 10> kDigits{"⁰", "¹", "²", "³", "⁴",
                                                       "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = number < 0 ? "⁻" : "";
    for (const char digit : fmt::format("{}", std::abs(number))) {
        text += kDigits[static_cast<std::size_t>(digit - '0')];
    }
    return text;
}

std::string with_minus(std::string text) {
    if (text.starts_with('-')) {
        text.replace(0, 1, "−");
    }
    return text;
}

}  // namespace

Scale::Scale(ScaleKind kind, double low, double high, double linear_to)
    : kind_{kind}, low_{low}, high_{high}, linear_to_{linear_to} {
    ERBIUM_CHECK(std::isfinite(low) && std::isfinite(high) && low < high,
                 "an axis runs from low to high");
    ERBIUM_CHECK(kind != ScaleKind::log || low > 0.0, "a log axis begins above zero");
    ERBIUM_CHECK(linear_to > 0.0, "the linear part of a symlog axis has a width");
}

Scale Scale::around(ScaleKind kind, const std::vector<double>& values) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (std::isfinite(value) && (kind != ScaleKind::log || value > 0.0)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (low > high) {
        return kind == ScaleKind::log ? Scale{kind, 0.1, 10.0} : Scale{kind, 0.0, 1.0};
    }
    if (kind == ScaleKind::log) {
        const int first = static_cast<int>(std::floor(std::log10(low) + kSlack));
        const int last = static_cast<int>(std::ceil(std::log10(high) - kSlack));
        return Scale{kind, power_of_ten(first), power_of_ten(std::max(last, first + 1))};
    }
    if (low == high) {
        const double pad = low == 0.0 ? 1.0 : 0.5 * std::abs(low);
        low -= low > 0.0 ? low : pad;
        high += pad;
    }
    const double step = nice_step(high - low, 5);
    return Scale{kind, step * std::floor(low / step + kSlack),
                 step * std::ceil(high / step - kSlack)};
}

bool Scale::can_show(double value) const noexcept {
    return std::isfinite(value) && (kind_ != ScaleKind::log || value > 0.0);
}

double Scale::warped(double value) const noexcept {
    switch (kind_) {
        case ScaleKind::linear:
            return value;
        case ScaleKind::log:
            return std::log10(value);
        case ScaleKind::symlog:
            break;
    }
    return std::asinh(value / linear_to_);
}

double Scale::fraction(double value) const {
    ERBIUM_CHECK(can_show(value), "the axis has no place for this value");
    return (warped(value) - warped(low_)) / (warped(high_) - warped(low_));
}

std::vector<double> Scale::ticks(int count) const {
    switch (kind_) {
        case ScaleKind::linear:
            return linear_ticks(low_, high_, count);
        case ScaleKind::log:
            return log_ticks(low_, high_, count);
        case ScaleKind::symlog:
            break;
    }
    return symlog_ticks(low_, high_, linear_to_, count);
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
    double largest = 0.0;
    double smallest = std::numeric_limits<double>::infinity();
    for (const double tick : ticks) {
        if (tick != 0.0) {
            largest = std::max(largest, std::abs(tick));
            smallest = std::min(smallest, std::abs(tick));
        }
    }
    const bool is_plain = largest < 1e5 && (smallest >= 1e-4 || ticks.empty());
    std::vector<std::string> labels;
    for (const double tick : ticks) {
        labels.push_back(is_plain || tick == 0.0 ? with_minus(fmt::format("{:.6g}", tick))
                                                 : number_label(tick, 3));
    }
    if (!is_plain) {
        return labels;
    }
    // Steps of one length get the decimals of the finest: 0, 0.5, 1 reads 0.0, 0.5, 1.0.
    const bool is_even =
        ticks.size() > 2 && std::abs((ticks[1] - ticks[0]) - (ticks[2] - ticks[1])) <=
                                1e-6 * std::abs(ticks[1] - ticks[0]);
    std::size_t decimals = 0;
    for (const std::string& label : labels) {
        const std::size_t point = label.find('.');
        decimals = std::max(decimals, point == std::string::npos ? 0 : label.size() - point - 1);
    }
    for (std::size_t i = 0; is_even && i < ticks.size(); ++i) {
        labels[i] = fixed_label(ticks[i], static_cast<int>(decimals));
    }
    return labels;
}

std::string number_label(double value, int digits) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0.0 ? "∞" : "−∞";
    }
    const std::string scientific = fmt::format("{:.{}e}", value, std::max(digits - 1, 0));
    const std::size_t e = scientific.find('e');
    const int exponent = value == 0.0 ? 0 : std::stoi(scientific.substr(e + 1));
    if (exponent >= -4 && exponent < std::max(digits, 5)) {
        return with_minus(fmt::format("{:.{}f}", value, std::max(0, digits - 1 - exponent)));
    }
    std::string lead = scientific.substr(0, e);
    if (lead.find('.') != std::string::npos) {
        lead.erase(lead.find_last_not_of('0') + 1);
        if (lead.back() == '.') {
            lead.pop_back();
        }
    }
    const std::string power = "10" + superscript(exponent);
    return lead == "1" ? power : lead == "-1" ? "−" + power : with_minus(lead) + "×" + power;
}

std::string fixed_label(double value, int decimals) {
    if (std::isnan(value)) {
        return "NaN";
    }
    std::string text = fmt::format("{:.{}f}", value, decimals);
    const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
    if (is_zero && text.starts_with('-')) {
        text.erase(0, 1);
    }
    return with_minus(std::move(text));
}

}  // namespace erbium::report

// SPDX-License-Identifier: Apache-2.0
// erbium/base/units.cpp: the table of units, their grammar and their conversion.
#include "erbium/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"

namespace erbium {
namespace {

constexpr Dimension kTime{.time = 1};
constexpr Dimension kSubstance{.substance = 1};
constexpr Dimension kMass{.mass = 1};
constexpr Dimension kLength{.length = 1};
constexpr Dimension kVolume{.length = 3};
constexpr Dimension kCopies{.copies = 1};
constexpr Dimension kMolar{.substance = 1, .length = -3};
constexpr Dimension kMassConcentration{.mass = 1, .length = -3};
constexpr Dimension kMolarMass{.substance = -1, .mass = 1};

struct NamedUnit {
    std::string_view name;
    Unit unit;
};

const std::vector<NamedUnit>& named_units() {
    static const std::vector<NamedUnit> kUnits = {
        {"1", {}},
        {"%", {{}, 1.0, -2}},
        {"s", {kTime, 1.0, 0}},
        {"ms", {kTime, 1.0, -3}},
        {"min", {kTime, 60.0, 0}},
        {"h", {kTime, 3600.0, 0}},
        {"d", {kTime, 86400.0, 0}},
        {"wk", {kTime, 604800.0, 0}},
        {"M", {kMolar, 1.0, 3}},
        {"mM", {kMolar, 1.0, 0}},
        {"uM", {kMolar, 1.0, -3}},
        {"nM", {kMolar, 1.0, -6}},
        {"pM", {kMolar, 1.0, -9}},
        {"copies", {kCopies, 1.0, 0}},
        {"cell", {}},  // all amounts are per cell, so the word says nothing that counts
        {"mol", {kSubstance, 1.0, 0}},
        {"mmol", {kSubstance, 1.0, -3}},
        {"umol", {kSubstance, 1.0, -6}},
        {"nmol", {kSubstance, 1.0, -9}},
        {"pmol", {kSubstance, 1.0, -12}},
        {"kg", {kMass, 1.0, 3}},
        {"g", {kMass, 1.0, 0}},
        {"mg", {kMass, 1.0, -3}},
        {"ug", {kMass, 1.0, -6}},
        {"ng", {kMass, 1.0, -9}},
        {"pg", {kMass, 1.0, -12}},
        {"L", {kVolume, 1.0, -3}},
        {"mL", {kVolume, 1.0, -6}},
        {"uL", {kVolume, 1.0, -9}},
        {"nL", {kVolume, 1.0, -12}},
        {"pL", {kVolume, 1.0, -15}},
        {"fL", {kVolume, 1.0, -18}},
        {"m", {kLength, 1.0, 0}},
        {"cm", {kLength, 1.0, -2}},
        {"um", {kLength, 1.0, -6}},
        {"nm", {kLength, 1.0, -9}},
        {"Da", {kMolarMass, 1.0, 0}},
        {"kDa", {kMolarMass, 1.0, 3}},
    };
    return kUnits;
}

/// Powers of ten up to 10^22 are exact doubles.
double times_power_of_ten(double value, int exponent) {
    constexpr int kExact = 22;
    while (exponent != 0) {
        const int step = std::min(std::abs(exponent), kExact);
        const double power = std::pow(10.0, step);
        value = exponent > 0 ? value * power : value / power;
        exponent += exponent > 0 ? -step : step;
    }
    return value;
}

UnitProblem problem(std::string message, std::string hint = {}, std::size_t offset = 0,
                    std::size_t length = 0) {
    return {std::move(message), std::move(hint), static_cast<std::uint32_t>(offset),
            static_cast<std::uint32_t>(length)};
}

/// Recursive descent: product = factor (('*' | '/') factor)*, factor = atom ('^' integer)?,
/// atom = name | '1' | '(' product ')'.
class UnitParser {
public:
    explicit UnitParser(std::string_view text) : text_{text} {}

    Outcome<Unit, UnitProblem> parse() {
        Unit unit;
        if (text_.size() > kLongest) {
            fail("a unit of this length is a mistake", 0, text_.size());
        } else if (trimmed(text_).empty()) {
            fail("a unit is missing", 0, text_.size(), "write '1' for a plain number");
        } else {
            unit = product(0);
            skip_blanks();
            if (!problem_ && at_ < text_.size()) {
                fail(fmt::format("'{}' is not expected in the unit '{}'", text_.substr(at_), text_),
                     at_, text_.size() - at_, "join units with '*', '/' and '^', as in 1/(nM*s)");
            }
        }
        if (problem_) {
            return *problem_;
        }
        return unit;
    }

private:
    static constexpr std::size_t kLongest = 80;
    static constexpr int kDeepest = 8;
    static constexpr int kHighestPower = 12;

    Unit product(int depth) {
        Unit unit = factor(depth);
        while (!problem_) {
            skip_blanks();
            if (at_ >= text_.size() || (text_[at_] != '*' && text_[at_] != '/')) {
                break;
            }
            const bool divides = text_[at_++] == '/';
            const Unit next = factor(depth);
            unit = unit.times(divides ? next.to_the_power(-1) : next);
        }
        return unit;
    }

    Unit factor(int depth) {
        const Unit unit = atom(depth);
        skip_blanks();
        if (problem_ || at_ >= text_.size() || text_[at_] != '^') {
            return unit;
        }
        const std::size_t begin = ++at_;
        const bool is_negative = at_ < text_.size() && text_[at_] == '-';
        at_ += is_negative ? 1 : 0;
        int exponent = 0;
        const std::size_t digits = at_;
        while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
            exponent = std::min(exponent * 10 + (text_[at_++] - '0'), kHighestPower + 1);
        }
        if (at_ == digits || exponent > kHighestPower) {
            fail(fmt::format("the exponent in the unit '{}' must be a whole number up to {}", text_,
                             kHighestPower),
                 begin, std::max<std::size_t>(at_ - begin, 1));
            return unit;
        }
        return unit.to_the_power(is_negative ? -exponent : exponent);
    }

    Unit atom(int depth) {
        skip_blanks();
        const std::size_t begin = at_;
        if (at_ < text_.size() && text_[at_] == '(') {
            ++at_;
            if (depth >= kDeepest) {
                fail("the parentheses of this unit are nested too deeply", begin, 1);
                return {};
            }
            const Unit unit = product(depth + 1);
            skip_blanks();
            if (!problem_ && (at_ >= text_.size() || text_[at_] != ')')) {
                fail(fmt::format("')' is missing in the unit '{}'", text_), begin, 1);
            }
            ++at_;
            return unit;
        }
        while (at_ < text_.size() && is_name_byte(text_[at_])) {
            ++at_;
        }
        std::string name{text_.substr(begin, at_ - begin)};
        if (name.empty()) {
            fail(fmt::format("a unit is missing in '{}'", text_), begin, 1,
                 "join units with '*', '/' and '^', as in 1/(nM*s)");
            return {};
        }
        for (const std::string_view micro : {"\xC2\xB5", "\xCE\xBC"}) {  // U+00B5, U+03BC
            if (name.starts_with(micro)) {
                name.replace(0, micro.size(), "u");
            }
        }
        for (const NamedUnit& named : named_units()) {
            if (named.name == name) {
                return named.unit;
            }
        }
        fail(fmt::format("'{}' is not a known unit", name), begin, at_ - begin, suggestion(name));
        return {};
    }

    static std::string suggestion(const std::string& name) {
        static const std::vector<std::pair<std::string_view, std::string_view>> kOtherSpellings = {
            {"sec", "s"},       {"second", "s"},    {"seconds", "s"},
            {"hr", "h"},        {"hrs", "h"},       {"hour", "h"},
            {"hours", "h"},     {"day", "d"},       {"days", "d"},
            {"week", "wk"},     {"weeks", "wk"},    {"minute", "min"},
            {"minutes", "min"}, {"copy", "copies"}, {"molecules", "copies"},
            {"cells", "cell"},  {"ml", "mL"},       {"ul", "uL"},
            {"l", "L"},
        };
        for (const auto& [other, ours] : kOtherSpellings) {
            if (other == name) {
                return fmt::format("did you mean '{}'?", ours);
            }
        }
        std::vector<std::string> names;
        for (const NamedUnit& named : named_units()) {
            names.emplace_back(named.name);
        }
        return did_you_mean(name, names);
    }

    static bool is_name_byte(char c) noexcept {
        const auto byte = static_cast<unsigned char>(c);
        return std::isalnum(byte) != 0 || c == '%' || c == '_' || byte >= 0x80U;
    }

    void skip_blanks() noexcept {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }

    void fail(std::string message, std::size_t offset, std::size_t length, std::string hint = {}) {
        if (!problem_) {
            problem_ = problem(std::move(message), std::move(hint), offset, length);
        }
    }

    std::string_view text_;
    std::size_t at_{};
    std::optional<UnitProblem> problem_;
};

/// Length of the longest prefix that spells a number.
std::size_t number_length(std::string_view text) {
    std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) {
            ++at;
        }
        return at > begin;
    };
    bool has_digits = digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        has_digits = digits() || has_digits;
    }
    if (!has_digits) {
        return 0;
    }
    const std::size_t mantissa = at;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
            ++at;
        }
        if (!digits()) {
            return mantissa;
        }
    }
    return at;
}

bool is_molar(const Dimension& d) {
    return d == kMolar;
}
bool is_mass_concentration(const Dimension& d) {
    return d == kMassConcentration;
}

}  // namespace

std::string Dimension::words() const {
    static const std::vector<std::pair<Dimension, std::string_view>> kWords = {
        {{}, "a plain number"},
        {kTime, "a time"},
        {{.time = -1}, "a rate (1/time)"},
        {kMolar, "a concentration"},
        {kMassConcentration, "a mass concentration"},
        {kMolarMass, "a molar mass"},
        {kCopies, "a number of copies"},
        {{.time = -1, .copies = 1}, "copies per time"},
        {{.time = -1, .copies = -1}, "a rate per copy (1/(copies*time))"},
        {{.time = -1, .substance = 1, .length = -3}, "a concentration per time"},
        {{.time = -1, .substance = -1, .length = 3}, "a binding rate (1/(concentration*time))"},
        {{.copies = -1}, "a plain number per copy"},
        {{.substance = -1, .length = 3}, "a plain number per concentration"},
        {kSubstance, "an amount of substance"},
        {kMass, "a mass"},
        {kLength, "a length"},
        {{.length = 2}, "an area"},
        {kVolume, "a volume"},
    };
    for (const auto& [dimension, words] : kWords) {
        if (dimension == *this) {
            return std::string{words};
        }
    }
    std::string out;
    const auto power = [&out](std::string_view name, int exponent) {
        if (exponent != 0) {
            out += out.empty() ? "" : " * ";
            out += exponent == 1 ? std::string{name} : fmt::format("{}^{}", name, exponent);
        }
    };
    power("copies", copies);
    power("substance", substance);
    power("mass", mass);
    power("length", length);
    power("time", time);
    return out;
}

Unit Unit::times(const Unit& other) const {
    Unit out;
    const Dimension& a = dimension_;
    const Dimension& b = other.dimension_;
    out.dimension_ = {a.time + b.time, a.substance + b.substance, a.mass + b.mass,
                      a.length + b.length, a.copies + b.copies};
    out.numerator_ = numerator_ * other.numerator_;
    out.denominator_ = denominator_ * other.denominator_;
    out.exponent10_ = exponent10_ + other.exponent10_;
    return out;
}

Unit Unit::to_the_power(int exponent) const {
    Unit base = *this;
    if (exponent < 0) {
        std::swap(base.numerator_, base.denominator_);
        base.exponent10_ = -base.exponent10_;
        const Dimension& d = dimension_;
        base.dimension_ = {-d.time, -d.substance, -d.mass, -d.length, -d.copies};
    }
    Unit out;
    for (int i = 0; i < std::abs(exponent); ++i) {
        out = out.times(base);
    }
    return out;
}

double converted(double value, const Unit& from, const Unit& to) {
    ERBIUM_CHECK(from.dimension_ == to.dimension_, "conversion between different dimensions");
    const double up = from.numerator_ * to.denominator_;
    const double down = from.denominator_ * to.numerator_;
    const double scaled = up == down ? value : value * up / down;
    return times_power_of_ten(scaled, from.exponent10_ - to.exponent10_);
}

Outcome<Unit, UnitProblem> parse_unit(std::string_view text) {
    return UnitParser{text}.parse();
}

Outcome<double, UnitProblem> convert(double value, std::string_view from, std::string_view to,
                                     std::optional<double> molar_mass) {
    const auto from_unit = parse_unit(from);
    if (!from_unit) {
        return from_unit.error();
    }
    const auto to_unit = parse_unit(to);
    if (!to_unit) {
        return to_unit.error();
    }
    const Unit& a = from_unit.value();
    const Unit& b = to_unit.value();
    if (a.dimension() == b.dimension()) {
        return converted(value, a, b);
    }
    const bool crosses_mass = (is_molar(a.dimension()) && is_mass_concentration(b.dimension())) ||
                              (is_mass_concentration(a.dimension()) && is_molar(b.dimension()));
    if (crosses_mass && molar_mass) {
        const Unit g_per_mol{kMolarMass, 1.0, 0};
        if (is_molar(a.dimension())) {
            return converted(value * *molar_mass, a.times(g_per_mol), b);
        }
        return converted(value / *molar_mass, a.times(g_per_mol.to_the_power(-1)), b);
    }
    std::string hint;
    if (crosses_mass) {
        hint = "a molar mass [g/mol] would relate the two";
    } else if (a.dimension().copies != b.dimension().copies &&
               a.dimension().substance != b.dimension().substance) {
        hint =
            "copies and concentrations are related by a volume: make the conversion a parameter of "
            "the model";
    }
    return problem(fmt::format("'{}' does not convert to '{}': it is {}, not {}", from, to,
                               a.dimension().words(), b.dimension().words()),
                   std::move(hint));
}

Outcome<Quantity, UnitProblem> parse_quantity(std::string_view text) {
    const std::string_view body = trimmed(text);
    if (body.empty()) {
        return problem("a number with a unit is missing", "write it as in '72h' or '10 ug/mL'");
    }
    const auto lead = static_cast<std::size_t>(body.data() - text.data());
    const std::size_t length = number_length(body);
    const std::optional<double> value = parse_double(body.substr(0, length));
    if (!value) {
        return problem(fmt::format("'{}' does not start with a number", body),
                       "write it as in '72h' or '10 ug/mL'", lead, body.size());
    }
    if (!std::isfinite(*value)) {
        return problem(fmt::format("the number '{}' is too large", body.substr(0, length)), {},
                       lead, length);
    }
    const std::string_view rest = trimmed(body.substr(length));
    Quantity quantity;
    quantity.value = *value;
    quantity.unit_text = rest.empty() ? "1" : std::string{rest};
    if (!rest.empty()) {
        auto unit = parse_unit(rest);
        if (!unit) {
            UnitProblem inner = std::move(unit).error();
            inner.offset += static_cast<std::uint32_t>(rest.data() - text.data());
            return inner;
        }
        quantity.unit = unit.value();
    }
    return quantity;
}

Outcome<double, UnitProblem> parse_time_s(std::string_view text) {
    auto quantity = parse_quantity(text);
    if (!quantity) {
        return std::move(quantity).error();
    }
    const Quantity& q = quantity.value();
    if (q.unit.dimension() != kTime) {
        return problem(q.unit_text == "1" ? fmt::format("the time '{}' has no unit", trimmed(text))
                                          : fmt::format("'{}' is {}, but a time is expected",
                                                        trimmed(text), q.unit.dimension().words()),
                       "write it as in '72h', '30min' or '3d'");
    }
    return converted(q.value, q.unit, Unit{kTime, 1.0, 0});
}

Outcome<Quantity, UnitProblem> parse_dose(std::string_view text) {
    auto quantity = parse_quantity(text);
    if (!quantity) {
        return std::move(quantity).error();
    }
    const Quantity& q = quantity.value();
    if (!is_molar(q.unit.dimension()) && !is_mass_concentration(q.unit.dimension())) {
        return problem(q.unit_text == "1" ? fmt::format("the dose '{}' has no unit", trimmed(text))
                                          : fmt::format("'{}' is {}, but a dose is a concentration",
                                                        trimmed(text), q.unit.dimension().words()),
                       "write it as in '10 nM' or '10 ug/mL'");
    }
    if (q.value < 0.0) {
        return problem(fmt::format("the dose '{}' is negative", trimmed(text)));
    }
    return quantity;
}

Outcome<double, UnitProblem> dose_nM(const Quantity& dose, std::optional<double> molar_mass) {
    return convert(dose.value, dose.unit_text, "nM", molar_mass);
}

std::string time_text(double time_s) {
    struct Step {
        double seconds;
        double at_least;  // in that unit
        const char* name;
    };
    for (const Step& step : {Step{86400.0, 7.0, "d"}, Step{3600.0, 1.0, "h"},
                             Step{60.0, 1.0, "min"}, Step{1.0, 0.0, "s"}}) {
        const double count = time_s / step.seconds;
        if (count >= step.at_least && count == std::floor(count)) {
            return fmt::format("{:.0f} {}", count, step.name);
        }
    }
    return fmt::format("{} h", rounded(hours_from_s(time_s), 3));
}

}  // namespace erbium

// SPDX-License-Identifier: Apache-2.0
// erbium/base/unit_text.cpp: the names of units and the grammar that joins them.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/base/units.hpp"

namespace erbium {
namespace {

constexpr Dimension kTime{.time = 1};
constexpr Dimension kSubstance{.substance = 1};
constexpr Dimension kMass{.mass = 1};
constexpr Dimension kLength{.length = 1};
constexpr Dimension kVolume{.length = 3};
constexpr Dimension kCopies{.copies = 1};
constexpr Dimension kMolar{.substance = 1, .length = -3};
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

}  // namespace

Outcome<Unit, UnitProblem> parse_unit(std::string_view text) {
    return UnitParser{text}.parse();
}

}  // namespace erbium

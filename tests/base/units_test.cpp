// SPDX-License-Identifier: Apache-2.0
// tests/base/units_test.cpp: units against arithmetic, and the texts of what is refused.
#include "erbium/base/units.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "near.hpp"

namespace erbium {
namespace {

double must_convert(double value, const char* from, const char* to,
                    std::optional<double> molar_mass = std::nullopt) {
    const auto result = convert(value, from, to, molar_mass);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? result.value() : -1.0;
}

std::string problem_of(const Outcome<double, UnitProblem>& result) {
    if (result) {
        return "no problem";
    }
    const UnitProblem& p = result.error();
    return p.hint.empty() ? p.message : p.message + " | " + p.hint;
}

std::string problem_of_unit(const char* text) {
    const auto unit = parse_unit(text);
    if (unit) {
        return "no problem";
    }
    const UnitProblem& p = unit.error();
    return p.hint.empty() ? p.message : p.message + " | " + p.hint;
}

TEST(Units, ConvertTimesExactly) {
    EXPECT_EQ(must_convert(1, "min", "s"), 60.0);
    EXPECT_EQ(must_convert(72, "h", "s"), 72.0 * 3600.0);
    EXPECT_EQ(must_convert(3, "d", "h"), 72.0);
    EXPECT_EQ(must_convert(1, "wk", "d"), 7.0);
    EXPECT_EQ(must_convert(1500, "ms", "s"), 1.5);
}

TEST(Units, ConvertConcentrationsByExactPowersOfTen) {
    EXPECT_EQ(must_convert(1, "uM", "nM"), 1000.0);
    EXPECT_EQ(must_convert(0.1, "uM", "nM"), 100.0);
    EXPECT_EQ(must_convert(1, "M", "nM"), 1e9);
    EXPECT_EQ(must_convert(2.5, "pM", "nM"), 2.5 / 1000.0);
    EXPECT_EQ(must_convert(1, "mM", "mol/L"), 1.0 / 1000.0);
    EXPECT_EQ(must_convert(1, "ug/mL", "mg/L"), 1.0);
    EXPECT_EQ(must_convert(1, "ng/mL", "ug/L"), 1.0);
}

TEST(Units, ConvertRatesThroughTheirPowers) {
    EXPECT_EQ(must_convert(1, "1/h", "1/s"), 1.0 / 3600.0);
    EXPECT_EQ(must_convert(1, "1/d", "1/h"), 1.0 / 24.0);
    EXPECT_TRUE(near_rel(must_convert(1, "1/(M*s)", "1/(nM*s)"), 1e-9, 1e-15));
    EXPECT_TRUE(near_rel(must_convert(6, "1/(uM*min)", "1/(nM*s)"), 6.0 / 1000.0 / 60.0, 1e-15));
    EXPECT_EQ(must_convert(2, "copies/(cell*s)", "copies/s"), 2.0);
    EXPECT_EQ(must_convert(2, "nM/min", "nM/s"), 2.0 / 60.0);
    EXPECT_EQ(must_convert(4, "um^2", "m^2"), 4e-12);
}

TEST(Units, ReadSlashesAsArithmeticDoes) {
    EXPECT_EQ(must_convert(1, "1/nM/s", "1/(nM*s)"), 1.0);
    EXPECT_EQ(must_convert(1, "nM^-1*s^-1", "1/(nM*s)"), 1.0);
    EXPECT_EQ(must_convert(1, " 1 / ( nM * s ) ", "1/(nM*s)"), 1.0);
}

TEST(Units, CountPercentAsHundredths) {
    EXPECT_EQ(must_convert(31, "%", "1"), 31.0 / 100.0);
}

TEST(Units, ReadTheMicroSignAsU) {
    EXPECT_EQ(must_convert(1, "\xC2\xB5M", "nM"), 1000.0);    // micro sign
    EXPECT_EQ(must_convert(1, "\xCE\xBCg/mL", "mg/L"), 1.0);  // Greek mu
}

TEST(Units, RelateMassAndSubstanceThroughAMolarMass) {
    // 10 ug/mL of an antibody of 145.5 kDa: 10e-3 g/L / 145500 g/mol = 68.7 nM
    EXPECT_TRUE(near_rel(must_convert(10, "ug/mL", "nM", 145500.0), 10e-3 / 145500.0 * 1e9, 1e-14));
    EXPECT_TRUE(near_rel(must_convert(1, "nM", "ng/mL", 8000.0), 8.0, 1e-14));
}

TEST(Units, RoundTripThroughEveryUnitOfTheSameDimension) {
    const std::vector<std::vector<const char*>> families = {
        {"s", "ms", "min", "h", "d", "wk"},
        {"M", "mM", "uM", "nM", "pM", "mol/L", "pmol/mL"},
        {"g/L", "mg/L", "ug/mL", "ng/mL", "pg/uL"},
        {"mol", "mmol", "umol", "nmol", "pmol"},
        {"kg", "g", "mg", "ug", "ng", "pg"},
        {"L", "mL", "uL", "nL", "pL", "fL", "um^3", "cm^3"},
        {"m", "cm", "um", "nm"},
        {"Da", "kDa", "g/mol"},
        {"1/(nM*s)", "1/(uM*min)", "L/(mol*h)"},
    };
    for (const auto& family : families) {
        for (const char* from : family) {
            for (const char* to : family) {
                const double there = must_convert(0.7, from, to);
                EXPECT_TRUE(near_rel(must_convert(there, to, from), 0.7, 1e-14))
                    << from << " -> " << to;
            }
        }
    }
}

TEST(Units, ConversionsOfProductsAreProductsOfConversions) {
    const double time = must_convert(1, "h", "s");
    const double conc = must_convert(1, "uM", "nM");
    EXPECT_TRUE(
        near_rel(must_convert(1, "1/(uM^2*h)", "1/(nM^2*s)"), 1 / (conc * conc * time), 1e-14));
}

TEST(Units, CopiesAndConcentrationsDoNotConvert) {
    EXPECT_EQ(problem_of(convert(1, "1/copies", "1/nM")),
              "'1/copies' does not convert to '1/nM': it is a plain number per copy, not "
              "a plain number per concentration | copies and concentrations are related by a "
              "volume: make "
              "the conversion a parameter of the model");
}

TEST(Units, MassWithoutAMolarMassIsRefusedWithAHint) {
    EXPECT_EQ(problem_of(convert(1, "ug/mL", "nM")),
              "'ug/mL' does not convert to 'nM': it is a mass concentration, not a concentration | "
              "a molar mass [g/mol] would relate the two");
}

TEST(Units, DifferentDimensionsAreRefusedInWords) {
    EXPECT_EQ(problem_of(convert(1, "1/s", "1/(nM*s)")),
              "'1/s' does not convert to '1/(nM*s)': it is a rate (1/time), not a binding rate "
              "(1/(concentration*time))");
}

TEST(Units, MisspeltUnitsAreRefusedWithAHint) {
    EXPECT_EQ(problem_of_unit("hours"), "'hours' is not a known unit | did you mean 'h'?");
    EXPECT_EQ(problem_of_unit("ug/ml"), "'ml' is not a known unit | did you mean 'mL'?");
    EXPECT_EQ(problem_of_unit("bananas"), "'bananas' is not a known unit");
    EXPECT_EQ(problem_of_unit(""), "a unit is missing | write '1' for a plain number");
    EXPECT_EQ(problem_of_unit("1/"),
              "a unit is missing in '1/' | join units with '*', '/' and '^', as in 1/(nM*s)");
    EXPECT_EQ(problem_of_unit("1/(nM*s"), "')' is missing in the unit '1/(nM*s'");
    EXPECT_EQ(problem_of_unit("nM s"),
              "'s' is not expected in the unit 'nM s' | join units with '*', '/' and '^', as in "
              "1/(nM*s)");
    EXPECT_EQ(problem_of_unit("s^x"),
              "the exponent in the unit 's^x' must be a whole number up to 12");
    EXPECT_EQ(problem_of_unit("s^99999999999999"),
              "the exponent in the unit 's^99999999999999' must be a whole number up to 12");
    EXPECT_EQ(problem_of_unit("(((((((((((((s)))))))))))))"),
              "the parentheses of this unit are nested too deeply");
    EXPECT_EQ(problem_of_unit(std::string(5000, '(').c_str()),
              "a unit of this length is a mistake");
}

TEST(Units, TheCulpritsPlaceIsKnown) {
    const auto unit = parse_unit("1/(nM*hours)");
    ASSERT_FALSE(unit);
    EXPECT_EQ(unit.error().offset, 6U);
    EXPECT_EQ(unit.error().length, 5U);
}

TEST(Quantities, ReadNumberAndUnitWithAndWithoutABlank) {
    EXPECT_EQ(parse_time_s("72h").value(), 259200.0);
    EXPECT_EQ(parse_time_s(" 1.5 d ").value(), 129600.0);
    EXPECT_EQ(parse_time_s("0s").value(), 0.0);
    const auto rate = parse_quantity("5e-3 1/(nM*s)");
    ASSERT_TRUE(rate);
    EXPECT_EQ(rate.value().value, 5e-3);
    EXPECT_EQ(rate.value().unit_text, "1/(nM*s)");
    EXPECT_EQ(parse_quantity("3").value().unit_text, "1");
}

TEST(Quantities, TimesAndDosesOfTheWrongKindAreRefused) {
    EXPECT_EQ(problem_of(parse_time_s("72")),
              "the time '72' has no unit | write it as in '72h', '30min' or '3d'");
    EXPECT_EQ(problem_of(parse_time_s("72 nM")),
              "'72 nM' is a concentration, but a time is expected | write it as in '72h', '30min' "
              "or '3d'");
    EXPECT_EQ(problem_of(parse_time_s("soon")),
              "'soon' does not start with a number | write it as in '72h' or '10 ug/mL'");
    EXPECT_EQ(problem_of(parse_time_s("1e999h")), "the number '1e999' is too large");
    const auto dose = parse_dose("10");
    ASSERT_FALSE(dose);
    EXPECT_EQ(dose.error().message, "the dose '10' has no unit");
    EXPECT_EQ(parse_dose("10 s").error().message,
              "'10 s' is a time, but a dose is a concentration");
    EXPECT_EQ(parse_dose("-1 nM").error().message, "the dose '-1 nM' is negative");
    EXPECT_EQ(parse_dose("").error().message, "a number with a unit is missing");
    EXPECT_EQ(parse_dose("   ").error().message, "a number with a unit is missing");
}

TEST(Quantities, DosesBecomeNanomolar) {
    EXPECT_TRUE(near_rel(dose_nM(parse_dose("10 ug/mL").value(), 145500.0).value(),
                         10e-3 / 145500.0 * 1e9, 1e-14));
    EXPECT_EQ(dose_nM(parse_dose("1 uM").value(), std::nullopt).value(), 1000.0);
    EXPECT_FALSE(dose_nM(parse_dose("10 ug/mL").value(), std::nullopt));
}

TEST(Quantities, TimesPrintAsPeopleSayThem) {
    EXPECT_EQ(time_text(72 * 3600.0), "72 h");
    EXPECT_EQ(time_text(14 * 86400.0), "14 d");
    EXPECT_EQ(time_text(90.0 * 60), "90 min");
    EXPECT_EQ(time_text(10.0), "10 s");
    EXPECT_EQ(time_text(0.0), "0 s");
    EXPECT_EQ(time_text(12345.5), "3.43 h");
}

}  // namespace
}  // namespace erbium

// SPDX-License-Identifier: Apache-2.0
// tests/net/find_species_test.cpp: species named by users.
#include "erbium/net/find_species.hpp"

#include <gtest/gtest.h>

#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"

namespace erbium::net {
namespace {

class FindSpecies : public ::testing::Test {
protected:
    FindSpecies()
        : model_{model::bind_text("begin compartments\nout 3 1\nmem 2 1 out\nend compartments\n"
                                  "begin molecule types\nL(r,r)\nR(l,t~u~p)\nend molecule types\n"
                                  "begin species\nL(r,r)@out 1\nR(l,t~u)@mem 1\nend species\n"
                                  "begin reaction rules\nL(r)+R(l)->L(r!1).R(l!1) 1\n"
                                  "end reaction rules\n")
                     .value()
                     .model},
          network_{generate(model_).value().network} {}

    /// The text of the species found, or nothing.
    std::string found(std::string_view text) const {
        const auto s = find_species(network_, model_, text);
        return s ? std::string{network_.species_text(*s)} : "";
    }

    model::Model model_;
    Network network_;
};

TEST_F(FindSpecies, TakesAnyOrderAndAnyBondNumbers) {
    const std::string one = found("R(t~u,l!7)@mem.L(r,r!7)@out");
    EXPECT_NE(one, "");
    EXPECT_EQ(found("L(r!1,r)@out.R(l!1,t~u)@mem"), one);
    EXPECT_EQ(found(one), one);
    EXPECT_NE(found("R(t~u,l!1)@mem.L(r!2,r!1)@out.R(l!2,t~u)@mem"), one);
}

TEST_F(FindSpecies, TellsCompartmentsApart) {
    EXPECT_NE(found("L(r,r)@out"), "");
    EXPECT_EQ(found("L(r,r)@mem"), "");
}

TEST_F(FindSpecies, GivesNothingForWhatIsNoSpeciesOfTheNetwork) {
    for (const char* text : {"", "L(r)@out", "R(l,t~p)@mem", "X()", "R(l", "R(l!1,t~u)@mem",
                             "L(r,r)@out 1\nR(l,t~u)@mem", "L(r,r)@out # L", "$"}) {
        EXPECT_EQ(found(text), "") << text;
    }
}

}  // namespace
}  // namespace erbium::net

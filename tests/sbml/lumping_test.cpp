// SPDX-License-Identifier: Apache-2.0
// tests/sbml/lumping_test.cpp: lumped SBML models have the outputs of the whole ones.
#include "erbium/net/lumping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "erbium/net/product_form.hpp"
#include "erbium/sbml/export.hpp"
#include "lumped.hpp"
#include "random_network.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

std::string ci(const std::string& id) {
    return "<ci>" + id + "</ci>";
}
std::string term(const std::string& op, const std::string& operands) {
    return "<apply><" + op + "/>" + operands + "</apply>";
}
const std::string kTime =
    "<csymbol encoding=\"text\" "
    "definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t</csymbol>";

std::string side(const std::string& list, const std::vector<std::string>& members) {
    std::string text = "<" + list + ">";
    for (const std::string& member : members) {
        text +=
            "<speciesReference species=\"" + member + "\" stoichiometry=\"1\" constant=\"true\"/>";
    }
    return text + "</" + list + ">";
}

std::string reaction(const std::string& id, const std::vector<std::string>& left,
                     const std::vector<std::string>& right, const std::string& rate,
                     const std::string& modifier = {}) {
    return "<reaction id=\"" + id + "\" reversible=\"true\">" + side("listOfReactants", left) +
           side("listOfProducts", right) +
           (modifier.empty() ? ""
                             : "<listOfModifiers><modifierSpeciesReference species=\"" + modifier +
                                   "\"/></listOfModifiers>") +
           "<kineticLaw>" + math(rate) + "</kineticLaw></reaction>";
}

std::string rule(const std::string& kind, const std::string& variable, const std::string& value) {
    return "<" + kind + " variable=\"" + variable + "\">" + math(value) + "</" + kind + ">";
}

/// A protein with three sites that E modifies and time undoes, in concentrations; its eight forms
/// bind B with reversible rates; E is lost by saturation and given at t = 1 by an event. The
/// compartment stands still or grows.
std::string three_sites(bool grows) {
    constexpr std::uint32_t kForms = 8;
    std::string all_species =
        species("E", "initialConcentration=\"1.5\"") + species("B", "initialConcentration=\"2\"");
    std::string reactions = reaction("lost", {"E"}, {},
                                     term("divide", term("times", ci("C") + ci("v") + ci("E")) +
                                                        term("plus", ci("Km") + ci("E"))));
    std::string modified;
    for (std::uint32_t f = 0; f < kForms; ++f) {
        const std::string p = "P" + std::to_string(f);
        const std::string pb = "PB" + std::to_string(f);
        all_species +=
            species(p, "initialConcentration=\"" + std::to_string(1.0 / (1.0 + f)) + "\"") +
            species(pb, "initialConcentration=\"0\"");
        reactions += reaction(
            "bind" + p, {p, "B"}, {pb},
            term("times", ci("C") + term("minus", term("times", ci("on") + ci(p) + ci("B")) +
                                                      term("times", ci("off") + ci(pb)))));
        for (std::uint32_t bit = 0; bit < 3; ++bit) {
            if ((f >> bit & 1U) == 0) {
                const std::string q = "P" + std::to_string(f | 1U << bit);
                reactions +=
                    reaction(p + q, {p}, {q},
                             term("minus", term("times", ci("k") + ci(p) + ci("E") + ci("C")) +
                                               term("times", ci("C") + ci("undone") + ci(q))),
                             "E");
            }
        }
        modified += term("times", "<cn>" + std::to_string(std::popcount(f)) + "</cn>" + ci(p));
    }
    const std::string size =
        "<compartment id=\"C\" spatialDimensions=\"3\" size=\"2\" constant=\"" +
        std::string{grows ? "false" : "true"} + "\"/>";
    const std::string give =
        "<event useValuesFromTriggerTime=\"true\"><trigger initialValue=\"true\" "
        "persistent=\"true\">" +
        math(term("geq", kTime + "<cn>1</cn>")) +
        "</trigger><listOfEventAssignments><eventAssignment variable=\"E\">" +
        math(term("plus", ci("E") + ci("share"))) +
        "</eventAssignment></listOfEventAssignments></event>";
    return document("<listOfCompartments>" + size + "</listOfCompartments><listOfSpecies>" +
                    all_species + "</listOfSpecies><listOfParameters>" + parameter("k", "0.7") +
                    parameter("undone", "0.4") + parameter("on", "0.3") + parameter("off", "0.2") +
                    parameter("v", "0.5") + parameter("Km", "0.8") +
                    parameter("modified", "", false) + parameter("share", "", false) +
                    "</listOfParameters><listOfRules>" +
                    rule("assignmentRule", "modified", term("plus", modified)) +
                    rule("assignmentRule", "share", term("divide", ci("modified") + "<cn>3</cn>")) +
                    (grows ? rule("rateRule", "C", term("times", "<cn>0.1</cn>" + ci("C"))) : "") +
                    "</listOfRules><listOfReactions>" + reactions +
                    "</listOfReactions><listOfEvents>" + give + "</listOfEvents>");
}

std::vector<double> course(const net::Network& network, const std::vector<std::string>& outputs) {
    const eqn::System system = compiled(network);
    sim::Run run;
    run.output_times = {0.0, 0.5, 1.0, 1.5, 3.0, 6.0};
    for (const std::string& name : outputs) {
        const auto function = system.find_function(name);
        EXPECT_TRUE(function.has_value()) << name;
        run.recording.functions.push_back(*function);
    }
    const sim::Result result = sim::solve(system, run, {{1e-12, 1e-14}, 200'000, sim::Method::own});
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    return result.values;
}

TEST(SbmlLumping, FormsThatAreAlikeAreCounted) {
    for (const bool grows : {false, true}) {
        SCOPED_TRACE(grows ? "a compartment that grows" : "a compartment that stands still");
        const ImportedModel model = imported(three_sites(grows));
        ASSERT_EQ(model.network.species_count(), grows ? 19U : 18U);
        const std::vector<std::string> outputs{"modified", "E", "B"};
        const net::Lumping lumping = net::lump(model.network, {.outputs = outputs, .alone = {}});
        // Free forms by the number of modified sites; all that is bound, which goes on as it was.
        EXPECT_LE(lumping.network.species_count(), grows ? 11U : 10U);
        expect_exact(model.network, lumping, 5);
        EXPECT_TRUE(all_near(course(lumping.network, outputs), course(model.network, outputs),
                             1e-10, 1e-12));
    }
}

TEST(SbmlLumping, AColumnOfASpeciesKeepsItApart) {
    ImportedModel model = imported(three_sites(false));
    const std::string column = column_of(model, *model.find("P3"), SpeciesForm::concentration);
    const net::Lumping lumping =
        net::lump(model.network, {.outputs = {"modified", column}, .alone = {}});
    EXPECT_LT(lumping.network.species_count(), 18U);
    expect_exact(model.network, lumping, 6);
    EXPECT_TRUE(
        all_near(course(lumping.network, {column}), course(model.network, {column}), 1e-10, 1e-12));
}

TEST(SbmlLumping, WithAllSpeciesAskedForNothingChanges) {
    const ImportedModel model = imported(three_sites(false));
    const net::Lumping lumping = net::lump(model.network);
    EXPECT_EQ(lumping.network.species_count(), model.network.species_count());
    EXPECT_EQ(lumping.network.reaction_count(), model.network.reaction_count());
    EXPECT_EQ(lumping.network.parameters.size(), model.network.parameters.size());
}

/// Written as SBML and read back a network lumps as it did before.
TEST(SbmlLumping, IsThatOfTheNetworkItWasWrittenFrom) {
    const ImportedModel model = imported(three_sites(false));
    const net::Lumping before = net::lump(model.network, {.outputs = {"modified"}, .alone = {}});
    net::Network products = net::product_form(model.network);
    products.events.clear();
    const auto text = export_network(products, {});
    ASSERT_TRUE(text) << text.error().text();
    const net::Lumping after =
        net::lump(imported(text.value()).network, {.outputs = {"modified"}, .alone = {}});
    EXPECT_LE(after.network.species_count(), before.network.species_count());
}

/// The equations are the same, whatever the rates look like.
TEST(ProductForm, HasTheSameEquations) {
    std::size_t rewritten = 0;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        const auto text =
            export_network(zoo::random_network(seed, 3 + seed % 6).network(), ExportOptions{});
        ASSERT_TRUE(text) << text.error().text();
        const net::Network network = imported(text.value()).network;
        net::Lumping same{net::product_form(network), {}};
        for (std::uint32_t s = 0; s < network.species_count(); ++s) {
            same.lump_of.push_back(SpeciesId{s});
        }
        rewritten += net::has_whole_rates(same.network) ? 0U : 1U;
        expect_exact(network, same, seed);
    }
    EXPECT_GT(rewritten, 0U);
}

/// What must not be taken for a product, and what may: powers, quotients, time, products of sums,
/// stoichiometries that are no whole numbers, a rate that reads what the reaction does not touch.
TEST(ProductForm, HasTheSameEquationsForRatesOfEveryForm) {
    const auto one = [](const std::string& rate) {
        return reaction("r", {"A"}, {"B"}, rate) +
               "<reaction id=\"half\" reversible=\"false\"><listOfReactants><speciesReference "
               "species=\"A\" stoichiometry=\"0.5\" constant=\"true\"/></listOfReactants>"
               "<kineticLaw>" +
               math(rate) + "</kineticLaw></reaction>";
    };
    const std::string a_b = term("plus", ci("A") + ci("B"));
    for (const std::string& rate : std::vector<std::string>{
             term("power", ci("A") + "<cn>2</cn>"), term("power", ci("A") + ci("k")),
             term("divide", ci("k") + ci("A")), term("times", kTime + ci("A") + ci("k")),
             term("times", a_b + a_b + ci("k")), term("times", ci("k") + ci("D")),
             term("minus", ci("k") + term("times", ci("D") + ci("D") + ci("k"))),
             term("divide", a_b + term("power", a_b + "<cn>-2</cn>")),
             term("times", ci("A") + term("exp", term("minus", a_b))),
             term("power", term("times", ci("k") + ci("A")) + "<cn>-1</cn>"),
             term("times", a_b + a_b + a_b + a_b + a_b), term("minus", ci("A") + ci("A")),
             "<cn>2</cn>", term("divide", ci("A") + "<cn>0.5</cn>")}) {
        SCOPED_TRACE(rate);
        const ImportedModel model = imported(document(
            "<listOfCompartments>" + compartment("C", "3") +
            "</listOfCompartments><listOfSpecies>" + species("A", "initialConcentration=\"1\"") +
            species("B", "initialConcentration=\"2\"") +
            species("D", "initialConcentration=\"0.5\"") + "</listOfSpecies><listOfParameters>" +
            parameter("k", "0.7") + "</listOfParameters><listOfReactions>" + one(rate) +
            "</listOfReactions>"));
        net::Lumping same{net::product_form(model.network),
                          {SpeciesId{0}, SpeciesId{1}, SpeciesId{2}}};
        expect_exact(model.network, same, 11);
    }
}

/// Longer than what is looked into, a function stays as it is.
TEST(ProductForm, LeavesVeryLargeFunctionsAlone) {
    std::string factors = ci("A");
    for (int i = 0; i < 6'000; ++i) {
        factors += ci("k");
    }
    const ImportedModel model = imported(document(
        "<listOfCompartments>" + compartment("C", "1") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"1\"") + "</listOfSpecies><listOfParameters>" +
        parameter("k", "0.9999") + "</listOfParameters><listOfReactions>" +
        reaction("r", {"A"}, {}, term("times", factors)) + "</listOfReactions>"));
    net::Lumping same{net::product_form(model.network), {SpeciesId{0}}};
    EXPECT_TRUE(net::has_whole_rates(same.network));
    expect_exact(model.network, same, 12);
}

}  // namespace
}  // namespace erbium::sbml::test

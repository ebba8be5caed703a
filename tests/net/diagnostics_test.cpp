// SPDX-License-Identifier: Apache-2.0
// tests/net/diagnostics_test.cpp: the exact text of every diagnostic of network generation and .net
// files. Codes that the binder keeps a text from reaching are reached through a model changed by
// hand.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "erbium/lang/expression_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/evaluate.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/growth.hpp"
#include "erbium/net/read_net.hpp"

namespace erbium::net {
namespace {

/// A model file of molecule types, species and rules, with k = 1.
std::string model_text(const std::string& types, const std::string& species,
                       const std::string& rules, const std::string& more = {}) {
    return "begin parameters\nk 1\nend parameters\n" + more + "begin molecule types\n" + types +
           "\nend molecule types\nbegin species\n" + species +
           "\nend species\nbegin reaction rules\n" + rules + "\nend reaction rules\n";
}

const std::string kCell =
    "begin compartments\nout 3 1\nmem 2 1 out\nin 3 1 mem\nend compartments\n";
const std::string kPolymer = model_text("A(x,y)", "A(x,y) 1", "grow: A(x)+A(y)->A(x!1).A(y!1) k");

using Change = std::function<void(model::Model&)>;

/// What generation says: its errors, or its warnings.
std::string said(const std::string& text, const GenerateOptions& options = {},
                 const Change& change = {}) {
    auto bound = model::bind_text(text, "m.bngl");
    if (!bound) {
        return "not bound: " + bound.error().text();
    }
    if (change) {
        change(bound.value().model);
    }
    const auto made = generate(bound.value().model, options);
    return made ? made.value().warnings.text() : made.error().text();
}

std::string said_of_net(const std::string& text) {
    const auto network = parse_net(text, "n.net");
    return network ? "" : network.error().text();
}

lang::Expression expression(const std::string& text) {
    return lang::parse_expression(text).value();
}

TEST(NetDiagnostics, Net0001ACreatedMoleculeIsNotComplete) {
    EXPECT_EQ(said(model_text("A(s~u~p)", "A(s~u) 1", "make: 0 -> A(s~u) k"), {},
                   [](model::Model& m) { m.rules[0].products[0].sites[0].state.reset(); }),

              "m.bngl:11:1: error ERB-NET-0001: rule 'make' creates a molecule 'A' without the "
              "state of its site 's'\n"
              "    11 | make: 0 -> A(s~u) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^\n"
              "  hint: write every site of a created molecule with its state and its bonds\n");
}

TEST(NetDiagnostics, Net0002ASpeciesCannotCross) {
    EXPECT_EQ(said(model_text("A()", "A()@out 1", "cross: @out:A() -> @in:A() k", kCell), {},
                   [](model::Model& m) { m.rules[0].products[0].compartment = CompartmentId{1}; }),

              "m.bngl:16:1: error ERB-NET-0002: rule 'cross' moves a species from 'out' to 'mem', "
              "which is neither volume to volume nor surface to surface across one volume\n"
              "    16 | cross: @out:A() -> @in:A() k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(NetDiagnostics, Net0003AParameterHasNoValue) {
    const auto values = evaluate_parameters({{"a", expression("2*b")}, {"b", expression("a")}});
    ASSERT_FALSE(values);
    EXPECT_EQ(values.error().text(),
              "<memory>:1:1: error ERB-NET-0003: parameter 'a' has no value: it refers to "
              "something that is not a parameter, or to itself\n"
              "     1 | 2*b\n"
              "       | ^^^\n"
              "<memory>:1:1: error ERB-NET-0003: parameter 'b' has no value: it refers to "
              "something that is not a parameter, or to itself\n"
              "     1 | a\n"
              "       | ^\n");
}

TEST(NetDiagnostics, Net0004FunctionsCallEachOther) {
    EXPECT_EQ(said(model_text("A()", "A() 1", "lose: %x:A() -> 0 g(x)",
                              "begin observables\nMolecules All A()\nend observables\n"
                              "begin functions\nf(x) = k*All(x)\ng(x) = f(x)\nend functions\n"),
                   {}, [](model::Model& m) { m.functions[0].value = expression("2*g(x)"); }),

              "m.bngl:18:19: error ERB-NET-0004: functions call each other in a circle\n"
              "    18 | lose: %x:A() -> 0 g(x)\n"
              "       |                   ^^^^\n");
}

TEST(NetDiagnostics, Net0005AnObservableIsCountedOnATagOutsideARule) {
    EXPECT_EQ(said(model_text("A()", "A() 1", "lose: A() -> 0 f()",
                              "begin observables\nMolecules All A()\nend observables\n"
                              "begin functions\nf() = k\nend functions\n"),
                   {}, [](model::Model& m) { m.functions[0].value = expression("k*All(x)"); }),

              "error ERB-NET-0005: observable 'All' is counted on a tag outside a rule\n");
}

TEST(NetDiagnostics, Net0006AnObservableIsCountedOnNoTagOfTheRule) {
    EXPECT_EQ(said(model_text("A()", "A() 1", "lose: %x:A() -> 0 k*All(x)",
                              "begin observables\nMolecules All A()\nend observables\n"),
                   {}, [](model::Model& m) { m.rules[0].rate.args[0] = expression("k*All(y)"); }),

              "m.bngl:14:19: error ERB-NET-0006: rule 'lose' counts observable 'All' on 'y', which "
              "is no tag of its reactants\n"
              "    14 | lose: %x:A() -> 0 k*All(x)\n"
              "       |                   ^^^^^^^^\n");
}

TEST(NetDiagnostics, Net0010TooManySpecies) {
    EXPECT_EQ(said(kPolymer, {.guard_species = 5}),
              "m.bngl:11:1: error ERB-NET-0010: the network has more than 5 species; rule 'grow' "
              "made 3 of the newest species, the largest of which has 6 molecules\n"
              "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if the model means it, raise the guard; else bound the complexes (max_agg, "
              "max_stoich, or sites that polymers need)\n"
              "m.bngl:11:1: warning ERB-NET-0019: the bond of rule 'grow' can be made again and "
              "again along a chain of molecules: complexes may have no largest size\n"
              "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if generation does not end, bound the complexes (max_agg, max_stoich) or "
              "let the rule ask for free sites\n");
}

TEST(NetDiagnostics, Net0011TooManyReactions) {
    EXPECT_EQ(said(kPolymer, {.guard_reactions = 5}),
              "m.bngl:11:1: error ERB-NET-0011: the network has more than 5 reactions; rule 'grow' "
              "made 3 of the newest species, the largest of which has 5 molecules\n"
              "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if the model means it, raise the guard; else bound the complexes (max_agg, "
              "max_stoich, or sites that polymers need)\n"
              "m.bngl:11:1: warning ERB-NET-0019: the bond of rule 'grow' can be made again and "
              "again along a chain of molecules: complexes may have no largest size\n"
              "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if generation does not end, bound the complexes (max_agg, max_stoich) or "
              "let the rule ask for free sites\n");
}

TEST(NetDiagnostics, Net0012ASpeciesTooLarge) {
    EXPECT_EQ(
        said(kPolymer, {.guard_molecules = 6}),
        "m.bngl:11:1: error ERB-NET-0012: the network has a species of more than 6 molecules; rule "
        "'grow' made 4 of the newest species, the largest of which has 7 molecules\n"
        "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
        "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  hint: if the model means it, raise the guard; else bound the complexes (max_agg, "
        "max_stoich, or sites that polymers need)\n"
        "m.bngl:11:1: warning ERB-NET-0019: the bond of rule 'grow' can be made again and again "
        "along a chain of molecules: complexes may have no largest size\n"
        "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
        "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  hint: if generation does not end, bound the complexes (max_agg, max_stoich) or let the "
        "rule ask for free sites\n");
}

TEST(NetDiagnostics, Net0013TooMuchMemory) {
    std::string sites;
    std::string states;
    std::string rules;
    for (const char site : std::string{"abcdefghijkl"}) {
        const std::string comma = sites.empty() ? "" : ",";
        sites += comma + site + "~0~1";
        states += comma + site + "~0";
        rules += std::string{site} + ": A(" + site + "~0)->A(" + site + "~1) k\n";
    }
    EXPECT_EQ(said(model_text("A(" + sites + ")", "A(" + states + ") 1", rules),
                   {.guard_bytes = std::size_t{1} << 20U}),

              "m.bngl:11:1: error ERB-NET-0013: the network has more than 1 MB of memory; rule 'a' "
              "made 924 of the newest species, the largest of which has 1 molecules\n"
              "    11 | a: A(a~0)->A(a~1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if the model means it, raise the guard; else bound the complexes (max_agg, "
              "max_stoich, or sites that polymers need)\n");
}

TEST(NetDiagnostics, Net0014ASizeHasNoValueAndASeedHasNoPlace) {
    EXPECT_EQ(
        said(model_text("A(a)\nB(a)", "A(a!1)@out.B(a!1)@mem 1", "lose: A() -> 0 k", kCell), {},
             [](model::Model& m) {
                 m.seeds[0].species.molecules[1].compartment = CompartmentId{2};
             }),

        "m.bngl:14:1: error ERB-NET-0014: this seed species is in no possible compartment\n"
        "    14 | A(a!1)@out.B(a!1)@mem 1\n"
        "       | ^^^^^^^^^^^^^^^^^^^^^\n"
        "  hint: give every molecule a compartment; bonds join one compartment or a surface and a "
        "volume that touch\n");
    EXPECT_EQ(said(model_text("A()", "A()@out 1", "lose: A() -> 0 k", kCell), {},
                   [](model::Model& m) { m.compartments[0].size = expression("q"); }),

              "m.bngl:5:1: error ERB-NET-0014: the size of compartment 'out' has no value\n"
              "     5 | out 3 1\n"
              "       | ^^^\n");
}

TEST(NetDiagnostics, Net0014ASizeIsNotAboveZero) {
    for (const char* size : {"0", "-1", "0/0"}) {
        EXPECT_NE(said(model_text("A()", "A()@out 1", "lose: A() -> 0 k", kCell), {},
                       [&](model::Model& m) { m.compartments[0].size = expression(size); })
                      .find("error ERB-NET-0014: the size of compartment 'out' is"),
                  std::string::npos)
            << size;
    }
}

TEST(NetDiagnostics, Net0022SizesGiveAFactorOfNoUse) {
    EXPECT_EQ(said(model_text("A()", "A()@out 1", "pair: A() + A() -> 0 k", kCell), {},
                   [](model::Model& m) { m.compartments[0].size = expression("1e-250"); }),

              "m.bngl:16:1: error ERB-NET-0022: sizes of compartments and NumberPerQuantityUnit "
              "give a reaction of rule 'pair' the factor 5e+249\n"
              "    16 | pair: A() + A() -> 0 k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: sizes are in the unit of volume that the rate constants are in\n");
}

TEST(NetDiagnostics, Net0015StoppedOnRequest) {
    GenerateOptions options;
    options.progress = [](const GenerationProgress&) { return false; };
    EXPECT_EQ(said(kPolymer, options),
              "error ERB-NET-0015: network generation was stopped on request\n");
}

TEST(NetDiagnostics, Net0016ASeedIsNotComplete) {
    EXPECT_EQ(said(model_text("A(s~u~p)", "A(s~u) 1", "lose: A() -> 0 k"), {},
                   [](model::Model& m) { m.seeds[0].species.sites[0].state.reset(); }),

              "m.bngl:8:1: error ERB-NET-0016: molecule 'A' of a species is written without the "
              "state of its site 's'\n"
              "     8 | A(s~u) 1\n"
              "       | ^^^^^^\n"
              "  hint: a species mentions every site of its molecules, with state and bonds\n");
}

TEST(NetDiagnostics, Net0017ASeedIsGivenTwice) {
    EXPECT_EQ(said(model_text("A(x,y)", "A(x,y) 1\nA(y,x) 2", "lose: A() -> 0 k")),
              "m.bngl:9:1: error ERB-NET-0017: this seed species was given before\n"
              "     9 | A(y,x) 2\n"
              "       | ^^^^^^\n"
              "  hint: add the amounts up in one line\n");
}

TEST(NetDiagnostics, Net0018MoleculesWouldBeWhereTheyCannotBe) {
    EXPECT_EQ(said(model_text("A(a)\nB(a)", "A(a!1)@out.B(a!1)@mem 1",
                              "move: A()@out -> A()@in k\nfar: B()@mem -> B()@in k", kCell)),

              "m.bngl:18:1: warning ERB-NET-0018: rule 'far' would put molecules where they cannot "
              "be; those reactions are left out\n"
              "    18 | far: B()@mem -> B()@in k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(NetDiagnostics, Net0019RulesCanPolymerise) {
    EXPECT_EQ(said(kPolymer, {.max_molecules = 3}),
              "m.bngl:11:1: warning ERB-NET-0019: the bond of rule 'grow' can be made again and "
              "again along a chain of molecules: complexes may have no largest size\n"
              "    11 | grow: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if generation does not end, bound the complexes (max_agg, max_stoich) or "
              "let the rule ask for free sites\n");
    const auto bound = model::bind_text(model_text("A(x,y)\nB(z)", "A(x,y) 1",
                                                   "one: A(x)+A(y)->A(x!1).A(y!1) k\n"
                                                   "two: A(x).A(y)->A(x!1).A(y!1) k\n"
                                                   "cap: A(x)+B(z)->A(x!1).B(z!1) k"),
                                        "m.bngl");
    ASSERT_TRUE(bound);
    EXPECT_EQ(polymerisation_warnings(bound.value().model).text(),
              "m.bngl:12:1: warning ERB-NET-0019: the bonds of rules 'one', 'two' can be made "
              "again and again along a chain of molecules: complexes may have no largest size\n"
              "    12 | one: A(x)+A(y)->A(x!1).A(y!1) k\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: if generation does not end, bound the complexes (max_agg, max_stoich) or "
              "let the rule ask for free sites\n");
}

TEST(NetDiagnostics, Net0019IsNotSaidOfRulesThatAskForFreeSites) {
    // x and y of one A never hold bonds at once: each rule asks the other site to be free, or to be
    // bound to B. Without that word in either rule they can.
    const auto said_of = [](const std::string& arm) {
        const auto bound = model::bind_text(
            model_text("A(x,y)\nB(z)", "A(x,y) 1",
                       "pair: A(x,y)+A(x,y)->A(x!1,y).A(x!1,y) k\n"
                       "cap: A(x)+B(z)->A(x!1).B(z!1) k\n"
                       "arm: A(" +
                           arm + "y)+A(" + arm + "y)->A(" + arm + "y!3).A(" + arm +
                           "y!3) k\n"
                           "held: A(y,x!1).B(z!1)+A(x,y)->A(y!3,x!1).B(z!1).A(x,y!3) k"),
            "m.bngl");
        EXPECT_TRUE(bound);
        return polymerisation_warnings(bound.value().model).text();
    };
    EXPECT_EQ(said_of("x,"), "");
    EXPECT_NE(said_of("").find("'pair'"), std::string::npos);
}

TEST(NetDiagnostics, Net0019CountsTheBondsOfSeedSpecies) {
    // Pairs of A and B that no rule makes join to chains by the one bond that a rule makes.
    const auto bound = model::bind_text(
        model_text("A(w,x)\nB(y,z)", "A(w,x!1).B(y!1,z) 1", "join: B(z)+A(w)->B(z!1).A(w!1) k"),
        "m.bngl");
    ASSERT_TRUE(bound);
    EXPECT_NE(polymerisation_warnings(bound.value().model).text().find("'join'"),
              std::string::npos);
}

TEST(NetDiagnostics, Net0020TheRoundsWereTooFew) {
    EXPECT_EQ(
        said(model_text("A(s~0~1~2)", "A(s~0) 1", "up: A(s~0)->A(s~1) k\nmore: A(s~1)->A(s~2) k"),
             {.max_iterations = 1}),

        "m.bngl:11:1: warning ERB-NET-0020: the network is not complete after 1 round: rule 'up' "
        "made 1 of the newest species\n"
        "    11 | up: A(s~0)->A(s~1) k\n"
        "       | ^^^^^^^^^^^^^^^^^^^^\n"
        "  hint: ask for more rounds (max_iter), if the limit was not meant\n");
    EXPECT_EQ(
        said(model_text("A(s~0~1~2)", "A(s~0) 1", "up: A(s~0)->A(s~1) k\nmore: A(s~1)->A(s~2) k"),
             {.max_iterations = 3}),
        "");
}

TEST(NetDiagnostics, Net0021ATotalRateIsStillMultiplied) {
    EXPECT_EQ(said(model_text("A()", "A() 1", "lose: A() -> 0 k TotalRate")),
              "m.bngl:11:1: warning ERB-NET-0021: TotalRate of rule 'lose' leaves out the number "
              "of matches; the rate is still multiplied by the amounts of the reactants\n"
              "    11 | lose: A() -> 0 k TotalRate\n"
              "       | ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
              "  hint: so do BioNetGen's own networks; only a network-free simulation takes the "
              "rate as the whole of it\n");
}

TEST(NetDiagnostics, Net0030ALineIsNotWhatItsBlockHolds) {
    EXPECT_EQ(said_of_net("begin parameters\n 1\nend parameters\n"
                          "begin functions\n 1 f 2\nend functions\n"
                          "begin species\n A() 1\n 1 A()\nend species\n"
                          "begin reactions\n 1 1 x k\n 2 1 1\n 3 1 1 y*k\nend reactions\n"
                          "begin groups\n 1 G 2x*1\nend groups\n"),

              "n.net:2:2: error ERB-NET-0030: expected the name of a parameter\n"
              "     2 |  1\n"
              "       |  ^\n"
              "n.net:5:4: error ERB-NET-0030: expected a function, as in 'name() expression'\n"
              "     5 |  1 f 2\n"
              "       |    ^^^\n"
              "n.net:8:2: error ERB-NET-0030: expected the index of a species, found 'A()'\n"
              "     8 |  A() 1\n"
              "       |  ^^^\n"
              "n.net:9:7: error ERB-NET-0030: expected the value of a species\n"
              "     9 |  1 A()\n"
              "       |       ^\n"
              "n.net:12:6: error ERB-NET-0030: expected the index of a species, found 'x'\n"
              "    12 |  1 1 x k\n"
              "       |      ^\n"
              "n.net:13:2: error ERB-NET-0030: expected a rate law after the products\n"
              "    13 |  2 1 1\n"
              "       |  ^^^^^\n"
              "n.net:14:8: error ERB-NET-0030: expected a rate law, as in '0.5*k', found 'y*k'\n"
              "    14 |  3 1 1 y*k\n"
              "       |        ^^^\n"
              "n.net:17:6: error ERB-NET-0030: expected 'weight*species', found '2x*1'\n"
              "    17 |  1 G 2x*1\n"
              "       |      ^^^^\n");
}

TEST(NetDiagnostics, Net0031ANameOrIndexIsUnknownOrGivenTwice) {
    EXPECT_EQ(said_of_net("begin parameters\n 1 k 1\n 2 k 2\nend parameters\n"
                          "begin functions\n 1 f() 2\n 2 f() 3\nend functions\n"
                          "begin species\n 1 A() 1\n 3 B() 1\nend species\n"
                          "begin reactions\n 1 1 7 k\nend reactions\n"),

              "n.net:3:4: error ERB-NET-0031: parameter 'k' is given twice\n"
              "     3 |  2 k 2\n"
              "       |    ^\n"
              "n.net:7:4: error ERB-NET-0031: function 'f' is given twice\n"
              "     7 |  2 f() 3\n"
              "       |    ^^^^^\n"
              "n.net:11:2: error ERB-NET-0031: expected species 2, found 3\n"
              "    11 |  3 B() 1\n"
              "       |  ^\n"
              "  hint: indices count up from 1 without gaps\n"
              "n.net:14:6: error ERB-NET-0031: there is no species 7; the species block has 1\n"
              "    14 |  1 1 7 k\n"
              "       |      ^\n");
    EXPECT_EQ(said_of_net("begin species\n 1 A() 1\nend species\n"
                          "begin reactions\n 1 1 0 q\nend reactions\n"),

              "n.net:5:8: error ERB-NET-0031: 'q' is neither a parameter nor a function\n"
              "     5 |  1 1 0 q\n"
              "       |        ^\n");
}

TEST(NetDiagnostics, Net0032ABlockIsNotClosed) {
    EXPECT_EQ(
        said_of_net("end groups\nbegin species\nbegin reactions\nend species\nbegin groups\n"),
        "n.net:1:5: error ERB-NET-0032: block 'groups' ends but has not begun\n"
        "     1 | end groups\n"
        "       |     ^^^^^^\n"
        "n.net:3:7: error ERB-NET-0032: block 'reactions' begins inside block 'species'\n"
        "     3 | begin reactions\n"
        "       |       ^^^^^^^^^\n"
        "n.net:4:5: error ERB-NET-0032: block 'reactions' ends as 'species'\n"
        "     4 | end species\n"
        "       |     ^^^^^^^\n"
        "n.net:5:7: error ERB-NET-0032: block 'groups' is not closed\n"
        "     5 | begin groups\n"
        "       |       ^^^^^^\n"
        "  hint: add its 'end' line\n");
}

TEST(NetDiagnostics, Net0033ALawThatIsNotKnown) {
    EXPECT_EQ(said_of_net("begin functions\n 1 f(x) x\nend functions\n"),
              "n.net:2:4: error ERB-NET-0033: unsupported: functions with arguments in a network\n"
              "     2 |  1 f(x) x\n"
              "       |    ^^^^^^\n");
    EXPECT_EQ(said_of_net("begin parameters\n 1 k 1\nend parameters\n"
                          "begin species\n 1 A() 1\nend species\n"
                          "begin reactions\n 1 1 0 Ele k k\nend reactions\n"),

              "n.net:8:8: error ERB-NET-0033: unsupported: rate law 'Ele'\n"
              "     8 |  1 1 0 Ele k k\n"
              "       |        ^^^\n");
}

TEST(NetDiagnostics, Net0034ATableCannotBeRead) {
    const auto nowhere = [](const std::string&) { return nullptr; };
    const auto network =
        parse_net("begin functions\n 1 f() tfun('t.tfun',time)\nend functions\n", "n.net", nowhere);
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().text(),
              "n.net:2:8: error ERB-NET-0034: the table 't.tfun' cannot be read\n"
              "     2 |  1 f() tfun('t.tfun',time)\n"
              "       |        ^^^^^^^^^^^^^^^^^^^\n"
              "  hint: it is looked for in the folder of the network\n");
}

}  // namespace
}  // namespace erbium::net

// SPDX-License-Identifier: Apache-2.0
// tests/sbml/export_test.cpp: networks written as SBML are valid, and read back they run alike.
#include "erbium/sbml/export.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "erbium/assay/experiment.hpp"
#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_parser.hpp"
#include "erbium/lang/expression_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/package/assemble.hpp"
#include "near.hpp"
#include "ode_zoo.hpp"
#include "random_network.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

std::string exported(const net::Network& network, const ExportOptions& options = {}) {
    auto text = export_network(network, options);
    EXPECT_TRUE(static_cast<bool>(text)) << (text ? "" : text.error().text());
    return text ? text.value() : std::string{};
}

/// States at the end. Both sides are solved so tightly that what differs is what is computed.
std::vector<double> end_of(const net::Network& network, double until,
                           std::span<const std::string> observables) {
    const auto system = eqn::compile(network);
    EXPECT_TRUE(static_cast<bool>(system)) << (system ? "" : system.error().text());
    sim::Run run;
    run.output_times = {0.0, until};
    for (const std::string& name : observables) {
        if (const auto o = system.value().find_observable(name)) {
            run.recording.observables.push_back(*o);
        }
    }
    for (const std::string& name : observables) {
        if (const auto f = system.value().find_function(name)) {
            run.recording.functions.push_back(*f);
        }
    }
    EXPECT_EQ(run.recording.size(), observables.size());
    sim::SolverOptions options;
    options.tolerances = {1e-11, 1e-13};
    const sim::Result result = sim::solve(system.value(), run, options);
    EXPECT_TRUE(result.status.ok()) << result.status.message;
    std::vector<std::string> order = run.recording.names(system.value());
    std::vector<double> values;
    for (const std::string& name : observables) {
        const auto at = std::find(order.begin(), order.end(), name);
        values.push_back(result.at(1, static_cast<std::size_t>(at - order.begin())));
    }
    return values;
}

void expect_same_after_reading_back(const net::Network& network, double until, double rtol,
                                    const ExportOptions& options = {}) {
    const std::string text = exported(network, options);
    const Diagnostics said = check_consistency(source(text));
    EXPECT_TRUE(said.empty()) << said.text();
    const ImportedModel back = imported(text);
    std::vector<std::string> observables;
    for (const net::Observable& observable : network.observables) {
        observables.push_back(observable.name);
    }
    const std::vector<double> before = end_of(network, until, observables);
    const std::vector<double> after = end_of(back.network, until, observables);
    const double largest = *std::max_element(before.begin(), before.end());
    EXPECT_TRUE(all_near(after, before, rtol, rtol * 1e-3 * largest));
}

TEST(SbmlExport, EveryRateLawReadsBack) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        expect_same_after_reading_back(zoo::random_network(seed, 4).network(), 0.5, 1e-8);
    }
}

net::Network generated(const std::string& bngl) {
    const auto text = std::make_shared<const SourceText>(SourceText{"m.bngl", bngl});
    auto bound = model::bind(lang::bngl::parse_leniently(text), {});
    EXPECT_TRUE(static_cast<bool>(bound)) << (bound ? "" : bound.error().text());
    auto network = net::generate(bound.value().model);
    EXPECT_TRUE(static_cast<bool>(network));
    return std::move(network.value().network);
}

TEST(SbmlExport, ATableFunctionBecomesPieces) {
    const net::Network network = generated(

        "begin molecule types\n A()\nend molecule types\n"
        "begin seed species\n A() 10\nend seed species\n"
        "begin observables\n Molecules Total A()\nend observables\n"
        "begin functions\n f() tfun([0,1,3],[1,2,0.5],time)\nend functions\n"
        "begin reaction rules\n decay: A() -> 0 f()\nend reaction rules\n");
    expect_same_after_reading_back(network, 4.0, 1e-7);
}

TEST(SbmlExport, NamesThatAreNoIdsStandBeside) {
    const net::Network network = generated(
        "begin parameters\n k 1\nend parameters\n"
        "begin molecule types\n A(b,p~0~1)\nend molecule types\n"
        "begin seed species\n A(b,p~0) 10\nend seed species\n"
        "begin observables\n Molecules On A(p~1)\nend observables\n"
        "begin reaction rules\n bind: A(b,p~0)+A(b,p~0)->A(b!1,p~0).A(b!1,p~0) k\n"
        "switch: A(p~0) -> A(p~1) 2*k\nend reaction rules\n");
    const std::string text = exported(network);
    EXPECT_NE(text.find("name=\"A(b,p~0)\""), std::string::npos);
    EXPECT_NE(text.find("name=\"switch\""), std::string::npos);
    expect_same_after_reading_back(network, 1.0, 1e-8);
}

TEST(SbmlExport, UnitsAndSourcesStandWithTheirParameters) {
    const net::Network network = generated(
        "begin parameters\n k 1\nend parameters\n"
        "begin molecule types\n A()\nend molecule types\n"
        "begin seed species\n A() 10\nend seed species\n"
        "begin observables\n Molecules Total A()\nend observables\n"
        "begin reaction rules\n decay: A() -> 0 k\nend reaction rules\n");
    ExportOptions options;
    options.id = "my model";
    options.time_unit = "s";
    options.amount_unit = "copies";
    options.notes = {"a < b"};
    options.remarks.emplace("k", Remark{"decay", "1/h", {"Source: somebody 1999"}});
    const std::string text = exported(network, options);
    EXPECT_NE(text.find("<p>a &lt; b</p>"), std::string::npos);
    EXPECT_NE(text.find("<p>Source: somebody 1999</p>"), std::string::npos);
    EXPECT_NE(text.find("name=\"1/h\""), std::string::npos);
    EXPECT_EQ(imported(text).id, "my_model");
    expect_same_after_reading_back(network, 1.0, 1e-8, options);
}

/// A decays; every time it falls below `level`, it is set to 8 and the level halved after a delay.
std::string refilled() {
    const std::string below = "<apply><lt/><ci>A</ci><ci>level</ci></apply>";
    const auto assign = [](const std::string& id, const std::string& value) {
        return "<eventAssignment variable=\"" + id + "\">" + math(value) + "</eventAssignment>";
    };
    return document(
        "<listOfCompartments>" + compartment("C", "2") + "</listOfCompartments><listOfSpecies>" +
        species("A", "initialConcentration=\"8\"") + "</listOfSpecies><listOfParameters>" +
        parameter("k", "1") + parameter("level", "4", false) + parameter("twice", "", false) +
        "</listOfParameters><listOfRules><assignmentRule variable=\"twice\">" +
        math("<apply><times/><cn>2</cn><ci>level</ci></apply>") +
        "</assignmentRule></listOfRules><listOfReactions><reaction id=\"R\" "
        "reversible=\"false\"><listOfReactants><speciesReference species=\"A\" "
        "stoichiometry=\"1\" constant=\"true\"/></listOfReactants><kineticLaw>" +
        math("<apply><times/><ci>C</ci><ci>k</ci><ci>A</ci></apply>") +
        "</kineticLaw></reaction></listOfReactions><listOfEvents><event id=\"E\" "
        "useValuesFromTriggerTime=\"false\"><trigger initialValue=\"true\" "
        "persistent=\"true\">" +
        math(below) + "</trigger><priority>" + math("<ci>level</ci>") + "</priority><delay>" +
        math("<cn>0.1</cn>") + "</delay><listOfEventAssignments>" + assign("A", "<cn>8</cn>") +
        assign("level", "<apply><divide/><ci>level</ci><cn>2</cn></apply>") +
        "</listOfEventAssignments></event></listOfEvents>");
}

TEST(SbmlExport, EventsReadBack) {
    const ImportedModel model = imported(refilled());
    ASSERT_EQ(model.network.events.size(), 1U);
    expect_same_after_reading_back(model.network, 6.0, 1e-7);
    EXPECT_EQ(imported(exported(model.network)).network.events.size(), 1U);
}

TEST(SbmlExport, AFunctionThatSbmlLacksIsRefusedByName) {
    net::Network network;
    network.functions.push_back({"f", zoo::expression("mratio(1,2,time)")});
    network.add_species("S", lang::Expression::constant(1.0), false);
    const auto text = export_network(network, {});
    ASSERT_FALSE(text);
    EXPECT_TRUE(text.error().is_only_unsupported());
    EXPECT_NE(text.error().text().find("'mratio'"), std::string::npos);
}

TEST(SbmlExport, TheShippedPackageReadsBack) {
    const auto package = package::load_package(std::string{ERBIUM_SOURCE_DIR} + "/models/her2");
    ASSERT_TRUE(static_cast<bool>(package)) << package.error().text();
    auto bound = package::assemble(package.value());
    ASSERT_TRUE(static_cast<bool>(bound)) << bound.error().text();
    const auto network = net::generate(bound.value().model);
    ASSERT_TRUE(static_cast<bool>(network));
    expect_same_after_reading_back(network.value().network, 3600.0, 1e-8);
}

}  // namespace
}  // namespace erbium::sbml::test

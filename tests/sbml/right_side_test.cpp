// SPDX-License-Identifier: Apache-2.0
// tests/sbml/right_side_test.cpp: the equations of published models against a second, plain reading
// of their documents.
//
// The oracle walks libSBML's own trees and adds up kinetic laws; it shares no code with the import,
// the network or the compiler of equations. It is compared with the compiled right-hand side at
// states on the way of a run, and the run itself with CVODE's: together they stand for models of
// which no independent trajectory is at hand (BIOMD0000000255, Chen et al. 2009).
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance_folder.hpp"
#include "erbium/base/text.hpp"
#include "erbium/eqn/reference_kernel.hpp"
#include "erbium/sbml/libsbml.hpp"
#include "near.hpp"
#include "sbml_text.hpp"

namespace erbium::sbml::test {
namespace {

namespace fs = std::filesystem;

/// One model as libSBML holds it, evaluated by walking its trees.
class PlainReading {
public:
    explicit PlainReading(const std::string& path) : document_{::readSBML(path.c_str())} {
        ::ConversionProperties expand;
        expand.addOption("expandFunctionDefinitions", true);
        document_->convert(expand);
        model_ = document_->getModel();
        EXPECT_EQ(model_->getNumEvents() + model_->getNumInitialAssignments(), 0U);
    }

    /// Amounts of species, by id, to their rates of change.
    std::map<std::string, double> rates(const std::map<std::string, double>& amounts, double time) {
        amounts_ = &amounts;
        time_ = time;
        std::map<std::string, double> out;
        for (unsigned r = 0; r < model_->getNumReactions(); ++r) {
            const ::Reaction& reaction = *model_->getReaction(r);
            law_ = reaction.getKineticLaw();
            const double rate = value(*law_->getMath());
            law_ = nullptr;
            add(out, rate, -1.0, reaction.getNumReactants(),
                [&](unsigned i) { return reaction.getReactant(i); });
            add(out, rate, 1.0, reaction.getNumProducts(),
                [&](unsigned i) { return reaction.getProduct(i); });
        }
        return out;
    }

private:
    template <class Reference>
    void add(std::map<std::string, double>& out, double rate, double sign, unsigned count,
             Reference reference) {
        for (unsigned i = 0; i < count; ++i) {
            const ::SpeciesReference& one = *reference(i);
            const ::Species& species = *model_->getSpecies(one.getSpecies());
            EXPECT_FALSE(one.isSetStoichiometryMath());
            if (!species.getBoundaryCondition() && !species.getConstant()) {
                out[species.getId()] += sign * one.getStoichiometry() * rate;
            }
        }
    }

    double named(const std::string& id) {
        if (law_ != nullptr) {
            if (const ::Parameter* local = law_->getParameter(id)) {
                return local->getValue();
            }
            if (const ::LocalParameter* local = law_->getLocalParameter(id)) {
                return local->getValue();
            }
        }
        if (const ::AssignmentRule* rule = model_->getAssignmentRule(id)) {
            return value(*rule->getMath());
        }
        EXPECT_EQ(model_->getRateRule(id), nullptr) << id;
        if (const ::Compartment* compartment = model_->getCompartment(id)) {
            return compartment->getSize();
        }
        if (const ::Parameter* parameter = model_->getParameter(id)) {
            return parameter->getValue();
        }
        const ::Species* species = model_->getSpecies(id);
        if (species == nullptr) {
            ADD_FAILURE() << "no " << id;
            return std::nan("");
        }
        const double amount = amounts_->at(id);
        return species->getHasOnlySubstanceUnits() ? amount
                                                   : amount / named(species->getCompartment());
    }

    double value(const ::ASTNode& node) {
        const auto child = [&](unsigned i) { return value(*node.getChild(i)); };
        const unsigned count = node.getNumChildren();
        switch (node.getType()) {
            case ::AST_INTEGER:
                return static_cast<double>(node.getInteger());
            case ::AST_REAL:
            case ::AST_REAL_E:
            case ::AST_RATIONAL:
                return node.getReal();
            case ::AST_NAME:
                return named(node.getName());
            case ::AST_NAME_TIME:
                return time_;
            case ::AST_PLUS: {
                double sum = 0.0;
                for (unsigned i = 0; i < count; ++i) {
                    sum += child(i);
                }
                return sum;
            }
            case ::AST_TIMES: {
                double product = 1.0;
                for (unsigned i = 0; i < count; ++i) {
                    product *= child(i);
                }
                return product;
            }
            case ::AST_MINUS:
                return count == 1 ? -child(0) : child(0) - child(1);
            case ::AST_DIVIDE:
                return child(0) / child(1);
            case ::AST_POWER:
            case ::AST_FUNCTION_POWER:
                return std::pow(child(0), child(1));
            case ::AST_FUNCTION_EXP:
                return std::exp(child(0));
            case ::AST_FUNCTION_LN:
                return std::log(child(0));
            case ::AST_FUNCTION_SIN:
                return std::sin(child(0));
            case ::AST_RELATIONAL_LT:
                return child(0) < child(1) ? 1.0 : 0.0;
            case ::AST_RELATIONAL_GT:
                return child(0) > child(1) ? 1.0 : 0.0;
            case ::AST_FUNCTION_PIECEWISE:
                for (unsigned i = 0; i + 1 < count; i += 2) {
                    if (child(i + 1) != 0.0) {
                        return child(i);
                    }
                }
                return child(count - 1);
            default:
                ADD_FAILURE() << "the oracle does not know '" << node.getName() << "'";
                return std::nan("");
        }
    }

    std::unique_ptr<::SBMLDocument> document_;
    const ::Model* model_{};
    const ::KineticLaw* law_{};  // whose local parameters are in sight
    const std::map<std::string, double>* amounts_{};
    double time_{};
};

struct Published {
    const char* number;
    const char* who;
    double until;  // in the model's time unit
};

class PublishedModel : public ::testing::TestWithParam<Published> {};

fs::path model_file(const std::string& number) {
    return conformance_folder(ERBIUM_SOURCE_DIR) / "biomodels" / ("BIOMD0000000" + number + ".xml");
}

sim::Result run_of(const eqn::System& system, double until, sim::Method method) {
    sim::Run run;
    run.output_times = {0.0, 1e-3 * until, 0.1 * until, until};
    run.recording = sim::Recording::all(system);
    sim::SolverOptions options;
    options.method = method;
    options.tolerances = {1e-9, 1e-13};
    return sim::solve(system, run, options);
}

TEST_P(PublishedModel, HasTheRatesOfAPlainReadingAndTheTrajectoryOfCvode) {
    const fs::path file = model_file(GetParam().number);
    if (!fs::exists(file)) {
        GTEST_SKIP() << "no " << file;
    }
    ImportOptions options;
    options.treats_fast_as_ordinary = true;
    const ImportedModel model = imported(read_file(file.string()), options);
    const auto system = eqn::compile(model.network);
    ASSERT_TRUE(static_cast<bool>(system)) << system.error().text();
    const std::size_t states = system.value().state_count();
    const sim::Result own = run_of(system.value(), GetParam().until, sim::Method::own);
    ASSERT_TRUE(own.status.ok()) << own.status.message;

    PlainReading plain{file.string()};
    eqn::ReferenceKernel kernel{system.value()};
    std::size_t compared = 0;
    for (std::size_t row = 0; row < own.times.size(); ++row) {
        // States stand first in a recording of everything.
        std::vector<double> y(states);
        std::map<std::string, double> amounts;
        for (std::size_t s = 0; s < states; ++s) {
            y[s] = own.at(row, s);
            amounts[std::string{
                model.network.species_text(SpeciesId{static_cast<std::uint32_t>(s)})}] = y[s];
        }
        // Species that nothing changes are constants of the network.
        for (const Quantity& quantity : model.quantities) {
            if (quantity.kind == QuantityKind::species && !amounts.contains(quantity.id)) {
                if (const auto o = system.value().find_observable(quantity.amount)) {
                    amounts[quantity.id] = own.at(row, states + o->value);
                }
            }
        }
        std::vector<double> rate(states);
        kernel.rhs(own.times[row], y, rate);
        const std::map<std::string, double> expected = plain.rates(amounts, own.times[row]);
        double largest = 0.0;
        for (const auto& [id, value] : expected) {
            largest = std::max(largest, std::fabs(value));
        }
        for (std::size_t s = 0; s < states; ++s) {
            const std::string id{
                model.network.species_text(SpeciesId{static_cast<std::uint32_t>(s)})};
            const auto at = expected.find(id);
            // Sums of many terms cancel: what is compared is their rounding beside the largest.
            EXPECT_TRUE(
                near_rel(rate[s], at == expected.end() ? 0.0 : at->second, 1e-10, 1e-14 * largest))
                << id << " at " << own.times[row];
            compared += at != expected.end() ? 1U : 0U;
        }
    }
    EXPECT_GT(compared, 3 * states / 2);

    const sim::Result bdf = run_of(system.value(), GetParam().until, sim::Method::cvode);
    if (!bdf.status.ok()) {
        GTEST_SKIP() << "rates agree; no CVODE here: " << bdf.status.message;
    }
    for (std::size_t s = 0; s < states; ++s) {
        double largest = 0.0;
        for (std::size_t row = 0; row < own.times.size(); ++row) {
            largest = std::max(largest, std::fabs(own.at(row, s)));
        }
        for (std::size_t row = 0; row < own.times.size(); ++row) {
            EXPECT_TRUE(near_rel(own.at(row, s), bdf.at(row, s), 1e-5, 1e-6 * largest + 1e-10))
                << model.network.species_text(SpeciesId{static_cast<std::uint32_t>(s)}) << " at "
                << own.times[row];
        }
    }
}

INSTANTIATE_TEST_SUITE_P(BioModels, PublishedModel,
                         ::testing::Values(Published{"019", "Schoeberl2002", 3600.0},
                                           Published{"048", "Kholodenko1999", 120.0},
                                           Published{"175", "Birtwistle2007", 1800.0},
                                           Published{"255", "Chen2009", 7200.0},
                                           Published{"424", "Faratian2009", 100.0}),
                         [](const auto& one) { return std::string{one.param.who}; });

}  // namespace
}  // namespace erbium::sbml::test

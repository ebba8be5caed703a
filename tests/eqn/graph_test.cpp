// SPDX-License-Identifier: Apache-2.0
// tests/eqn/graph_test.cpp: simplification that hides nothing, and derivatives.
#include "erbium/eqn/graph.hpp"
#include "erbium/net/kummer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "erbium/eqn/arithmetic.hpp"
#include "near.hpp"

namespace erbium::eqn {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Leaf kX{Opcode::state, 0};
constexpr Leaf kP{Opcode::parameter, 0};

/// Value of a node with state 0 at x and parameter 0 at p.
double value(const Graph& g, NodeId root, double x, double p = 2.5) {
    std::vector<double> values(root.value + 1);
    for (std::uint32_t id = 0; id <= root.value; ++id) {
        const Graph::Node& node = g[NodeId{id}];
        switch (node.op) {
            case Opcode::number:
                values[id] = node.number;
                break;
            case Opcode::state:
                values[id] = x;
                break;
            case Opcode::parameter:
                values[id] = p;
                break;
            default: {
                const int n = operand_count(node.op);
                values[id] = evaluate(node.op, values[node.a], n > 1 ? values[node.b] : 0.0,
                                      n > 2 ? values[node.c] : 0.0);
            }
        }
    }
    return values[root.value];
}

double slope(Graph& g, NodeId root, double x, double p = 2.5) {
    return value(g, g.derivative(root, kX), x, p);
}

TEST(Graph, EqualExpressionsAreOneNode) {
    Graph g;
    const NodeId x = g.leaf(kX);
    const NodeId p = g.leaf(kP);
    EXPECT_EQ(g.multiply(x, p), g.multiply(p, x));
    EXPECT_EQ(g.add(g.multiply(x, p), x), g.add(x, g.multiply(p, x)));
    EXPECT_NE(g.subtract(x, p), g.subtract(p, x));
    EXPECT_NE(g.number(0.0), g.number(-0.0));
}

TEST(Graph, NeutralOperandsVanish) {
    Graph g;
    const NodeId x = g.leaf(kX);
    const NodeId zero = g.number(0.0);
    const NodeId one = g.number(1.0);
    EXPECT_EQ(g.add(x, zero), x);
    EXPECT_EQ(g.subtract(x, zero), x);
    EXPECT_EQ(g.multiply(one, x), x);
    EXPECT_EQ(g.divide(x, one), x);
    EXPECT_EQ(g.power(x, one), x);
    EXPECT_EQ(g.power(x, zero), one);
    EXPECT_EQ(g.apply(Opcode::negate, g.apply(Opcode::negate, x)), x);
}

TEST(Graph, NumbersAreFoldedButParametersNeverAre) {
    Graph g;
    const NodeId p = g.leaf(kP);
    EXPECT_TRUE(g.is_number(g.multiply(g.number(2.0), g.number(3.0)), 6.0));
    EXPECT_EQ(g[g.multiply(g.number(2.0), p)].op, Opcode::multiply);
    EXPECT_EQ(g.leaves(g.power(p, g.number(3.0))), std::vector<Leaf>{kP});
    EXPECT_EQ(g.leaves(g.subtract(p, p)), std::vector<Leaf>{kP});
}

TEST(Graph, WhatCouldHideANanIsKept) {
    Graph g;
    const NodeId x = g.leaf(kX);
    EXPECT_TRUE(std::isnan(value(g, g.multiply(g.number(0.0), x), kInfinity)));
    EXPECT_TRUE(std::isnan(value(g, g.subtract(x, x), kInfinity)));
    EXPECT_TRUE(std::isnan(value(g, g.divide(x, x), 0.0)));
}

TEST(Arithmetic, NanReachesTheResultOfEveryChoice) {
    for (const Opcode op :
         {Opcode::min, Opcode::max, Opcode::less, Opcode::less_equal, Opcode::equal,
          Opcode::not_equal, Opcode::logical_and, Opcode::logical_or}) {
        EXPECT_TRUE(std::isnan(evaluate(op, kNan, 1.0, 0.0)));
        EXPECT_TRUE(std::isnan(evaluate(op, 1.0, kNan, 0.0)));
    }
    EXPECT_TRUE(std::isnan(evaluate(Opcode::select, kNan, 1.0, 2.0)));
    EXPECT_EQ(evaluate(Opcode::select, 1.0, 3.0, kNan), 3.0);  // what is not chosen does not count
}

TEST(Arithmetic, RintRoundsHalvesUpAndIfIsTrueAboveAHalfAsInBioNetGen) {
    EXPECT_EQ(evaluate(Opcode::rint, 2.5, 0.0, 0.0), 3.0);
    EXPECT_EQ(evaluate(Opcode::rint, -2.5, 0.0, 0.0), -2.0);
    EXPECT_EQ(evaluate(Opcode::select, 0.5, 1.0, 2.0), 2.0);
    EXPECT_EQ(evaluate(Opcode::select, 0.6, 1.0, 2.0), 1.0);
}

TEST(Arithmetic, KummerRatioHasItsClosedForms) {
    // M(1, 2, z) = (e^z - 1) / z and M(2, 3, z) = 2 (e^z (z - 1) + 1) / z^2.
    for (const double z : {-20.0, -1.0, 0.3, 2.0, 15.0}) {
        const double below = std::expm1(z) / z;
        const double above = 2.0 * (std::exp(z) * (z - 1.0) + 1.0) / (z * z);
        EXPECT_TRUE(near_rel(net::kummer_ratio(1.0, 2.0, z), above / below, 1e-11)) << "z = " << z;
    }
    EXPECT_TRUE(near_rel(net::kummer_ratio(3.0, 4.0, 0.0), 1.0, 1e-15));
}

TEST(Arithmetic, KummerRatioSlopeIsItsDerivative) {
    for (const double z : {-20.0, -1.0, 0.0, 1e-5, 0.3, 2.0, 15.0}) {
        const double h = 1e-4 * (1.0 + std::fabs(z));
        const double difference =
            (net::kummer_ratio(1.5, 4.0, z + h) - net::kummer_ratio(1.5, 4.0, z - h)) / (2.0 * h);
        EXPECT_TRUE(near_rel(net::kummer_ratio_slope(1.5, 4.0, z), difference, 1e-6))
            << "z = " << z;
    }
}

TEST(Derivative, OfEveryFunctionIsTheCentralDifference) {
    constexpr std::array kUnary{
        Opcode::negate, Opcode::exp,  Opcode::log,   Opcode::log2, Opcode::log10, Opcode::sqrt,
        Opcode::abs,    Opcode::sin,  Opcode::cos,   Opcode::tan,  Opcode::asin,  Opcode::acos,
        Opcode::atan,   Opcode::sinh, Opcode::cosh,  Opcode::tanh, Opcode::asinh, Opcode::atanh,
        Opcode::acosh,  Opcode::sign, Opcode::floor, Opcode::ceil, Opcode::rint};
    for (const Opcode op : kUnary) {
        Graph g;
        const NodeId x = g.leaf(kX);
        // The argument's own slope must count: 0.7 x + 0.1, or beyond 1 for acosh.
        const NodeId inner =
            g.add(g.multiply(g.number(0.7), x), g.number(op == Opcode::acosh ? 1.1 : 0.1));
        const NodeId f = g.multiply(g.apply(op, inner), x);
        for (const double at : {0.23, 0.61, 0.97}) {
            const double h = 1e-6;
            const double difference = (value(g, f, at + h) - value(g, f, at - h)) / (2.0 * h);
            // Rounding of the difference: eps / h = 2e-10, times a few.
            EXPECT_TRUE(near_rel(slope(g, f, at), difference, 1e-8, 1e-9))
                << "opcode " << static_cast<int>(op) << " at " << at;
        }
    }
}

TEST(Derivative, OfEveryOperationOnTwoIsTheCentralDifference) {
    for (const Opcode op :
         {Opcode::add, Opcode::subtract, Opcode::multiply, Opcode::divide, Opcode::power,
          Opcode::power_log, Opcode::atan2, Opcode::min, Opcode::max}) {
        Graph g;
        const NodeId x = g.leaf(kX);
        const NodeId left = g.add(g.multiply(x, x), g.number(0.5));
        const NodeId right = g.subtract(g.number(2.0), x);
        const NodeId f = g.apply(op, left, right);
        for (const double at : {0.2, 0.7, 1.4}) {
            const double h = 1e-6;
            const double difference = (value(g, f, at + h) - value(g, f, at - h)) / (2.0 * h);
            EXPECT_TRUE(near_rel(slope(g, f, at), difference, 1e-8, 1e-9))
                << "opcode " << static_cast<int>(op) << " at " << at;
        }
    }
}

TEST(Derivative, OfPowersAtZeroIsTheLimitFromTheRight) {
    Graph g;
    const NodeId x = g.leaf(kX);
    const NodeId p = g.leaf(kP);
    EXPECT_EQ(slope(g, g.power(x, g.number(3.0)), 0.0), 0.0);
    EXPECT_EQ(slope(g, g.power(x, p), 0.0, 2.5), 0.0);
    EXPECT_EQ(slope(g, g.power(x, p), 0.0, 1.0), 1.0);
    EXPECT_EQ(slope(g, g.power(x, p), 0.0, 0.5), kInfinity);
    EXPECT_EQ(slope(g, g.power(x, g.number(2.0)), 0.0), 0.0);
    // By the exponent: 0^p ln 0 is 0 for p > 0, not NaN.
    EXPECT_EQ(value(g, g.derivative(g.power(x, p), kP), 0.0, 2.0), 0.0);
}

TEST(Derivative, OfChoicesFollowsWhatIsChosen) {
    Graph g;
    const NodeId x = g.leaf(kX);
    const NodeId cube = g.power(x, g.number(3.0));
    const NodeId is_small = g.apply(Opcode::less, x, g.number(1.0));
    const NodeId choice = g.apply(Opcode::select, is_small, cube, g.number(7.0));
    EXPECT_TRUE(near_rel(slope(g, choice, 0.5), 0.75, 1e-15));
    EXPECT_EQ(slope(g, choice, 2.0), 0.0);
    // Equal operands of min and max: the first one's slope.
    EXPECT_EQ(slope(g, g.apply(Opcode::min, cube, x), 1.0), 3.0);
    EXPECT_EQ(slope(g, g.apply(Opcode::max, x, cube), 1.0), 1.0);
    EXPECT_EQ(slope(g, g.apply(Opcode::abs, x), 0.0), 1.0);
    EXPECT_EQ(slope(g, g.apply(Opcode::abs, x), -3.0), -1.0);
}

TEST(Derivative, OfWhatDoesNotDependIsTheNumberZero) {
    Graph g;
    const NodeId x = g.leaf(kX);
    const NodeId p = g.leaf(kP);
    EXPECT_TRUE(g.is_number(g.derivative(g.apply(Opcode::log, p), kX), 0.0));
    // The other factor may be infinite: no 0 * inf arises.
    const NodeId f = g.multiply(x, g.apply(Opcode::log, p));
    EXPECT_EQ(value(g, g.derivative(f, kX), 3.0, 0.0), -kInfinity);
}

}  // namespace
}  // namespace erbium::eqn

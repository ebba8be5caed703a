// SPDX-License-Identifier: Apache-2.0
// tests/sim/rosenbrock_tableau_test.cpp: every order condition of the tableaus, to rounding.
//
// In the classical form of the method (Hairer, Wanner II, section IV.7)
//   k_i = h f(y + sum alpha_ij k_j) + h J sum gamma_ij k_j,   y_new = y + sum b_i k_i
// a rooted tree t is one condition, sum_j b_j Phi_j(t) = 1 / gamma(t), where a node with one child
// sums over beta = alpha + gamma and a node with more over alpha.
#include "erbium/sim/rosenbrock_tableau.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "near.hpp"

namespace erbium::sim {
namespace {

using Matrix = std::array<RosenbrockTableau::Row, RosenbrockTableau::kMaxStages>;

struct Classical {
    std::size_t stages{};
    Matrix alpha{};
    Matrix gamma{};
    Matrix beta{};

    /// Weights of the classical k for weights of the transformed stages.
    [[nodiscard]] RosenbrockTableau::Row weights(const RosenbrockTableau::Row& m) const {
        RosenbrockTableau::Row b{};
        for (std::size_t j = 0; j < stages; ++j) {
            for (std::size_t i = 0; i < stages; ++i) {
                b[j] += m[i] * gamma[i][j];
            }
        }
        return b;
    }
};

/// Gamma = (I / gamma - C)^-1 and alpha = A Gamma.
Classical classical(const RosenbrockTableau& t) {
    Classical result;
    result.stages = static_cast<std::size_t>(t.stages);
    const std::size_t s = result.stages;
    for (std::size_t column = 0; column < s; ++column) {
        for (std::size_t i = column; i < s; ++i) {
            double right = i == column ? 1.0 : 0.0;
            for (std::size_t k = column; k < i; ++k) {
                right += t.c[i][k] * result.gamma[k][column];
            }
            result.gamma[i][column] = right * t.gamma;
        }
    }
    for (std::size_t i = 0; i < s; ++i) {
        for (std::size_t j = 0; j < s; ++j) {
            for (std::size_t k = 0; k < s; ++k) {
                result.alpha[i][j] += t.a[i][k] * result.gamma[k][j];
            }
            result.beta[i][j] = result.alpha[i][j] + result.gamma[i][j];
        }
    }
    return result;
}

struct Tree {
    std::vector<Tree> children;

    [[nodiscard]] int order() const {
        int count = 1;
        for (const Tree& child : children) {
            count += child.order();
        }
        return count;
    }
    [[nodiscard]] double density() const {
        double product = order();
        for (const Tree& child : children) {
            product *= child.density();
        }
        return product;
    }
    [[nodiscard]] std::string text() const {
        std::string all = "[";
        for (const Tree& child : children) {
            all += child.text();
        }
        return all + "]";
    }
};

/// All trees of an order; children in one fixed order, so that none comes twice.
std::vector<Tree> trees_of(int order) {
    if (order == 1) {
        return {Tree{}};
    }
    std::vector<Tree> found;
    // The last child is the largest in the order of (order, text).
    for (int last = 1; last < order; ++last) {
        for (const Tree& rest : trees_of(order - last)) {
            for (const Tree& child : trees_of(last)) {
                const auto key = [](const Tree& t) { return std::pair{t.order(), t.text()}; };
                if (rest.children.empty() || key(rest.children.back()) <= key(child)) {
                    Tree tree = rest;
                    tree.children.push_back(child);
                    found.push_back(tree);
                }
            }
        }
    }
    return found;
}

RosenbrockTableau::Row phi(const Tree& tree, const Classical& m) {
    RosenbrockTableau::Row values{};
    for (std::size_t j = 0; j < m.stages; ++j) {
        values[j] = 1.0;
    }
    const Matrix& matrix = tree.children.size() == 1 ? m.beta : m.alpha;
    for (const Tree& child : tree.children) {
        const RosenbrockTableau::Row inner = phi(child, m);
        for (std::size_t j = 0; j < m.stages; ++j) {
            double sum = 0.0;
            for (std::size_t k = 0; k < m.stages; ++k) {
                sum += matrix[j][k] * inner[k];
            }
            values[j] *= sum;
        }
    }
    return values;
}

/// sum_j b_j Phi_j - 1 / gamma(t).
double defect(const Tree& tree, const RosenbrockTableau::Row& b, const Classical& m,
              double theta = 1.0) {
    const RosenbrockTableau::Row values = phi(tree, m);
    double sum = 0.0;
    for (std::size_t j = 0; j < m.stages; ++j) {
        sum += b[j] * values[j];
    }
    return sum - std::pow(theta, tree.order()) / tree.density();
}

/// Weights of the solution at the end of a step; without the last stage, of the embedded one.
RosenbrockTableau::Row end_weights(const RosenbrockTableau& t, bool is_embedded) {
    const auto last = static_cast<std::size_t>(t.stages - 1);
    RosenbrockTableau::Row m = t.a[last];
    m[last] = is_embedded ? 0.0 : 1.0;
    return m;
}

class Tableau : public ::testing::TestWithParam<const RosenbrockTableau*> {};

TEST(Trees, AreAsManyAsCayleyCounted) {
    EXPECT_EQ(trees_of(1).size(), 1U);
    EXPECT_EQ(trees_of(2).size(), 1U);
    EXPECT_EQ(trees_of(3).size(), 2U);
    EXPECT_EQ(trees_of(4).size(), 4U);
    EXPECT_EQ(trees_of(5).size(), 9U);
    EXPECT_EQ(trees_of(6).size(), 20U);
}

TEST_P(Tableau, MeetsEveryConditionOfItsOrderAndOneFailsBeyond) {
    const RosenbrockTableau& t = *GetParam();
    const Classical m = classical(t);
    const RosenbrockTableau::Row b = m.weights(end_weights(t, false));
    for (int order = 1; order <= t.order; ++order) {
        for (const Tree& tree : trees_of(order)) {
            // Coefficients up to 165 are given to 16 digits.
            EXPECT_LT(std::fabs(defect(tree, b, m)), 2e-13) << tree.text();
        }
    }
    double largest = 0.0;
    for (const Tree& tree : trees_of(t.order + 1)) {
        largest = std::max(largest, std::fabs(defect(tree, b, m)));
    }
    EXPECT_GT(largest, 1e-5);
}

TEST_P(Tableau, HasAnEmbeddedSolutionOfItsOwnOrder) {
    const RosenbrockTableau& t = *GetParam();
    const Classical m = classical(t);
    const RosenbrockTableau::Row b = m.weights(end_weights(t, true));
    for (int order = 1; order <= t.error_order; ++order) {
        for (const Tree& tree : trees_of(order)) {
            EXPECT_LT(std::fabs(defect(tree, b, m)), 2e-13) << tree.text();
        }
    }
    double largest = 0.0;
    for (const Tree& tree : trees_of(t.error_order + 1)) {
        largest = std::max(largest, std::fabs(defect(tree, b, m)));
    }
    EXPECT_GT(largest, 1e-5);
}

TEST_P(Tableau, TakesTimeAsOneMoreState) {
    const RosenbrockTableau& t = *GetParam();
    const Classical m = classical(t);
    for (std::size_t i = 0; i < m.stages; ++i) {
        double alpha = 0.0;
        double gamma = 0.0;
        for (std::size_t j = 0; j < m.stages; ++j) {
            alpha += m.alpha[i][j];
            gamma += m.gamma[i][j];
        }
        EXPECT_TRUE(near_rel(t.alpha[i], alpha, 0.0, 1e-13)) << i;
        EXPECT_TRUE(near_rel(t.d[i], gamma, 0.0, 1e-13)) << i;
    }
}

TEST_P(Tableau, IsStifflyAccurate) {
    const RosenbrockTableau& t = *GetParam();
    const Classical m = classical(t);
    const RosenbrockTableau::Row b = m.weights(end_weights(t, false));
    for (std::size_t j = 0; j < m.stages; ++j) {
        EXPECT_TRUE(near_rel(b[j], m.beta[m.stages - 1][j], 0.0, 1e-12)) << j;
    }
}

TEST_P(Tableau, HasDenseOutputOneOrderBelowItsOwn) {
    const RosenbrockTableau& t = *GetParam();
    const Classical m = classical(t);
    const RosenbrockTableau::Row end = end_weights(t, false);
    for (const double theta : {0.1, 0.25, 0.5, 0.9}) {
        RosenbrockTableau::Row weights{};
        for (std::size_t j = 0; j < m.stages; ++j) {
            double sum = 0.0;
            for (auto p = static_cast<std::size_t>(t.dense_terms); p-- > 0;) {
                sum = t.dense[p][j] + theta * sum;
            }
            weights[j] = theta * (end[j] + (1.0 - theta) * sum);
        }
        const RosenbrockTableau::Row b = m.weights(weights);
        for (int order = 1; order < t.order; ++order) {
            for (const Tree& tree : trees_of(order)) {
                EXPECT_LT(std::fabs(defect(tree, b, m, theta)), 1e-12)
                    << tree.text() << " at " << theta;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Tableau, ::testing::Values(&rodas4(), &rodas5p()),
                         [](const auto& tableau) { return std::string{tableau.param->name}; });

}  // namespace
}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/step_plan.hpp"

namespace erbium::sim {

StepPlan plan_of_steps(const math::SparsePattern& pattern) {
    // Of eight lanes of bcr's size (1,122 species, 7 Mflop), lanes are 5 times as fast; beyond some
    // hundred Mflop their tables and factors leave every cache, and one matrix keeps more of
    // the machine busy. bench/lu.cpp
    constexpr std::size_t kSurelyForLanes = 1500;
    constexpr double kMostFlopsForLanes = 3e8;
    if (pattern.size() > kSurelyForLanes) {
        math::SupernodePlan plan = math::SupernodePlan::make(pattern);
        if (plan.report().flops > kMostFlopsForLanes) {
            return plan;
        }
    }
    return math::LuPlan::make(pattern);
}

}  // namespace erbium::sim

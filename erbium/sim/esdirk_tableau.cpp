// SPDX-License-Identifier: Apache-2.0
// The fractions are those of the paper's appendix; tests/sim/esdirk_test.cpp checks the order
// conditions to rounding, so that a wrong digit cannot hide.
#include "erbium/sim/esdirk_tableau.hpp"

namespace erbium::sim {
namespace {

constexpr EsdirkTableau::Row kWeights{
    82889.0 / 524892.0, 0.0, 15625.0 / 83664.0, 69875.0 / 102672.0, -2260.0 / 8211.0, 0.25};

constexpr EsdirkTableau kEsdirk4{
    .name = "ESDIRK4(3)6L[2]SA",
    .order = 4,
    .error_order = 3,
    .gamma = 0.25,
    .c = {0.0, 0.5, 83.0 / 250.0, 31.0 / 50.0, 17.0 / 20.0, 1.0},
    .a = {{{},
           {0.25},
           {8611.0 / 62500.0, -1743.0 / 31250.0},
           {5012029.0 / 34652500.0, -654441.0 / 2922500.0, 174375.0 / 388108.0},
           {15267082809.0 / 155376265600.0, -71443401.0 / 120774400.0, 730878875.0 / 902184768.0,
            2285395.0 / 8070912.0},
           {kWeights[0], kWeights[1], kWeights[2], kWeights[3], kWeights[4]}}},
    .error = {kWeights[0] - 4586570599.0 / 29645900160.0, 0.0,
              kWeights[2] - 178811875.0 / 945068544.0, kWeights[3] - 814220225.0 / 1159782912.0,
              kWeights[4] + 3700637.0 / 11593932.0, kWeights[5] - 61727.0 / 225920.0},
    .dense = {{{6943876665148.0 / 7220017795957.0, 0.0, 7640104374378.0 / 9702883013639.0,
                -20649996744609.0 / 7521556579894.0, 8854892464581.0 / 2390941311638.0,
                -11397109935349.0 / 6675773540249.0},
               {-54480133.0 / 30881146.0, 0.0, -11436875.0 / 14766696.0, 174696575.0 / 18121608.0,
                -12120380.0 / 966161.0, 3843.0 / 706.0},
               {6818779379841.0 / 7100303317025.0, 0.0, 2173542590792.0 / 12501825683035.0,
                -31592104683404.0 / 5083833661969.0, 61146701046299.0 / 7138195549469.0,
                -17219254887155.0 / 4939391667607.0}}}};

}  // namespace

const EsdirkTableau& esdirk4() noexcept {
    return kEsdirk4;
}

}  // namespace erbium::sim

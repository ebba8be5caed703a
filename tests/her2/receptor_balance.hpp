// SPDX-License-Identifier: Apache-2.0
// tests/her2/receptor_balance.hpp: pairs of receptors at equilibrium, from mass balances alone.
// Shares no code with the simulator: no rules, no species, no rates. Free receptors m solve
//
//   R_a = m_a (1 + sum over partners b of k_ab m_b) + k_aa m_a^2
//
// with k_ab the association constant averaged over the states of free receptors. A free HER2 holds
// trastuzumab with the share T/(T + K_T), a free HER1 holds EGF with E/(E + K_E), and so on; a pair
// in a state has K0 / (c for each ligand) * t^(trastuzumab) * p^(pertuzumab). Hence (signalling
// notes, M3, the line of k23, k12, k11, with c in place of the rounded constants):
//
//   k23 = [mix(t) mix(p) + c N mix(p_N)] / (1 + N) / K0,  N = NRG1/K_N, mix(f) = 1 - theta +
//   theta/f
#pragma once

#include <cmath>
#include <cstddef>

namespace erbium::her2 {

/// Constants in copies per cell, nM and factors without a unit.
struct PairingConstants {
    double K_11{}, K_12{}, K_13{}, K_22{}, K_23{}, K_95{}, K_611_611{};
    double c_EGF_11{}, c_EGF_12{}, c_lig_13{}, c_NRG1_23{};
    double t_23{}, p_12{}, p_23{}, p_23_NRG1{};
    double K_EGF{}, K_NRG1{}, K_trastuzumab{}, K_pertuzumab{};
};

/// Copies per cell, p95 in its 611 form, and what is in the medium [nM].
struct Membrane {
    double HER1{}, HER2{}, HER3{}, p95{};
    double EGF{}, NRG1{}, trastuzumab{}, pertuzumab{};
};

/// Pairs per cell.
struct Pairs {
    double HER1_HER1{}, HER1_HER2{}, HER1_HER3{}, HER2_HER2{}, HER2_HER3{};
    double p95_HER2{}, p95_HER3{}, p95_p95{};
};

/// Cost: some hundred sweeps. Each sweep solves one balance exactly for its own receptor with the
/// others held; the sum of all balances is the gradient of a convex function of the logarithms of
/// m, so that the sweeps converge from anywhere.
inline Pairs pairs_at_equilibrium(const PairingConstants& c, const Membrane& cell) {
    const auto mix = [](double conc, double K, double factor) {
        const double bound = conc / (conc + K);
        return 1.0 - bound + bound / factor;
    };
    const double E = cell.EGF / c.K_EGF;
    const double N = cell.NRG1 / c.K_NRG1;
    const double T = cell.trastuzumab;
    const double P = cell.pertuzumab;
    const auto mean = [](double x, double gain) { return (1.0 + gain * x) / (1.0 + x); };
    const double k11 = std::pow(mean(E, c.c_EGF_11), 2) / c.K_11;
    const double k12 = mean(E, c.c_EGF_12) * mix(P, c.K_pertuzumab, c.p_12) / c.K_12;
    const double k13 = mean(E, c.c_lig_13) * mean(N, c.c_lig_13) / c.K_13;
    const double k22 = 1.0 / c.K_22;
    const double without_NRG1 = mix(T, c.K_trastuzumab, c.t_23) * mix(P, c.K_pertuzumab, c.p_23);
    const double with_NRG1 = c.c_NRG1_23 * mix(P, c.K_pertuzumab, c.p_23_NRG1);
    const double k23 = (without_NRG1 + N * with_NRG1) / (1.0 + N) / c.K_23;
    const double k95 = 1.0 / c.K_95;
    const double k611 = 1.0 / c.K_611_611;

    constexpr std::size_t kKinds = 4;  // HER1, HER2, HER3, p95
    const double total[kKinds] = {cell.HER1, cell.HER2, cell.HER3, cell.p95};
    const double k[kKinds][kKinds] = {
        {k11, k12, k13, 0.0}, {k12, k22, k23, k95}, {k13, k23, 0.0, k95}, {0.0, k95, k95, k611}};
    double m[kKinds] = {cell.HER1, cell.HER2, cell.HER3, cell.p95};
    for (int sweep = 0; sweep < 10'000; ++sweep) {
        double change = 0.0;
        for (std::size_t a = 0; a < kKinds; ++a) {
            double b = 1.0;
            for (std::size_t other = 0; other < kKinds; ++other) {
                b += other == a ? 0.0 : k[a][other] * m[other];
            }
            // k_aa m^2 + b m - R = 0, its positive root without cancellation
            const double root = 2.0 * total[a] / (b + std::sqrt(b * b + 4.0 * k[a][a] * total[a]));
            change = std::fmax(change, std::fabs(root - m[a]) / (root + 1e-300));
            m[a] = root;
        }
        if (change < 1e-15) {
            break;
        }
    }
    return {k11 * m[0] * m[0] / 2, k12 * m[0] * m[1], k13 * m[0] * m[2], k22 * m[1] * m[1] / 2,
            k23 * m[1] * m[2],     k95 * m[1] * m[3], k95 * m[2] * m[3], k611 * m[3] * m[3] / 2};
}

}  // namespace erbium::her2

// SPDX-License-Identifier: Apache-2.0
// erbium/assay/agreement.cpp: sums over the rows of a comparison.
#include "erbium/assay/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace erbium::assay {
namespace {

constexpr std::size_t kFewestDoses = 4;
constexpr double kTail = 1.6449;  ///< 95 % quantile of the standard normal distribution

/// The model's number for a row.
double model_of(const ComparisonRow& row) {
    return row.spread.values.empty() ? row.model : row.spread.median;
}

struct Curve {
    std::vector<double> doses_nM;
    std::vector<double> measured;
    std::vector<double> model;
};

CurveAgreement agreement_of(const std::pair<std::size_t, std::string>& key, const Curve& curve) {
    CurveAgreement out;
    out.drug = key.first;
    out.profile = key.second;
    out.points = curve.doses_nM.size();
    for (std::size_t i = 0; i < out.points; ++i) {
        const double residual = curve.model[i] - curve.measured[i];
        out.rms += residual * residual / static_cast<double>(out.points);
    }
    out.rms = std::sqrt(out.rms);
    out.model_half = half_dose(curve.doses_nM, curve.model);
    out.measured_half = half_dose(curve.doses_nM, curve.measured);
    return out;
}

}  // namespace

double CurveAgreement::half_ratio() const noexcept {
    const bool model_is_finite = std::isfinite(model_half.dose_nM);
    if (!model_is_finite && !std::isfinite(measured_half.dose_nM)) {
        return 1.0;
    }
    return model_half.dose_nM / measured_half.dose_nM;
}

Agreement agreement(const Package& package, const Comparison& comparison, Rows rows) {
    Agreement out;
    std::map<std::size_t, const ComparisonRow*> in_order;
    for (const ComparisonRow& row : comparison.rows) {
        in_order[row.observation] = &row;
    }
    std::vector<std::pair<std::pair<std::size_t, std::string>, Curve>> curves;
    double squares = 0.0;
    for (const auto& [index, row] : in_order) {
        const package::Observation& o = package.observations[index];
        const double model = model_of(*row);
        if (o.is_held_out != (rows == Rows::held_out) || std::isnan(model)) {
            continue;
        }
        const ComparisonRow best = compare(o, model);
        if (!o.value) {
            ++out.interval_rows;
            out.intervals_holding += best.holds ? 1U : 0U;
            continue;
        }
        ++out.value_rows;
        const bool is_log = o.scale == package::Scale::log2;
        const auto scaled = [&](double value) { return is_log ? std::log2(value) : value; };
        if (!row->spread.values.empty()) {
            const double measured = scaled(*o.value);
            const double middle = scaled(model);
            const double error = kTail * o.tolerance.value_or(0.0);
            const double below = middle - scaled(row->spread.lower);
            const double above = scaled(row->spread.upper) - middle;
            out.values_inside += measured >= middle - below && measured <= middle + above ? 1U : 0U;
            out.values_inside_with_error += measured >= middle - std::hypot(below, error) &&
                                                    measured <= middle + std::hypot(above, error)
                                                ? 1U
                                                : 0U;
        }
        if (is_log) {
            ++out.log2_rows;
            squares += best.residual * best.residual;
        }
        if (o.quantity == MeasuredQuantity::viability && o.treatment.doses.size() == 1) {
            const std::pair key{o.treatment.doses.front().drug, o.profile};
            auto curve = std::find_if(curves.begin(), curves.end(),
                                      [&](const auto& c) { return c.first == key; });
            if (curve == curves.end()) {
                curves.emplace_back(key, Curve{});
                curve = curves.end() - 1;
            }
            curve->second.doses_nM.push_back(o.treatment.doses.front().dose_nM);
            curve->second.measured.push_back(*o.value);
            curve->second.model.push_back(model);
        }
    }
    out.log2_rms =
        out.log2_rows == 0 ? 0.0 : std::sqrt(squares / static_cast<double>(out.log2_rows));
    for (const auto& [key, curve] : curves) {
        if (curve.doses_nM.size() >= kFewestDoses) {
            out.curves.push_back(agreement_of(key, curve));
        }
    }
    return out;
}

}  // namespace erbium::assay

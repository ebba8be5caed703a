// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/sparse_lu.hpp"

#include <klu.h>

#include "erbium/base/check.hpp"

namespace erbium::sim {
namespace {

/// Below these the old pivots are given up: U's smallest pivot against its largest, and the growth
/// of elements. eps^(2/3) is SUNDIALS' choice for the first; the second allows a loss of 10 digits
/// of 16, with Newton's iteration correcting what remains.
constexpr double kLeastReciprocalCondition = 3.7e-11;
constexpr double kLeastReciprocalGrowth = 1e-10;

}  // namespace

struct SparseLu::Klu {
    // KLU's interface is not const-correct; it does not write to the pattern.
    std::vector<int> column_begins;
    std::vector<int> rows;
    klu_common common{};
    klu_symbolic* symbolic{};
    klu_numeric* numeric{};
};

void SparseLu::Free::operator()(Klu* klu) const noexcept {
    klu_free_numeric(&klu->numeric, &klu->common);
    klu_free_symbolic(&klu->symbolic, &klu->common);
    delete klu;  // NOLINT(cppcoreguidelines-owning-memory): this is the deleter
}

SparseLu::SparseLu(std::span<const std::int32_t> column_begins, std::span<const std::int32_t> rows)
    : klu_{new Klu} {
    klu_->column_begins.assign(column_begins.begin(), column_begins.end());
    klu_->rows.assign(rows.begin(), rows.end());
    klu_defaults(&klu_->common);
    klu_->common.ordering = 0;  // AMD
    klu_->symbolic = klu_analyze(static_cast<int>(column_begins.size()) - 1,
                                 klu_->column_begins.data(), klu_->rows.data(), &klu_->common);
    ERBIUM_CHECK(klu_->symbolic != nullptr, "the pattern has a full diagonal, so KLU can order it");
}

void SparseLu::forget_pivots() noexcept {
    klu_free_numeric(&klu_->numeric, &klu_->common);
}

bool SparseLu::factor(std::span<double> values) {
    ++factorisations_;
    int* const begins = klu_->column_begins.data();
    int* const rows = klu_->rows.data();
    klu_common* const common = &klu_->common;
    if (klu_->numeric != nullptr) {
        const bool is_usable =
            klu_refactor(begins, rows, values.data(), klu_->symbolic, klu_->numeric, common) != 0 &&
            klu_rcond(klu_->symbolic, klu_->numeric, common) != 0 &&
            common->rcond > kLeastReciprocalCondition &&
            klu_rgrowth(begins, rows, values.data(), klu_->symbolic, klu_->numeric, common) != 0 &&
            common->rgrowth > kLeastReciprocalGrowth;
        if (is_usable) {
            return true;
        }
        forget_pivots();
    }
    klu_->numeric = klu_factor(begins, rows, values.data(), klu_->symbolic, common);
    if (klu_->numeric == nullptr) {
        return false;
    }
    if (common->status != KLU_OK) {
        forget_pivots();
        return false;
    }
    return true;
}

void SparseLu::solve(std::span<double> b) {
    ERBIUM_ASSERT(klu_->numeric != nullptr, "solve() after a failed factor()");
    klu_solve(klu_->symbolic, klu_->numeric, static_cast<int>(b.size()), 1, b.data(),
              &klu_->common);
}

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/system.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace erbium::eqn {

NameTable::NameTable(std::vector<std::string> names)
    : names_{std::move(names)}, by_name_(names_.size()) {
    std::iota(by_name_.begin(), by_name_.end(), 0U);
    std::stable_sort(by_name_.begin(), by_name_.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return names_[a] < names_[b]; });
}

std::optional<std::uint32_t> NameTable::find(std::string_view name) const noexcept {
    const auto at =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [this](std::uint32_t i, std::string_view n) { return names_[i] < n; });
    if (at == by_name_.end() || names_[*at] != name) {
        return std::nullopt;
    }
    return *at;
}

namespace {

template <class I>
std::optional<I> find_in(const NameTable& table, std::string_view name) {
    const std::optional<std::uint32_t> index = table.find(name);
    return index ? std::optional<I>{I{*index}} : std::nullopt;
}

}  // namespace

std::optional<SpeciesId> System::find_species(std::string_view name) const {
    return find_in<SpeciesId>(tables_->species, name);
}

std::optional<ParameterId> System::find_parameter(std::string_view name) const {
    return find_in<ParameterId>(tables_->parameters, name);
}

std::optional<ObservableId> System::find_observable(std::string_view name) const {
    return find_in<ObservableId>(tables_->observables, name);
}

std::optional<FunctionId> System::find_function(std::string_view name) const {
    return find_in<FunctionId>(tables_->functions, name);
}

std::span<const Term> System::observable_terms(ObservableId o) const noexcept {
    const std::uint32_t begin = tables_->observable_begins[o.value];
    const std::uint32_t end = tables_->observable_begins[o.value + 1];
    return std::span{tables_->observable_terms}.subspan(begin, end - begin);
}

Program System::program() const noexcept {
    const Tables& t = *tables_;
    return {.species = static_cast<std::uint32_t>(t.species.size()),
            .parameter_begin = t.parameter_begin,
            .parameter_count = static_cast<std::uint32_t>(t.parameters.size()),
            .time_slot = t.time_slot,
            .slot_count = t.slot_count,
            .literals = t.literals,
            .constants_tape = t.constants_tape,
            .rate_tape = t.rate_tape,
            .slope_tape = t.slope_tape,
            .time_slope_tape = t.time_slope_tape,
            .output_tape = t.output_tape,
            .event_tape = t.event_tape,
            .observable_terms = t.observable_terms,
            .rates = t.rates,
            .factors = t.factors,
            .stoichiometry = {t.stoichiometry_begins, t.stoichiometry_terms},
            .partials = t.partials,
            .partial_sums = {t.partial_sum_begins, t.partial_sum_terms},
            .jacobian = {t.jacobian_begins, t.jacobian_terms},
            .column_begins = t.column_begins,
            .row_of_entry = t.row_of_entry,
            .time_partials = t.time_partials,
            .time_slopes = {t.time_slope_begins, t.time_slope_terms}};
}

}  // namespace erbium::eqn

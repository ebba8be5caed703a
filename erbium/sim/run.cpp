// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/run.hpp"

namespace erbium::sim {
namespace {

template <class I>
std::vector<I> every(std::size_t count) {
    std::vector<I> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back(id_at<I>(i));
    }
    return ids;
}

template <class I>
void append_names(const eqn::NameTable& table, const std::vector<I>& ids,
                  std::vector<std::string>& names) {
    for (const I id : ids) {
        names.push_back(table.names()[id.value]);
    }
}

}  // namespace

Recording Recording::all(const eqn::System& system) {
    return {every<SpeciesId>(system.state_count()),
            every<ObservableId>(system.observables().size()),
            every<FunctionId>(system.functions().size())};
}

Recording Recording::all_observables(const eqn::System& system) {
    return {{}, every<ObservableId>(system.observables().size()), {}};
}

std::vector<std::string> Recording::names(const eqn::System& system) const {
    std::vector<std::string> result;
    append_names(system.species(), species, result);
    append_names(system.observables(), observables, result);
    append_names(system.functions(), functions, result);
    return result;
}

std::string_view name(Failure failure) noexcept {
    switch (failure) {
        case Failure::none:
            return "none";
        case Failure::invalid_run:
            return "invalid_run";
        case Failure::not_finite_start:
            return "not_finite_start";
        case Failure::not_finite_rate:
            return "not_finite_rate";
        case Failure::error_test:
            return "error_test";
        case Failure::newton:
            return "newton";
        case Failure::too_many_steps:
            return "too_many_steps";
        case Failure::no_steady_state:
            return "no_steady_state";
        case Failure::bad_event:
            return "bad_event";
        case Failure::no_such_method:
            return "no_such_method";
        case Failure::algebraic:
            return "algebraic";
        case Failure::interrupted:
            return "interrupted";
        case Failure::not_differentiable:
            return "not_differentiable";
    }
    return "";
}

std::vector<double> Result::column(std::size_t i) const {
    std::vector<double> result;
    result.reserve(times.size());
    for (std::size_t row = 0; row < times.size(); ++row) {
        result.push_back(at(row, i));
    }
    return result;
}

}  // namespace erbium::sim

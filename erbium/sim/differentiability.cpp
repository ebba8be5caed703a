// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/differentiability.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "erbium/eqn/operand_slopes.hpp"
#include "erbium/sim/sensitivity_tables.hpp"

namespace erbium::sim {
namespace {

using eqn::Instruction;
using eqn::Opcode;

bool is_move(Opcode op) noexcept {
    return op == Opcode::state || op == Opcode::weighted_sum || op == Opcode::define_parameter;
}

/// Operations that jump as their operand varies. Comparisons are System::roots() where they matter,
/// and the times at which they change are differentiated; others choose between two forms of one
/// root or pieces of a table, `side` stands in laws that are continuous.
bool is_step(Opcode op) noexcept {
    return op == Opcode::floor || op == Opcode::ceil || op == Opcode::rint || op == Opcode::sign;
}

}  // namespace

Differentiability::Differentiability(eqn::System system)
    : system_{std::move(system)}, parameter_refusals_(system_.parameters().size()) {
    system_refusal_ = refusal_of_system();
    for (std::uint32_t p = 0; p < parameter_refusals_.size(); ++p) {
        parameter_refusals_[p] = refusal_of_parameter(ParameterId{p});
    }
}

std::string Differentiability::refusal_of_system() const {
    if (!system_.algebraic_states().empty()) {
        return fmt::format(
            "an equation, not a rate, determines {}; derivatives of algebraic states are not "
            "computed",
            system_.species().names()[system_.algebraic_states().states.front().value]);
    }
    const eqn::Program program = system_.program();
    for (const Instruction& i : program.rate_tape) {
        if (is_step(i.op)) {
            return "a rate has floor, ceil, rint or sign of what changes in time: it jumps at "
                   "times that move with every input";
        }
        if (i.op == Opcode::mratio) {
            return "the slope of mratio in a rate has no known derivative";
        }
    }
    return {};
}

std::string Differentiability::refusal_of_parameter(ParameterId p) const {
    const ActiveTables active{system_, {.parameters = {p}, .fixed = {}}};
    const auto has_no_slope = [&](const Instruction& i) {
        const std::array operands{i.a, i.b, i.c};
        for (int operand = 0; operand < 3 && !is_move(i.op); ++operand) {
            if (active.is_active(operands[static_cast<std::size_t>(operand)]) &&
                !eqn::has_slope(i.op, operand)) {
                return true;
            }
        }
        return false;
    };
    for (const Instruction& i : active.constants()) {
        if (has_no_slope(i)) {
            return "it is an argument of mratio whose derivative is not known";
        }
    }
    for (const Instruction& i : active.rate_tape()) {
        if (has_no_slope(i)) {
            return "it is an argument of mratio whose derivative is not known";
        }
    }
    return {};
}

std::string Differentiability::refusal(const Run& run, const Input& input) const {
    const auto refuse = [&](const std::string& why) {
        return fmt::format("no derivative by {}: {}", name(input, system_, run), why);
    };
    const auto of_parameter = [&](ParameterId p) {
        const std::string& why = parameter_refusals_[p.value];
        return why.empty() ? std::string{} : refuse(why);
    };
    if (!system_refusal_.empty()) {
        return refuse(system_refusal_);
    }
    const auto has_event = [&] { return input.event < run.events.size(); };
    switch (input.kind) {
        case Input::Kind::parameter: {
            const ParameterId p{input.index};
            if (p.value >= system_.parameters().size()) {
                return "no derivative by a parameter that the system does not have";
            }
            bool is_set = false;
            for (const ParameterValue& value : run.parameters) {
                is_set = is_set || value.parameter == p;
            }
            if (system_.is_derived(p) && !is_set) {
                return refuse(
                    "it is computed from other parameters; set it in the run, or take the "
                    "derivative by those");
            }
            return of_parameter(p);
        }
        case Input::Kind::initial_amount:
            return input.index < system_.state_count()
                       ? std::string{}
                       : "no derivative by the amount of a species that the system does not have";
        case Input::Kind::equilibration_value:
            if (!run.equilibration || input.index >= run.equilibration->parameters.size()) {
                return "no derivative by a value of the equilibration that the run does not have";
            }
            return of_parameter(run.equilibration->parameters[input.index].parameter);
        case Input::Kind::event_parameter:
            if (!has_event() || input.index >= run.events[input.event].parameters.size()) {
                return "no derivative by a parameter of an event that the run does not have";
            }
            return of_parameter(run.events[input.event].parameters[input.index].parameter);
        case Input::Kind::event_amount:
            if (!has_event() || input.index >= run.events[input.event].states.size()) {
                return "no derivative by an amount of an event that the run does not have";
            }
            return {};
        case Input::Kind::event_time:
            return has_event() ? std::string{}
                               : "no derivative by the time of an event that the run does not have";
    }
    return {};
}

}  // namespace erbium::sim

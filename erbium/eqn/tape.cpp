// SPDX-License-Identifier: Apache-2.0
#include "erbium/eqn/tape.hpp"

#include <algorithm>
#include <utility>

namespace erbium::eqn {
namespace {

/// Marks the roots and everything they need. Operands have smaller ids than their users, so one
/// pass from the top suffices.
void mark(const Graph& graph, const std::vector<NodeId>& roots, std::vector<std::uint8_t>& needed) {
    std::size_t end = 0;
    for (const NodeId root : roots) {
        needed[root.value] = 1;
        end = std::max<std::size_t>(end, root.value + 1);
    }
    for (std::size_t id = end; id-- > 0;) {
        if (needed[id] == 0) {
            continue;
        }
        const Graph::Node& node = graph[id_at<NodeId>(id)];
        const int operands = operand_count(node.op);
        if (operands > 0) {
            needed[node.a] = 1;
        }
        if (operands > 1) {
            needed[node.b] = 1;
        }
        if (operands > 2) {
            needed[node.c] = 1;
        }
    }
}

class TapeWriter {
public:
    TapeWriter(const Graph& graph, System::Tables& tables)
        : graph_{graph}, tables_{tables}, slots_(graph.size(), kNoSlot) {}

    /// Gives every needed node its slot: literals, parameters, constants, time, values.
    void lay_out(const std::vector<std::uint8_t>& needed) {
        std::uint32_t constants = 0;
        std::uint32_t values = 0;
        for (std::size_t id = 0; id < slots_.size(); ++id) {
            const Graph::Node& node = graph_[id_at<NodeId>(id)];
            if (needed[id] == 0) {
                continue;
            }
            if (node.op == Opcode::number) {
                slots_[id] = static_cast<Slot>(tables_.literals.size());
                tables_.literals.push_back(node.number);
            } else if (is_computed_constant(node)) {
                slots_[id] = constants++;
            } else if (node.is_varying && node.op != Opcode::time) {
                slots_[id] = values++;
            }
        }
        tables_.parameter_begin = static_cast<std::uint32_t>(tables_.literals.size());
        const Slot first_constant =
            tables_.parameter_begin + static_cast<std::uint32_t>(tables_.parameters.size());
        tables_.time_slot = first_constant + constants;
        const Slot first_value = tables_.time_slot + 1;
        tables_.slot_count = first_value + values;
        for (std::size_t id = 0; id < slots_.size(); ++id) {
            const Graph::Node& node = graph_[id_at<NodeId>(id)];
            if (node.op == Opcode::parameter) {
                slots_[id] = tables_.parameter_begin + node.a;
            } else if (node.op == Opcode::time) {
                slots_[id] = tables_.time_slot;
            } else if (needed[id] == 0 || node.op == Opcode::number) {
                continue;
            } else if (is_computed_constant(node)) {
                slots_[id] += first_constant;
            } else {
                slots_[id] += first_value;
            }
        }
    }

    /// Appends instructions for marked nodes that are not among the emitted ones, and adds them
    /// there. The tape of what varies starts from the leaves; the constants tape takes only what
    /// does not vary.
    /// @param end      no node at or after this one is needed
    /// @param emitted  by node: written by the tapes that are always run before this one
    void emit(const std::vector<std::uint8_t>& needed, std::size_t end, bool is_varying,
              std::vector<std::uint8_t>& emitted, std::vector<Instruction>& tape) const {
        for (std::size_t id = 0; id < end; ++id) {
            const Graph::Node& node = graph_[id_at<NodeId>(id)];
            if (needed[id] == 0 || emitted[id] != 0 || node.is_varying != is_varying ||
                node.op == Opcode::number || node.op == Opcode::parameter ||
                node.op == Opcode::time) {
                continue;
            }
            emitted[id] = 1;
            tape.push_back(instruction(id));
        }
    }

    [[nodiscard]] std::vector<Slot> take_slots() { return std::move(slots_); }
    [[nodiscard]] Slot slot(NodeId id) const noexcept { return slots_[id.value]; }

private:
    [[nodiscard]] static bool is_computed_constant(const Graph::Node& node) noexcept {
        return !node.is_varying && operand_count(node.op) > 0;
    }

    [[nodiscard]] Instruction instruction(std::size_t id) const {
        const Graph::Node& node = graph_[id_at<NodeId>(id)];
        Instruction i{.op = node.op, .dst = slots_[id]};
        if (node.op == Opcode::state) {
            i.a = node.a;
            return i;
        }
        if (node.op == Opcode::observable) {
            i.op = Opcode::weighted_sum;
            i.a = tables_.observable_begins[node.a];
            i.b = tables_.observable_begins[node.a + 1] - i.a;
            return i;
        }
        const int operands = operand_count(node.op);
        // An operand that is not taken points at a slot that is read all the same: its own first.
        i.a = slots_[node.a];
        i.b = operands > 1 ? slots_[node.b] : i.a;
        i.c = operands > 2 ? slots_[node.c] : i.a;
        return i;
    }

    const Graph& graph_;
    System::Tables& tables_;
    std::vector<Slot> slots_;
};

}  // namespace

std::vector<Slot> write_tapes(const Graph& graph, const Definitions& definitions,
                              const TapeRoots& roots, System::Tables& tables) {
    std::vector<std::uint8_t> rate_nodes(graph.size());
    mark(graph, roots.rates, rate_nodes);
    std::vector<std::uint8_t> slope_nodes(graph.size());
    mark(graph, roots.slopes, slope_nodes);
    std::vector<std::uint8_t> time_slope_nodes(graph.size());
    mark(graph, roots.time_slopes, time_slope_nodes);
    std::vector<std::uint8_t> output_nodes(graph.size());
    mark(graph, roots.outputs, output_nodes);
    std::vector<std::uint8_t> event_nodes(graph.size());
    mark(graph, roots.events, event_nodes);

    std::vector<NodeId> constants = roots.constants;
    for (const auto& derived : definitions.derived()) {
        constants.push_back(derived.value);
    }
    std::vector<std::uint8_t> all(graph.size());
    mark(graph, constants, all);
    for (std::size_t id = 0; id < all.size(); ++id) {
        all[id] =
            static_cast<std::uint8_t>(all[id] | rate_nodes[id] | slope_nodes[id] |
                                      time_slope_nodes[id] | output_nodes[id] | event_nodes[id]);
    }

    TapeWriter writer{graph, tables};
    writer.lay_out(all);
    // Each derived parameter is defined before anything that uses it: its own constants first.
    std::vector<std::uint8_t> needed(graph.size());
    std::vector<std::uint8_t> constants_done(graph.size());
    for (const auto& derived : definitions.derived()) {
        mark(graph, {derived.value}, needed);
        writer.emit(needed, derived.value.value + 1, false, constants_done, tables.constants_tape);
        tables.constants_tape.push_back({.op = Opcode::define_parameter,
                                         .dst = tables.parameter_begin + derived.parameter,
                                         .a = writer.slot(derived.value),
                                         .b = derived.parameter});
    }
    writer.emit(all, graph.size(), false, constants_done, tables.constants_tape);
    std::vector<std::uint8_t> rates_done(graph.size());
    writer.emit(rate_nodes, graph.size(), true, rates_done, tables.rate_tape);
    // Slopes and outputs follow the rates, but not one another; events stand alone.
    std::vector<std::uint8_t> slopes_done = rates_done;
    writer.emit(slope_nodes, graph.size(), true, slopes_done, tables.slope_tape);
    std::vector<std::uint8_t> time_slopes_done = rates_done;
    writer.emit(time_slope_nodes, graph.size(), true, time_slopes_done, tables.time_slope_tape);
    writer.emit(output_nodes, graph.size(), true, rates_done, tables.output_tape);
    std::vector<std::uint8_t> events_done(graph.size());
    writer.emit(event_nodes, graph.size(), true, events_done, tables.event_tape);
    return writer.take_slots();
}

}  // namespace erbium::eqn

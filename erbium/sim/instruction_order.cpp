// SPDX-License-Identifier: Apache-2.0
#include "erbium/sim/instruction_order.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace erbium::sim {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// What an instruction reads (kNone where it reads less) and writes.
struct Access {
    std::array<std::uint32_t, 3> reads{kNone, kNone, kNone};
    std::uint32_t writes{};
};

Access access(const eqn::Instruction& i) noexcept {
    using eqn::Opcode;
    if (i.op == Opcode::state || i.op == Opcode::weighted_sum) {
        return {.writes = i.dst};
    }
    return {{i.a, i.b, i.c}, i.dst};
}

Access access(const TangentInstruction& i) noexcept {
    switch (i.kind) {
        case TangentKind::state:
        case TangentKind::weighted_sum:
            return {.writes = i.row};
        case TangentKind::copy:
        case TangentKind::negate:
        case TangentKind::scale:
            return {{i.a, kNone, kNone}, i.row};
        case TangentKind::add_scaled:
            return {{i.a, i.row, kNone}, i.row};
        default:
            return {{i.a, i.b, kNone}, i.row};
    }
}

std::size_t kind_of(const eqn::Instruction& i) noexcept {
    return static_cast<std::size_t>(i.op);
}
std::size_t kind_of(const TangentInstruction& i) noexcept {
    return static_cast<std::size_t>(i.kind);
}

/// Which instructions wait for which.
class Waiting {
public:
    template <class Instruction>
    explicit Waiting(std::span<const Instruction> tape)
        : followers_(tape.size()), leader_count_(tape.size()) {
        struct Place {
            std::uint32_t writer{kNone};
            std::vector<std::uint32_t> readers;  // since
        };
        std::vector<Place> places;
        const auto at = [&](std::uint32_t place) -> Place& {
            if (places.size() <= place) {
                places.resize(std::size_t{place} + 1);
            }
            return places[place];
        };
        for (std::uint32_t i = 0; i < tape.size(); ++i) {
            const Access of = access(tape[i]);
            for (const std::uint32_t place : of.reads) {
                if (place != kNone) {
                    add(at(place).writer, i);
                    at(place).readers.push_back(i);
                }
            }
            Place& written = at(of.writes);
            add(written.writer, i);
            for (const std::uint32_t reader : written.readers) {
                add(reader, i);
            }
            written = {i, {}};
        }
    }

    [[nodiscard]] bool is_free(std::uint32_t i) const noexcept { return leader_count_[i] == 0; }
    /// Those that waited for `i` alone.
    [[nodiscard]] std::vector<std::uint32_t> release(std::uint32_t i) {
        std::vector<std::uint32_t> released;
        for (const std::uint32_t follower : followers_[i]) {
            if (--leader_count_[follower] == 0) {
                released.push_back(follower);
            }
        }
        return released;
    }

private:
    void add(std::uint32_t leader, std::uint32_t follower) {
        if (leader != kNone && leader != follower) {
            followers_[leader].push_back(follower);
            ++leader_count_[follower];
        }
    }
    std::vector<std::vector<std::uint32_t>> followers_;
    std::vector<std::uint32_t> leader_count_;
};

/// Takes all instructions of one kind that can be had, then goes on with the kind of which most
/// can.
template <class Instruction>
std::vector<Instruction> by_kind(std::span<const Instruction> tape) {
    Waiting waiting{tape};
    std::vector<std::vector<std::uint32_t>> free;  // by kind, in the order in which they came free
    const auto add = [&](std::uint32_t i) {
        const std::size_t kind = kind_of(tape[i]);
        free.resize(std::max(free.size(), kind + 1));
        free[kind].push_back(i);
    };
    for (std::uint32_t i = 0; i < tape.size(); ++i) {
        if (waiting.is_free(i)) {
            add(i);
        }
    }
    std::vector<Instruction> order;
    order.reserve(tape.size());
    while (order.size() < tape.size()) {
        const auto most =
            std::max_element(free.begin(), free.end(),
                             [](const auto& a, const auto& b) { return a.size() < b.size(); });
        const auto kind = static_cast<std::size_t>(most - free.begin());
        for (std::size_t next = 0; next < free[kind].size(); ++next) {
            const std::uint32_t i = free[kind][next];
            order.push_back(tape[i]);
            for (const std::uint32_t released : waiting.release(i)) {
                add(released);
            }
        }
        free[kind].clear();
    }
    return order;
}

}  // namespace

std::vector<eqn::Instruction> grouped(std::span<const eqn::Instruction> tape) {
    return by_kind(tape);
}

std::vector<TangentInstruction> grouped(std::span<const TangentInstruction> tape) {
    return by_kind(tape);
}

}  // namespace erbium::sim

// SPDX-License-Identifier: Apache-2.0
// erbium/base/outcome.hpp: a value, or the reason there is none.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "erbium/base/check.hpp"

namespace erbium {

/// Stand-in for C++23's std::expected. A discarded Outcome is a compile-time warning.
template <class T, class E>
class [[nodiscard]] Outcome {
    static_assert(!std::is_same_v<T, E>, "value and error must differ in type");

public:
    Outcome(T value) : state_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit
    Outcome(E error) : state_{std::in_place_index<1>, std::move(error)} {}  // NOLINT: implicit

    [[nodiscard]] explicit operator bool() const noexcept { return state_.index() == 0; }

    /// Precondition (checked): *this holds a value.
    [[nodiscard]] const T& value() const& {
        ERBIUM_CHECK(state_.index() == 0, "value() of an Outcome that holds an error");
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] T& value() & {
        ERBIUM_CHECK(state_.index() == 0, "value() of an Outcome that holds an error");
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] T&& value() && {
        ERBIUM_CHECK(state_.index() == 0, "value() of an Outcome that holds an error");
        return std::move(*std::get_if<0>(&state_));
    }
    /// Precondition (checked): *this holds an error.
    [[nodiscard]] const E& error() const& {
        ERBIUM_CHECK(state_.index() == 1, "error() of an Outcome that holds a value");
        return *std::get_if<1>(&state_);
    }
    [[nodiscard]] E&& error() && {
        ERBIUM_CHECK(state_.index() == 1, "error() of an Outcome that holds a value");
        return std::move(*std::get_if<1>(&state_));
    }

private:
    std::variant<T, E> state_;
};

}  // namespace erbium

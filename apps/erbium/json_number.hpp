// SPDX-License-Identifier: Apache-2.0
// apps/erbium/json_number.hpp: numbers in JSON, which has no NaN and no infinity.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace erbium::app {

/// `value`, or null when it is not finite.
[[nodiscard]] inline nlohmann::ordered_json json_number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

/// One JSON value over several lines; bytes that are no UTF-8 are replaced.
[[nodiscard]] inline std::string json_text(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace erbium::app

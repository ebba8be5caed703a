// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/fuzz_bngl.cpp: libFuzzer entry of the BNGL parser, binder and printer. What binds must
// print to a text that binds to the same model.
#include <cstddef>
#include <cstdint>
#include <string>

#include "erbium/base/check.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/equality.hpp"
#include "erbium/model/print.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace erbium::model;  // NOLINT: the entry point must be global
    const auto bound = bind_text(std::string(data, data + size), "fuzz.bngl");
    if (!bound) {
        ERBIUM_CHECK(!bound.error().text().empty(), "a text is refused with a reason");
        return 0;
    }
    const auto again = bind_text(print(bound.value().model));
    ERBIUM_CHECK(static_cast<bool>(again), "a printed model binds");
    ERBIUM_CHECK(again.value().model == bound.value().model, "a printed model is the same model");
    return 0;
}

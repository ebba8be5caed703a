// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/fuzz_net.cpp: libFuzzer entry of the .net reader and writer. What is read must be
// written to a text that reads back the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "erbium/base/check.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace erbium::net;  // NOLINT: the entry point must be global
    const auto network = parse_net(std::string(data, data + size), "fuzz.net");
    if (!network) {
        ERBIUM_CHECK(!network.error().text().empty(), "a text is refused with a reason");
        return 0;
    }
    const std::string text = write_net(network.value());
    const auto again = parse_net(text);
    ERBIUM_CHECK(static_cast<bool>(again), "a written network reads back");
    ERBIUM_CHECK(write_net(again.value()) == text, "a written network reads back the same");
    return 0;
}

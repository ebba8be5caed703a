// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/fuzz_bngl.cpp: libFuzzer entry of the BNGL parser, binder and printer, and of the
// generator behind them. What binds must print to a text that binds to the same model; what it
// generates must be written and read back the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "erbium/base/check.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/equality.hpp"
#include "erbium/model/print.hpp"
#include "erbium/net/generate.hpp"
#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"

namespace {

// Small enough that most of the time goes into reading and binding.
void generate_a_little(const erbium::model::Model& model) {
    namespace net = erbium::net;
    net::GenerateOptions options;
    options.max_iterations = 2;
    options.max_molecules = 6;
    options.guard_species = 30;
    options.guard_reactions = 200;
    options.guard_bytes = std::size_t{16} << 20U;
    std::size_t calls = 0;
    options.progress = [&](const net::GenerationProgress&) { return ++calls < 40; };
    const auto made = net::generate(model, options);
    if (!made) {
        ERBIUM_CHECK(!made.error().text().empty(), "a model is refused with a reason");
        return;
    }
    const std::string text = net::write_net(made.value().network);
    const auto again = net::parse_net(text);
    ERBIUM_CHECK(static_cast<bool>(again), "a written network reads back");
    ERBIUM_CHECK(net::write_net(again.value()) == text, "a written network reads back the same");
}

}  // namespace

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
    generate_a_little(bound.value().model);
    return 0;
}

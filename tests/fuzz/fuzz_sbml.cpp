// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/fuzz_sbml.cpp: libFuzzer entry of the SBML reader and writer. What is read must
// compile or be refused with a reason; what is written of it must be read again.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "erbium/base/check.hpp"
#include "erbium/eqn/system.hpp"
#include "erbium/sbml/export.hpp"
#include "erbium/sbml/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace erbium;  // NOLINT: the entry point must be global
    const auto source =
        std::make_shared<const SourceText>(SourceText{"fuzz.xml", std::string(data, data + size)});
    if (sbml::is_available()) {
        (void)sbml::check_consistency(source).text();
    }
    const auto model = sbml::import_model(source);
    if (!model) {
        ERBIUM_CHECK(!model.error().text().empty(), "a text is refused with a reason");
        return 0;
    }
    const auto system = eqn::compile(model.value().network);
    if (!system) {
        ERBIUM_CHECK(!system.error().text().empty(), "a network is refused with a reason");
        return 0;
    }
    const auto written = sbml::export_network(model.value().network, {});
    if (!written) {
        ERBIUM_CHECK(written.error().is_only_unsupported(), "what is not written is named");
        return 0;
    }
    const auto again = sbml::import_model(
        std::make_shared<const SourceText>(SourceText{"again.xml", written.value()}));
    ERBIUM_CHECK(static_cast<bool>(again), "what is written is read again");
    return 0;
}

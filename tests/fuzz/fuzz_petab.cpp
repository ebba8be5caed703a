// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/fuzz_petab.cpp: libFuzzer entry of the readers of PEtab's tables and of YAML. The
// first byte chooses the table.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "erbium/base/check.hpp"
#include "erbium/package/yaml.hpp"
#include "erbium/petab/expression.hpp"
#include "erbium/petab/reading.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace erbium;  // NOLINT: the entry point must be global
    using namespace erbium::petab;
    if (size < 2) {
        return 0;
    }
    const auto source = std::make_shared<const SourceText>(
        SourceText{"fuzz.tsv", std::string(data + 1, data + size)});
    Reading reading{"."};
    reading.problem.version = data[0] % 2 == 0 ? 1 : 2;
    // Something for the tables to refer to.
    reading.observables.emplace("o", 0);
    reading.problem.observables.push_back({"o",
                                           "",
                                           lang::Expression::constant(1.0),
                                           lang::Expression::constant(1.0),
                                           {"p"},
                                           {"q"},
                                           {},
                                           {}});
    reading.conditions.emplace("c", 0);
    reading.problem.conditions.push_back({"c", {}, {}});
    switch (data[0] / 2 % 8) {
        case 0:
            read_parameters(reading, source);
            break;
        case 1:
            read_conditions_1(reading, source);
            break;
        case 2:
            read_conditions_2(reading, source);
            break;
        case 3:
            read_experiments(reading, source);
            break;
        case 4:
            read_observables(reading, source);
            break;
        case 5:
            read_measurements(reading, source);
            break;
        case 6:
            read_mappings(reading, source);
            break;
        default: {
            const auto root = package::parse_yaml(source);
            ERBIUM_CHECK(root || !root.error().text().empty(), "refused with a reason");
            Diagnostics diagnostics;
            const Span all{source, 0, static_cast<std::uint32_t>(source->text.size())};
            const auto formula = parse_formula(all, diagnostics);
            ERBIUM_CHECK(formula || diagnostics.has_errors(), "refused with a reason");
        }
    }
    (void)reading.diagnostics.text();
    return 0;
}

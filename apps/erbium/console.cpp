// SPDX-License-Identifier: Apache-2.0
// apps/erbium/console.cpp: stdout and stderr.
#include "console.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace erbium::app {

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_error(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
}

Exit fail(Exit code, std::string_view message) {
    print_error(fmt::format("erbium: {}\n", message));
    return code;
}

Exit show(const Diagnostics& diagnostics) {
    print_error(diagnostics.text());
    if (!diagnostics.has_errors()) {
        return Exit::ok;
    }
    return diagnostics.is_only_unsupported() ? Exit::unsupported : Exit::invalid_input;
}

}  // namespace erbium::app

// SPDX-License-Identifier: Apache-2.0
// tests/support/conformance_folder.hpp: where the models and data are that others published.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace erbium {

/// ERBIUM_CONFORMANCE_DIR, else shared/conformance beside the source tree. `source` is
/// ERBIUM_SOURCE_DIR, which only the source files that say it are compiled with.
inline std::filesystem::path conformance_folder(const std::filesystem::path& source) {
    const char* set = std::getenv("ERBIUM_CONFORMANCE_DIR");
    return set != nullptr ? std::filesystem::path{set}
                          : source.parent_path() / "shared" / "conformance";
}

}  // namespace erbium

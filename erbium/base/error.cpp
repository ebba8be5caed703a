// SPDX-License-Identifier: Apache-2.0
// erbium/base/error.cpp: the text of failures.
#include "erbium/base/error.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "erbium/base/check.hpp"

namespace erbium {

IoError::IoError(std::string path, const std::string& action, int error_code)
    : Error(fmt::format(
          "cannot {} {}{}{}", action, path, error_code == 0 ? "" : ": ",
          error_code == 0 ? std::string{} : std::generic_category().message(error_code))),
      path_{std::move(path)},
      error_code_{error_code} {}

void check_failed(const char* condition, const char* why, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: check failed: %s (%s)\nThis is a defect of Erbium.\n", file, line,
                 condition, why);
    std::abort();
}

}  // namespace erbium

// SPDX-License-Identifier: Apache-2.0
// erbium/lang/complaints.cpp: the last word when there were too many errors.
#include "erbium/lang/complaints.hpp"

#include <fmt/format.h>

namespace erbium::lang {

Diagnostics Complaints::take(std::string_view code) {
    if (errors_ > kMostErrors) {
        kept_.error(std::string{code}, {},
                    fmt::format("{} more errors are not shown", errors_ - kMostErrors),
                    "correct the first ones and try again");
    }
    return std::move(kept_);
}

}  // namespace erbium::lang

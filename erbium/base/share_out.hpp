// SPDX-License-Identifier: Apache-2.0
// erbium/base/share_out.hpp: many pieces of work over a few threads.
// Used by: sim, fit, apps
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

namespace erbium {

/// The number of the next piece; nothing when there is none left.
using NextPiece = std::function<std::optional<std::size_t>()>;

/// Hands out 0 ... count - 1, each once and in this order, to `work`, which is called once on each
/// of `threads` threads (at least 1, at most one a piece; the caller's is one of them) and asks for
/// pieces until there is none left or it wants no more. Returns when all calls have ended.
///
/// What `work` throws is thrown again here (of several the last); the others get no more pieces.
void share_out(std::size_t count, std::size_t threads,
               const std::function<void(const NextPiece& next)>& work);

}  // namespace erbium

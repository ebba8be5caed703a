// SPDX-License-Identifier: Apache-2.0
// apps/erbium/interruptible.hpp: Ctrl-C ends the work with what there is.
// Used by: the commands that may run for long
#pragma once

#include <csignal>

#include <atomic>

namespace erbium::app {

/// While it lives, the first Ctrl-C asks the work to stop; the second one ends the program.
class Interruptible {
public:
    Interruptible();
    ~Interruptible();
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

    /// Set by the first Ctrl-C.
    [[nodiscard]] static const std::atomic<bool>& flag() noexcept;

private:
    struct sigaction before_ {};
};

}  // namespace erbium::app

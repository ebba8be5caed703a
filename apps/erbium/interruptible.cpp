// SPDX-License-Identifier: Apache-2.0
#include "interruptible.hpp"

namespace erbium::app {
namespace {

/// The one global of the program: a signal handler has no other place to write to.
std::atomic<bool> interrupted{false};

extern "C" void interrupt(int /*signal*/) {
    interrupted = true;
}

}  // namespace

Interruptible::Interruptible() {
    interrupted = false;
    struct sigaction action {};
    action.sa_handler = interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
}

Interruptible::~Interruptible() {
    ::sigaction(SIGINT, &before_, nullptr);
}

const std::atomic<bool>& Interruptible::flag() noexcept {
    return interrupted;
}

}  // namespace erbium::app

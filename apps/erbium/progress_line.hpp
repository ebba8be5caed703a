// SPDX-License-Identifier: Apache-2.0
// apps/erbium/progress_line.hpp: one line on a terminal that tells how far a long generation is.
#pragma once

#include <chrono>
#include <functional>

#include "erbium/net/generate.hpp"

namespace erbium::app {

/// Writes to stderr when that is a terminal, from the second second on, a few times a second; keeps
/// silent otherwise, so that logs and pipes stay clean.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// For GenerateOptions::progress; never asks to stop. Must not outlive the line.
    [[nodiscard]] std::function<bool(const net::GenerationProgress&)> of_generation();

    /// Takes the line away, so that what is printed next stands alone.
    void clear();

private:
    void show(const net::GenerationProgress& progress);

    using Clock = std::chrono::steady_clock;
    bool is_terminal_;
    bool is_shown_{};
    Clock::time_point next_;
};

}  // namespace erbium::app

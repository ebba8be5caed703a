// SPDX-License-Identifier: Apache-2.0
// apps/erbium/progress_line.hpp: one line on a terminal that tells how far a long generation, a
// simulation or a fit is.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

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

    /// Of a simulation that is at `time` of `end`.
    void show(double time, double end);

    /// Of a list of pieces of work of which `done` are done, with the time that the others will
    /// take at the speed since this object was made.
    void show(std::size_t done, std::size_t of, const std::string& state);

    /// Takes the line away, so that what is printed next stands alone.
    void clear();

private:
    void show(const net::GenerationProgress& progress);
    [[nodiscard]] bool is_due();
    void write(const std::string& text);

    using Clock = std::chrono::steady_clock;
    bool is_terminal_;
    bool is_shown_{};
    Clock::time_point begin_;
    Clock::time_point next_;
};

}  // namespace erbium::app

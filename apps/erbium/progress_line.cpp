// SPDX-License-Identifier: Apache-2.0
#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "console.hpp"

namespace erbium::app {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kBetween{200};
constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine()
    : is_terminal_{::isatty(STDERR_FILENO) != 0}, begin_{Clock::now()}, next_{begin_ + kPatience} {}

std::function<bool(const net::GenerationProgress&)> ProgressLine::of_generation() {
    return [this](const net::GenerationProgress& progress) {
        show(progress);
        return true;
    };
}

void ProgressLine::show(const net::GenerationProgress& progress) {
    if (is_due()) {
        write(fmt::format("round {}: {} species, {} reactions", progress.iteration,
                          progress.species, progress.reactions));
    }
}

void ProgressLine::show(double time, double end) {
    if (is_due()) {
        write(fmt::format("time {:.4g} of {:.4g}", time, end));
    }
}

void ProgressLine::show(std::size_t done, std::size_t of, const std::string& state) {
    if (is_due()) {
        const double spent_s = std::chrono::duration<double>(Clock::now() - begin_).count();
        const double left_s =
            done == 0 ? 0.0 : spent_s * static_cast<double>(of - done) / static_cast<double>(done);
        write(fmt::format("{}/{}, {}, {:.0f} s left", done, of, state, left_s));
    }
}

bool ProgressLine::is_due() {
    return is_terminal_ && Clock::now() >= next_;
}

void ProgressLine::write(const std::string& text) {
    next_ = Clock::now() + kBetween;
    is_shown_ = true;
    print_error(kEraseLine + text);
}

void ProgressLine::clear() {
    if (is_shown_) {
        print_error(kEraseLine);
        is_shown_ = false;
    }
}

}  // namespace erbium::app

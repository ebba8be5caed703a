// SPDX-License-Identifier: Apache-2.0
// erbium/lang/complaints.hpp: collects diagnostics of one pass, but not without end.
// Makes: Diagnostics   Used by: the BNGL parser, model::bind
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "erbium/base/diagnostic.hpp"

namespace erbium::lang {

/// Diagnostics with a limit: past it errors are counted, not kept, so that a file that is no BNGL
/// at all costs neither memory nor the reader's patience.
class Complaints {
public:
    static constexpr std::size_t kMostErrors = 50;
    static constexpr std::size_t kMostWarnings = 50;

    void error(std::string code, Span span, std::string message, std::string hint = {}) {
        if (has_room(errors_, kMostErrors)) {
            kept_.error(std::move(code), std::move(span), std::move(message), std::move(hint));
        }
    }
    void unsupported(std::string code, Span span, std::string construct, std::string hint = {}) {
        if (has_room(errors_, kMostErrors)) {
            kept_.unsupported(std::move(code), std::move(span), std::move(construct),
                              std::move(hint));
        }
    }
    void warning(std::string code, Span span, std::string message, std::string hint = {}) {
        if (has_room(warnings_, kMostWarnings)) {
            kept_.warning(std::move(code), std::move(span), std::move(message), std::move(hint));
        }
    }
    void append(Diagnostics other) {
        for (const Diagnostic& diagnostic : other.all()) {
            const bool is_error = diagnostic.severity == Severity::error;
            if (is_error ? has_room(errors_, kMostErrors) : has_room(warnings_, kMostWarnings)) {
                kept_.add(diagnostic);
            }
        }
    }

    [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
    [[nodiscard]] std::size_t error_count() const noexcept { return errors_; }

    /// All that was kept, and a last entry that counts the errors that were not.
    [[nodiscard]] Diagnostics take(std::string_view code);

private:
    static bool has_room(std::size_t& count, std::size_t most) noexcept { return ++count <= most; }

    Diagnostics kept_;
    std::size_t errors_{};
    std::size_t warnings_{};
};

}  // namespace erbium::lang

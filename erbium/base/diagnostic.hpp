// SPDX-License-Identifier: Apache-2.0
// erbium/base/diagnostic.hpp: what is wrong with a user's text, and where.
// Reads: SourceText, Span   Makes: Diagnostics and their printed form   Used by: lang, model,
// package, net
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace erbium {

/// One input text that is kept, so that a diagnostic can show the line it complains about.
struct SourceText {
    std::string path;  ///< as the user gave it; "<stdin>" or "<memory>" when there is no file
    std::string text;
};

/// A stretch of one SourceText, half open: [begin, end) in bytes. An empty span is a position.
/// A span without a source belongs to text that Erbium made itself; it prints without a location.
struct Span {
    std::shared_ptr<const SourceText> source;
    std::uint32_t begin{};
    std::uint32_t end{};
};

/// 1-based line and column of a position. Columns count characters (UTF-8 code points), a tab is
/// one.
struct LineColumn {
    std::uint32_t line{1};
    std::uint32_t column{1};
};

/// Where `offset` lies in `text`. Offsets past the end give the end. Cost: O(offset).
[[nodiscard]] LineColumn line_column(std::string_view text, std::uint32_t offset) noexcept;

enum class Severity { warning, error };

/// What kind of trouble, for the exit code: the text is wrong (3), it is right but asks for
/// something Erbium does not do (5).
enum class Trouble { invalid, unsupported };

/// One complaint about a user's text. `message` says what is wrong and what was expected, as one
/// sentence without a final full stop; `hint` says what to do about it, and may be empty.
struct Diagnostic {
    Severity severity{Severity::error};
    Trouble trouble{Trouble::invalid};
    std::string code;  ///< stable, as in "ERB-BNGL-0012"; each has an entry in
                       ///< docs/reference/diagnostics.md
    Span span;
    std::string message;
    std::string hint;
};

/// All complaints of one pass over a text, in the order they were found.
class Diagnostics {
public:
    void add(Diagnostic diagnostic);
    /// Adds an error for invalid text.
    void error(std::string code, Span span, std::string message, std::string hint = {});
    /// Adds an error for a construct that is understood but not supported; `construct` is its name.
    void unsupported(std::string code, Span span, std::string construct, std::string hint = {});
    void warning(std::string code, Span span, std::string message, std::string hint = {});
    /// Takes over all of `other`, after what is here.
    void append(Diagnostics other);

    [[nodiscard]] bool has_errors() const noexcept { return error_count_ > 0; }
    /// True when every error is an unsupported construct: the text itself is right.
    [[nodiscard]] bool is_only_unsupported() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return all_; }

    /// The printed form of all, one after another. Layout of each (hint and picture when there are
    /// any):
    ///
    ///     path:line:col: error ERB-BNGL-0012: message
    ///        12 | HER2(d) + HER3(e) -> ...
    ///           |                ^
    ///       hint: did you mean 'd'?
    [[nodiscard]] std::string text() const;

private:
    std::vector<Diagnostic> all_;
    std::size_t error_count_{};
};

/// The printed form of one diagnostic; ends with a newline.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

}  // namespace erbium

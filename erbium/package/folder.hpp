// SPDX-License-Identifier: Apache-2.0
// erbium/package/folder.hpp: the files of a package, and nothing outside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/base/diagnostic.hpp"

namespace erbium::package {

/// Reads files by names that stand in a package. A name is a relative path of plain parts: no `..`,
/// no leading `/`, no backslash, and no symbolic link anywhere on the way, so that a package made
/// by somebody else cannot show what lies beside it.
class Folder {
public:
    explicit Folder(std::string path) : path_{std::move(path)} {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// The text of a file of at most 64 MiB; null after an error, which points to `where` (the
    /// place the name stands at).
    [[nodiscard]] std::shared_ptr<const SourceText> read(std::string_view name, const Span& where,
                                                         Diagnostics& diagnostics);

    /// All files read so far, in order; for the manifest of a run.
    [[nodiscard]] const std::vector<std::shared_ptr<const SourceText>>& texts() const noexcept {
        return texts_;
    }

private:
    std::string path_;
    std::vector<std::shared_ptr<const SourceText>> texts_;
};

}  // namespace erbium::package

// SPDX-License-Identifier: Apache-2.0
// erbium/petab/reading.hpp: what the readers of PEtab tables share; private to the module.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erbium/package/folder.hpp"
#include "erbium/package/table.hpp"
#include "erbium/petab/problem.hpp"

namespace erbium::petab {

using Source = std::shared_ptr<const SourceText>;
using Index = std::map<std::string, std::size_t, std::less<>>;

/// A problem in the making, with the way from ids to rows, and everything that was wrong so far.
struct Reading {
    explicit Reading(const std::string& folder_path) : folder{folder_path} {
        problem.folder = folder_path;
    }

    package::Folder folder;
    Problem problem;
    Diagnostics diagnostics;
    Index parameters;
    Index conditions;
    Index experiments;
    Index observables;
    Index mappings;

    /// The row's id, checked and entered in `index` as `position`; empty after an error.
    std::string new_id(const package::TableRow& row, std::string_view column, std::string_view what,
                       Index& index, std::size_t position);
    /// Index of an id that must exist.
    std::optional<std::size_t> find(const Index& index, std::string_view id, std::string_view what,
                                    const Span& where);
    /// An error for a word that is none of `known`.
    void unknown_word(std::string_view word, std::span<const std::string_view> known,
                      const Span& where);
    /// A number that may be infinite; nothing after an error or in an empty cell.
    std::optional<double> extended_number(const package::TableRow& row, std::string_view column);
    /// Cells separated by ';'. An empty cell gives none.
    static std::vector<Span> list(const Span& cell);
};

[[nodiscard]] std::string_view text_of(const Span& span) noexcept;

void read_parameters(Reading& reading, const Source& source);
void read_conditions_1(Reading& reading, const Source& source);
void read_conditions_2(Reading& reading, const Source& source);
void read_experiments(Reading& reading, const Source& source);
void read_observables(Reading& reading, const Source& source);
void read_measurements(Reading& reading, const Source& source);
void read_mappings(Reading& reading, const Source& source);

}  // namespace erbium::petab

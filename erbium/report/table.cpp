// SPDX-License-Identifier: Apache-2.0
// erbium/report/table.cpp: the four printed forms of a table.
#include "erbium/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"
#include "erbium/report/scale.hpp"
#include "erbium/report/svg.hpp"

namespace erbium::report {
namespace {

void check_shape(const Table& table) {
    for (const Row& row : table.rows) {
        ERBIUM_CHECK(row.cells.size() == table.columns.size(),
                     "a table row has one cell for each column");
    }
}

bool is_number(const Cell& cell) {
    return std::holds_alternative<double>(cell);
}

/// How a column prints its numbers for people.
struct NumberForm {
    int digits{3};
    int decimals{-1};  // the same for all when >= 0

    [[nodiscard]] std::string operator()(const Cell& cell) const {
        const double* number = std::get_if<double>(&cell);
        if (number == nullptr) {
            return std::get<std::string>(cell);
        }
        return decimals >= 0 && std::isfinite(*number) ? fixed_label(*number, decimals)
                                                       : number_label(*number, digits);
    }
};

std::vector<NumberForm> forms_of(const Table& table) {
    std::vector<NumberForm> forms;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        NumberForm form{.digits = table.columns[c].digits};
        double largest = 0.0;
        double smallest = std::numeric_limits<double>::infinity();
        bool is_whole = true;
        for (const Row& row : table.rows) {
            const double* number = std::get_if<double>(&row.cells[c]);
            if (number != nullptr && std::isfinite(*number) && *number != 0.0) {
                largest = std::max(largest, std::abs(*number));
                smallest = std::min(smallest, std::abs(*number));
                is_whole = is_whole && *number == std::round(*number);
            }
        }
        if (is_whole && largest < 1e6) {
            form.decimals = 0;
        } else if (largest < 100.0 * smallest && largest >= 1e-3 && largest < 1e5) {
            // Enough for the largest number as asked, and for two digits of the smallest.
            const auto decimals_for = [](int digits, double number) {
                return digits - 1 - static_cast<int>(std::floor(std::log10(number)));
            };
            form.decimals =
                std::max({0, decimals_for(form.digits, largest), decimals_for(2, smallest)});
        }
        forms.push_back(form);
    }
    return forms;
}

std::string exact(double number) {
    return std::isnan(number) ? "NaN" : shortest(number);
}

std::string heading(const Column& column) {
    return column.unit.empty() ? column.name : fmt::format("{} [{}]", column.name, column.unit);
}

/// Line ends and tabs as blanks: a cell stays on its line.
std::string on_one_line(std::string text) {
    for (char& c : text) {
        if (c == '\t' || c == '\n' || c == '\r') {
            c = ' ';
        }
    }
    return text;
}

/// Places a terminal gives a text. The estimate of text_width tells wide letters (1.0 of the size
/// and more than any Latin one of the same class) from combining ones (0).
std::size_t terminal_width(std::string_view text) {
    std::size_t places = 0;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t bytes = 1;
        while (i + bytes < text.size() &&
               (static_cast<unsigned char>(text[i + bytes]) & 0xc0U) == 0x80U) {
            ++bytes;
        }
        const std::string_view glyph = text.substr(i, bytes);
        const double width = text_width(glyph, 1.0);
        places += width == 0.0 ? 0 : bytes >= 3 && width >= 0.99 ? 2 : 1;
        i += bytes;
    }
    return places;
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::size_t own = terminal_width(text);
    const std::size_t blanks = width > own ? width - own : 0;
    const std::size_t before = align == Align::end      ? blanks
                               : align == Align::middle ? blanks / 2
                                                        : 0;
    return std::string(before, ' ') + text + std::string(blanks - before, ' ');
}

std::string_view css_of(Align align) {
    return align == Align::end ? "end" : align == Align::middle ? "middle" : "start";
}

nlohmann::ordered_json json_value(const Cell& cell) {
    const double* number = std::get_if<double>(&cell);
    if (number == nullptr) {
        return std::get<std::string>(cell);
    }
    if (std::isnan(*number)) {
        return nullptr;
    }
    if (std::isinf(*number)) {
        return *number > 0.0 ? "inf" : "-inf";
    }
    return *number;
}

}  // namespace

std::string html(const Table& table) {
    check_shape(table);
    const std::vector<NumberForm> forms = forms_of(table);
    std::string out = "<table>\n<thead><tr>";
    for (const Column& column : table.columns) {
        out += fmt::format(
            "<th scope=\"col\" class=\"{}\">{}{}</th>", css_of(column.align), xml_text(column.name),
            column.unit.empty()
                ? ""
                : fmt::format(" <span class=\"unit\">[{}]</span>", xml_text(column.unit)));
    }
    out += "</tr></thead>\n<tbody>\n";
    for (const Row& row : table.rows) {
        const bool is_misfit = row.mark == RowMark::misfit;
        out += row.mark == RowMark::none ? "<tr>"
               : is_misfit               ? "<tr class=\"misfit\">"
                                         : "<tr class=\"failed\">";
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
            const Column& column = table.columns[c];
            const std::string words = xml_text(forms[c](row.cells[c]));
            const std::string css =
                fmt::format("{}{}", css_of(column.align), is_number(row.cells[c]) ? " number" : "");
            if (c == 0) {
                const char* sign = row.mark == RowMark::none ? ""
                                   : is_misfit ? "<span class=\"mark\" title=\"misfit\">▲</span>"
                                               : "<span class=\"mark\" title=\"failed\">×</span>";
                out += fmt::format("<th scope=\"row\" class=\"{}\">{}{}</th>", css, sign, words);
            } else {
                out += fmt::format("<td class=\"{}\">{}</td>", css, words);
            }
        }
        out += "</tr>\n";
    }
    return out + "</tbody>\n</table>\n";
}

std::string plain_text(const Table& table) {
    check_shape(table);
    const bool has_marks = std::any_of(table.rows.begin(), table.rows.end(),
                                       [](const Row& row) { return row.mark != RowMark::none; });
    const std::vector<NumberForm> forms = forms_of(table);
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        std::size_t width = terminal_width(heading(table.columns[c]));
        for (const Row& row : table.rows) {
            width = std::max(width, terminal_width(on_one_line(forms[c](row.cells[c]))));
        }
        widths.push_back(width);
    }
    const auto line = [&](std::string_view sign, const std::vector<std::string>& cells) {
        std::string text = has_marks ? std::string{sign} + " " : std::string{};
        for (std::size_t c = 0; c < cells.size(); ++c) {
            text += padded(cells[c], widths[c], table.columns[c].align) +
                    (c + 1 < cells.size() ? "  " : "");
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text + "\n";
    };
    std::string out = table.title.empty() ? std::string{} : table.title + "\n";
    std::vector<std::string> cells;
    for (const Column& column : table.columns) {
        cells.push_back(heading(column));
    }
    out += line(" ", cells);
    for (std::size_t c = 0; c < cells.size(); ++c) {
        cells[c] = std::string(widths[c], '-');
    }
    out += line(" ", cells);
    for (const Row& row : table.rows) {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            cells[c] = on_one_line(forms[c](row.cells[c]));
        }
        out += line(row.mark == RowMark::misfit   ? "!"
                    : row.mark == RowMark::failed ? "x"
                                                  : " ",
                    cells);
    }
    return out;
}

namespace {

/// Rows of cells between separators; `as_field` makes a text safe between them.
template <class AsField>
std::string separated(const Table& table, char separator, AsField as_field) {
    check_shape(table);
    std::string out;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        out += c == 0 ? "" : std::string(1, separator);
        out += as_field(heading(table.columns[c]));
    }
    out += '\n';
    for (const Row& row : table.rows) {
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
            const double* number = std::get_if<double>(&row.cells[c]);
            out += c == 0 ? "" : std::string(1, separator);
            out +=
                number != nullptr ? exact(*number) : as_field(std::get<std::string>(row.cells[c]));
        }
        out += '\n';
    }
    return out;
}

/// A field as RFC 4180 has it: in quotes when it holds a comma, a quote or a line end.
std::string quoted_if_needed(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) {
        return text;
    }
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

}  // namespace

std::string markdown(const Table& table) {
    check_shape(table);
    const std::vector<NumberForm> forms = forms_of(table);
    const auto line = [](const std::vector<std::string>& cells) {
        std::string text = "|";
        for (const std::string& cell : cells) {
            text += " ";
            for (const char c : on_one_line(cell)) {
                text += c == '|' ? std::string{"\\|"} : std::string(1, c);
            }
            text += " |";
        }
        return text + "\n";
    };
    std::vector<std::string> headings;
    std::vector<std::string> rules;
    for (const Column& column : table.columns) {
        headings.push_back(heading(column));
        rules.emplace_back(column.align == Align::end ? "---:" : "---");
    }
    std::string out = line(headings) + line(rules);
    for (const Row& row : table.rows) {
        std::vector<std::string> cells;
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
            cells.push_back(forms[c](row.cells[c]));
        }
        out += line(cells);
    }
    return out;
}

std::string tsv(const Table& table) {
    return separated(table, '\t', [](const std::string& text) { return on_one_line(text); });
}

std::string csv(const Table& table) {
    return separated(table, ',', quoted_if_needed);
}

std::string json(const Table& table) {
    check_shape(table);
    nlohmann::ordered_json root;
    root["title"] = table.title;
    root["columns"] = nlohmann::ordered_json::array();
    std::set<std::string> names;
    for (const Column& column : table.columns) {
        ERBIUM_CHECK(names.insert(column.name).second, "column names of a table differ");
        root["columns"].push_back({{"name", column.name}, {"unit", column.unit}});
    }
    root["rows"] = nlohmann::ordered_json::array();
    for (const Row& row : table.rows) {
        nlohmann::ordered_json object = nlohmann::ordered_json::object();
        for (std::size_t c = 0; c < row.cells.size(); ++c) {
            object[table.columns[c].name] = json_value(row.cells[c]);
        }
        root["rows"].push_back(std::move(object));
    }
    // Bytes that are not UTF-8 are replaced: a label must not make a report fail.
    return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace erbium::report

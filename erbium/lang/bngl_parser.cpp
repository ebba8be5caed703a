// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_parser.cpp: blocks; what a line means depends on the block it stands in.
#include "erbium/lang/bngl_parser.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_line_parser.hpp"

namespace erbium::lang::bngl {
namespace {

constexpr std::size_t kLargestText = std::size_t{64} << 20U;
// The tree of a line takes up to 100 times its length; this keeps one line below 256 MiB.
constexpr std::uint32_t kLongestLine = std::uint32_t{2} << 20U;

enum class Block : std::uint8_t {
    none,
    model,
    parameters,
    compartments,
    molecule_types,
    seeds,
    observables,
    functions,
    energy_patterns,
    rules,
    actions,
    population,
    protocol,
    network
};

struct BlockName {
    std::string_view text;
    Block block;
};
constexpr std::array<BlockName, 17> kBlockNames{{{"model", Block::model},
                                                 {"parameters", Block::parameters},
                                                 {"compartments", Block::compartments},
                                                 {"molecule types", Block::molecule_types},
                                                 {"seed species", Block::seeds},
                                                 {"species", Block::seeds},
                                                 {"observables", Block::observables},
                                                 {"functions", Block::functions},
                                                 {"energy patterns", Block::energy_patterns},
                                                 {"reaction rules", Block::rules},
                                                 {"actions", Block::actions},
                                                 {"population types", Block::population},
                                                 {"population maps", Block::population},
                                                 {"protocol", Block::protocol},
                                                 {"reactions", Block::network},
                                                 {"groups", Block::network},
                                                 {"rate constants", Block::none}}};

Block block_called(std::string_view name) {
    for (const BlockName& known : kBlockNames) {
        if (known.text == name) {
            return known.block;
        }
    }
    return Block::none;
}

class FileParser {
public:
    explicit FileParser(std::shared_ptr<const SourceText> source) {
        file_.source = std::move(source);
    }
    Outcome<File, Diagnostics> parse();

private:
    bool refuse_unreadable();
    void open_block(Cursor cursor, Place keyword);
    void close_block(Cursor cursor, Place keyword);
    void declaration(Line line);
    void outside(Line line);
    static Name rest_of_line(Cursor cursor);

    template <class T>
    static void keep(std::vector<T>& list, std::optional<T> item) {
        if (item) {
            list.push_back(std::move(*item));
        }
    }
    void error(std::string code, Place place, std::string message, std::string hint = {}) {
        complaints_.error(std::move(code), file_.span(place), std::move(message), std::move(hint));
    }

    File file_;
    Complaints complaints_;
    Block block_{Block::none};
    Name block_name_;
    std::optional<Place> model_;  ///< the open `begin model`
    bool had_model_{};
};

/// What no line-by-line reading could explain: text that is too long or is no text.
bool FileParser::refuse_unreadable() {
    const std::string& text = file_.source->text;
    if (text.size() > kLargestText) {
        error("ERB-BNGL-0020", {0, 0},
              fmt::format("the text has {} MiB; more than {} MiB are not read", text.size() >> 20U,
                          kLargestText >> 20U));
        return true;
    }
    const std::size_t nul = text.find('\0');
    if (nul != std::string::npos) {
        const auto at = static_cast<std::uint32_t>(nul);
        error("ERB-BNGL-0021", {at, at}, "there is a NUL byte: this is not a text file");
        return true;
    }
    return false;
}

/// The words up to the end of the line, one blank between them.
Name FileParser::rest_of_line(Cursor cursor) {
    cursor.skip_blanks();
    Name name;
    name.place = {cursor.at(), cursor.end()};
    while (!cursor.is_done()) {
        if (cursor.is_at_blank()) {
            cursor.skip_blanks();
            name.text += ' ';
        }
        name.text += cursor.peek();
        cursor.skip();
    }
    return name;
}

void FileParser::open_block(Cursor cursor, Place keyword) {
    const Name name = rest_of_line(cursor);
    const Block block = block_called(name.text);
    if (block_ != Block::none) {
        error("ERB-BNGL-0022", block_name_.place,
              fmt::format("the block '{}' has no 'end {}'", block_name_.text, block_name_.text));
        block_ = Block::none;
    }
    if (block == Block::model) {
        if (had_model_) {
            error("ERB-BNGL-0023", {keyword.begin, name.place.end},
                  "a file holds only one 'begin model'");
        }
        had_model_ = true;
        model_ = Place{keyword.begin, name.place.end};
        return;
    }
    if (block == Block::none) {
        std::vector<std::string> names;
        for (const BlockName& known : kBlockNames) {
            if (known.block != Block::none) {
                names.emplace_back(known.text);
            }
        }
        error("ERB-BNGL-0024", name.place, fmt::format("there is no block '{}' in BNGL", name.text),
              did_you_mean(name.text, names));
        block_ = Block::protocol;  // its lines are skipped
    } else if (block == Block::population || block == Block::protocol || block == Block::network) {
        complaints_.unsupported(
            "ERB-BNGL-0050", file_.span(name.place), fmt::format("the block '{}'", name.text),
            block == Block::network ? "this is a network (.net), not a model" : "");
        block_ = Block::protocol;
    } else {
        block_ = block;
    }
    file_.has_molecule_types = file_.has_molecule_types || block == Block::molecule_types;
    block_name_ = {name.text, {keyword.begin, name.place.end}};
}

void FileParser::close_block(Cursor cursor, Place keyword) {
    const Name name = rest_of_line(cursor);
    const Place place{keyword.begin, name.place.end};
    if (block_ == Block::none) {
        if (name.text == "model" && model_) {
            model_.reset();
        } else {
            error("ERB-BNGL-0025", place,
                  fmt::format("'end {}' without 'begin {}'", name.text, name.text));
        }
        return;
    }
    if (name.text != block_name_.text) {
        error("ERB-BNGL-0026", place,
              fmt::format("'end {}' does not match 'begin {}'", name.text, block_name_.text));
        if (name.text == "model") {
            model_.reset();
        }
    }
    block_ = Block::none;
}

/// A line that stands in no block: an action, or `parameter x 5`.
void FileParser::outside(Line line) {
    Cursor cursor{file_.source, line};
    for (const std::string_view keyword : {"parameter", "param", "par"}) {
        if (cursor.take_word(keyword)) {
            const Line rest{cursor.at(), line.end};
            keep(file_.parameters, LineParser{file_.source, rest, complaints_}.parameter());
            return;
        }
    }
    if (LineParser::looks_like_action(cursor)) {
        keep(file_.actions, LineParser{file_.source, line, complaints_}.action());
        return;
    }
    const bool is_number = is_digit(cursor.peek());
    const Place place{line.begin, line.begin};
    error("ERB-BNGL-0027", place,
          fmt::format("expected a block or an action, found {}", cursor.found()),
          is_number ? ""
                    : "a block starts with 'begin' and its name; an action looks like "
                      "simulate({method=>\"ode\"})");
}

void FileParser::declaration(Line line) {
    LineParser parser{file_.source, line, complaints_};
    switch (block_) {
        case Block::parameters:
            return keep(file_.parameters, parser.parameter());
        case Block::compartments:
            return keep(file_.compartments, parser.compartment());
        case Block::molecule_types:
            return keep(file_.molecule_types, parser.molecule_type());
        case Block::seeds:
            return keep(file_.seeds, parser.seed());
        case Block::observables:
            return keep(file_.observables, parser.observable());
        case Block::functions:
            return keep(file_.functions, parser.function());
        case Block::energy_patterns:
            return keep(file_.energy_patterns, parser.energy_pattern());
        case Block::rules:
            return keep(file_.rules, parser.rule());
        case Block::actions:
            return keep(file_.actions, parser.action());
        case Block::none:
        case Block::model:
            return outside(line);
        case Block::population:
        case Block::protocol:
        case Block::network:
            return;  // the whole block has been refused
    }
}

Outcome<File, Diagnostics> FileParser::parse() {
    if (!refuse_unreadable()) {
        LineReader lines{file_.source->text};
        while (const std::optional<Line> line = lines.next()) {
            Cursor cursor{file_.source, *line};
            const std::uint32_t begin = cursor.at();
            if (line->end - line->begin > kLongestLine) {
                error("ERB-BNGL-0029", {begin, begin},
                      fmt::format("the line has more than {} MiB", kLongestLine >> 20U),
                      "split what it says into several declarations");
            } else if (cursor.take_word("begin")) {
                open_block(cursor, {begin, cursor.at()});
            } else if (cursor.take_word("end")) {
                close_block(cursor, {begin, cursor.at()});
            } else {
                declaration(*line);
            }
        }
        if (block_ != Block::none) {
            error(
                "ERB-BNGL-0022", block_name_.place,
                fmt::format("the block '{}' has no 'end {}'", block_name_.text, block_name_.text));
        }
        if (model_) {
            complaints_.warning("ERB-BNGL-0028", file_.span(*model_),
                                "the block 'model' has no 'end model'");
        }
    }
    if (complaints_.has_errors()) {
        return complaints_.take("ERB-BNGL-0099");
    }
    file_.warnings = complaints_.take("ERB-BNGL-0099");
    return std::move(file_);
}

}  // namespace

Outcome<File, Diagnostics> parse(std::shared_ptr<const SourceText> source) {
    return FileParser{std::move(source)}.parse();
}

Outcome<File, Diagnostics> parse(std::string text, std::string path) {
    return parse(std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)}));
}

}  // namespace erbium::lang::bngl

// SPDX-License-Identifier: Apache-2.0
// erbium/lang/bngl_parser.cpp: blocks; what a line means depends on the block it stands in.
#include "erbium/lang/bngl_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    network,
    skipped  ///< refused as a whole, or of no known name
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
    explicit FileParser(std::shared_ptr<const SourceText> source) : lines_{source->text} {
        file_.source = std::move(source);
    }
    File parse();

private:
    bool refuse_unreadable();
    void open_block(Cursor cursor, Place keyword);
    void close_block(Cursor cursor, Place keyword);
    void line(Line line);
    void declaration(Line line);
    void outside(Line line);
    void say_block_has_no_end();
    void mark_unread(Block block);
    [[nodiscard]] bool has_end(const Name& block) const;
    [[nodiscard]] bool is_action_inside(Line line) const;
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
    LineReader lines_;  ///< what has not been read yet
    Block block_{Block::none};
    Name block_name_;
    bool block_has_end_{};
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

void FileParser::say_block_has_no_end() {
    error("ERB-BNGL-0022", block_name_.place,
          fmt::format("the block '{}' has no 'end {}'", block_name_.text, block_name_.text));
    block_ = Block::none;
}

/// Notes what a text that stood in this block, or in none, may have declared.
void FileParser::mark_unread(Block block) {
    Unread& unread = file_.unread;
    const bool is_any = block == Block::none || block == Block::model || block == Block::network;
    unread.parameters = unread.parameters || is_any || block == Block::parameters;
    unread.compartments = unread.compartments || is_any || block == Block::compartments;
    unread.molecule_types = unread.molecule_types || is_any || block == Block::molecule_types ||
                            block == Block::population;
    unread.observables = unread.observables || is_any || block == Block::observables;
    unread.functions = unread.functions || is_any || block == Block::functions;
}

/// Steps over a `begin` or `end` that opens or closes a block: `end()` and `end:` name something.
bool take_delimiter(Cursor& cursor, std::string_view word) {
    Cursor after = cursor;
    if (!after.take_word(word) || !(after.is_done() || is_blank(after.peek()))) {
        return false;
    }
    cursor = after;
    return true;
}

/// Whether the next `begin` or `end` below ends this block, just opened.
bool FileParser::has_end(const Name& block) const {
    LineReader below = lines_;
    while (const std::optional<Line> line = below.next()) {
        Cursor cursor{file_.source, *line};
        if (take_delimiter(cursor, "end")) {
            return rest_of_line(cursor).text == block.text;
        }
        if (take_delimiter(cursor, "begin")) {
            return false;
        }
    }
    return false;
}

/// Whether this line can only be an action although a block of declarations is open: `word({`, or,
/// where the block's end is missing, the name of an action that need not have options. Where the
/// end is there, `saveParameters()` is a molecule of that name.
bool FileParser::is_action_inside(Line line) const {
    if (block_ == Block::none || block_ == Block::actions || block_ == Block::protocol ||
        block_ == Block::skipped) {
        return false;
    }
    Cursor cursor{file_.source, line};
    const std::optional<Name> name = cursor.take_name();
    cursor.skip_blanks();
    if (!name || !cursor.take("(")) {
        return false;
    }
    cursor.skip_blanks();
    if (cursor.peek() == '{') {
        return true;
    }
    if (block_has_end_) {
        return false;
    }
    constexpr std::array<std::string_view, 6> kPlainActions{
        "saveConcentrations", "resetConcentrations", "saveParameters",
        "resetParameters",    "setConcentration",    "setParameter"};
    return std::find(kPlainActions.begin(), kPlainActions.end(), name->text) != kPlainActions.end();
}

void FileParser::open_block(Cursor cursor, Place keyword) {
    const Name name = rest_of_line(cursor);
    const Block block = block_called(name.text);
    if (block_ != Block::none) {
        say_block_has_no_end();
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
        mark_unread(block_called(nearest_name(name.text, names).value_or("")));
        block_ = Block::skipped;  // its lines are skipped
    } else if (block == Block::population || block == Block::network) {
        complaints_.unsupported(
            "ERB-BNGL-0050", file_.span(name.place), fmt::format("the block '{}'", name.text),
            block == Block::network ? "this is a network (.net), not a model" : "");
        mark_unread(block);
        block_ = Block::skipped;
    } else {
        block_ = block;
    }
    file_.has_molecule_types = file_.has_molecule_types || block == Block::molecule_types;
    block_name_ = {name.text, {keyword.begin, name.place.end}};
    block_has_end_ = has_end(name);
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
        case Block::protocol:
            return keep(file_.protocol, parser.action());
        case Block::population:
        case Block::network:
        case Block::skipped:
            return;  // the whole block has been refused
    }
}

void FileParser::line(Line line) {
    Cursor cursor{file_.source, line};
    const std::uint32_t begin = cursor.at();
    if (line.end - line.begin > kLongestLine) {
        error("ERB-BNGL-0029", {begin, begin},
              fmt::format("the line has more than {} MiB", kLongestLine >> 20U),
              "split what it says into several declarations");
        mark_unread(block_);
        return;
    }
    if (take_delimiter(cursor, "begin")) {
        open_block(cursor, {begin, cursor.at()});
        return;
    }
    if (take_delimiter(cursor, "end")) {
        close_block(cursor, {begin, cursor.at()});
        return;
    }
    if (is_action_inside(line)) {
        say_block_has_no_end();
    }
    const std::size_t before = complaints_.error_count();
    declaration(line);
    if (complaints_.error_count() > before) {
        const bool is_action = block_ == Block::none && LineParser::looks_like_action(cursor);
        mark_unread(is_action ? Block::actions : block_);
    }
}

File FileParser::parse() {
    if (!refuse_unreadable()) {
        while (const std::optional<Line> next = lines_.next()) {
            line(*next);
        }
        if (block_ != Block::none) {
            say_block_has_no_end();
        }
        if (model_) {
            complaints_.warning("ERB-BNGL-0028", file_.span(*model_),
                                "the block 'model' has no 'end model'");
        }
    } else {
        mark_unread(Block::none);
    }
    file_.hidden_errors = complaints_.hidden_error_count();
    const Diagnostics complaints = complaints_.take();
    for (const Diagnostic& diagnostic : complaints.all()) {
        (diagnostic.severity == Severity::error ? file_.errors : file_.warnings).add(diagnostic);
    }
    return std::move(file_);
}

}  // namespace

File parse_leniently(std::shared_ptr<const SourceText> source) {
    return FileParser{std::move(source)}.parse();
}

Outcome<File, Diagnostics> parse(std::shared_ptr<const SourceText> source) {
    File file = parse_leniently(std::move(source));
    if (!file.errors.has_errors()) {
        return file;
    }
    Diagnostics all = std::move(file.errors);
    all.append(std::move(file.warnings));
    all = in_text_order(all, {file.source.get()});
    add_hidden_count(all, "ERB-BNGL-0099", file.hidden_errors);
    return all;
}

Outcome<File, Diagnostics> parse(std::string text, std::string path) {
    return parse(std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)}));
}

}  // namespace erbium::lang::bngl

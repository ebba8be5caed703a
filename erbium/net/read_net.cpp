// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/read_net.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/lang/expression_parser.hpp"

namespace erbium::net {
namespace {

constexpr std::size_t kMaxErrors = 50;

// A word or a stretch of a line, with its place in the text.
struct Piece {
    std::string_view text;
    std::uint32_t begin{};

    [[nodiscard]] std::uint32_t end() const {
        return begin + static_cast<std::uint32_t>(text.size());
    }
};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

class Reader {
public:
    Reader(std::shared_ptr<const SourceText> source, const lang::TextReader& read_text)
        : source_{std::move(source)}, read_text_{read_text}, text_{source_->text} {}

    Outcome<Network, Diagnostics> run() {
        std::uint32_t at = 0;
        while (at < text_.size() && error_count_ < kMaxErrors) {
            const std::size_t found = text_.find('\n', at);
            const auto end =
                static_cast<std::uint32_t>(found == std::string_view::npos ? text_.size() : found);
            read_line(at, end);
            at = end + 1;
        }
        if (!block_.empty()) {
            error("ERB-NET-0032", block_place_, fmt::format("block '{}' is not closed", block_),
                  "add its 'end' line");
        }
        if (!diagnostics_.has_errors()) {
            finish();
        }
        if (diagnostics_.has_errors()) {
            return std::move(diagnostics_);
        }
        return std::move(network_);
    }

private:
    // A reaction is kept until functions and parameters are all known.
    struct PendingReaction {
        std::vector<SpeciesId> reactants;
        std::vector<SpeciesId> products;
        double factor{1.0};
        std::vector<Piece> law;
        RuleId rule{Network::kNoRule};
        bool is_total{};
    };

    void error(std::string code, const Piece& at, std::string message, std::string hint = {}) {
        ++error_count_;
        diagnostics_.error(std::move(code), {source_, at.begin, at.end()}, std::move(message),
                           std::move(hint));
    }

    // The next word of the line, or an empty piece at its end.
    Piece next_word(std::uint32_t& at, std::uint32_t end) const {
        while (at < end && is_blank(text_[at])) {
            ++at;
        }
        const std::uint32_t begin = at;
        while (at < end && !is_blank(text_[at])) {
            ++at;
        }
        return {text_.substr(begin, at - begin), begin};
    }

    [[nodiscard]] Piece rest_of(std::uint32_t at, std::uint32_t end) const {
        while (at < end && is_blank(text_[at])) {
            ++at;
        }
        while (end > at && is_blank(text_[end - 1])) {
            --end;
        }
        return {text_.substr(at, end - at), at};
    }

    void read_line(std::uint32_t begin, std::uint32_t line_end) {
        std::uint32_t end = begin;
        while (end < line_end && text_[end] != '#') {
            ++end;
        }
        const Piece content = rest_of(begin, end);
        if (content.text.empty()) {
            return;
        }
        std::uint32_t at = content.begin;
        const Piece first = next_word(at, end);
        if (first.text == "begin" || first.text == "end") {
            const Piece name = rest_of(at, end);
            change_block(first, name);
            return;
        }
        if (block_ == "parameters") {
            read_parameter(content);
        } else if (block_ == "functions") {
            read_function(content);
        } else if (block_ == "species") {
            read_species(content);
        } else if (block_ == "reactions") {
            const std::uint32_t comment = std::min(end + 1, line_end);
            read_reaction(content, rest_of(comment, line_end));
        } else if (block_ == "groups") {
            read_group(content);
        }
    }

    void change_block(const Piece& word, const Piece& name) {
        if (word.text == "begin") {
            if (!block_.empty()) {
                error("ERB-NET-0032", name,
                      fmt::format("block '{}' begins inside block '{}'", name.text, block_));
            }
            block_ = name.text;
            block_place_ = name;
            return;
        }
        if (block_ != name.text) {
            error("ERB-NET-0032", name,
                  block_.empty() ? fmt::format("block '{}' ends but has not begun", name.text)
                                 : fmt::format("block '{}' ends as '{}'", block_, name.text));
        }
        block_ = {};
    }

    // The index at the front of a line, which has to be the next one; optional for parameters.
    bool read_index(std::uint32_t& at, std::uint32_t end, std::size_t expected,
                    std::string_view what) {
        const Piece word = next_word(at, end);
        std::size_t index = 0;
        const auto [last, failure] =
            std::from_chars(word.text.data(), word.text.data() + word.text.size(), index);
        if (failure != std::errc{} || last != word.text.data() + word.text.size()) {
            error("ERB-NET-0030", word,
                  fmt::format("expected the index of a {}, found '{}'", what, word.text));
            return false;
        }
        if (index != expected) {
            error("ERB-NET-0031", word,
                  fmt::format("expected {} {}, found {}", what, expected, index),
                  "indices count up from 1 without gaps");
            return false;
        }
        return true;
    }

    std::optional<Expression> read_expression(const Piece& piece, std::string_view what) {
        if (piece.text.empty()) {
            error("ERB-NET-0030", piece, fmt::format("expected the value of a {}", what));
            return std::nullopt;
        }
        auto parsed = lang::parse_expression(source_, piece.begin, piece.end());
        if (!parsed) {
            ++error_count_;
            diagnostics_.append(parsed.error());
            return std::nullopt;
        }
        return std::move(parsed).value();
    }

    void read_parameter(const Piece& line) {
        std::uint32_t at = line.begin;
        const Piece first = next_word(at, line.end());
        Piece name = first;
        const bool has_index = std::all_of(first.text.begin(), first.text.end(),
                                           [](char c) { return c >= '0' && c <= '9'; });
        if (has_index) {
            name = next_word(at, line.end());
        }
        if (name.text.empty()) {
            error("ERB-NET-0030", line, "expected the name of a parameter");
            return;
        }
        if (!parameters_.emplace(name.text, network_.parameters.size()).second) {
            error("ERB-NET-0031", name, fmt::format("parameter '{}' is given twice", name.text));
            return;
        }
        if (auto value = read_expression(rest_of(at, line.end()), "parameter")) {
            network_.parameters.push_back({std::string{name.text}, std::move(*value)});
        }
    }

    void read_function(const Piece& line) {
        std::uint32_t at = line.begin;
        if (!read_index(at, line.end(), network_.functions.size() + 1, "function")) {
            return;
        }
        Piece head = rest_of(at, line.end());
        const std::size_t open = head.text.find('(');
        const std::size_t close = head.text.find(')');
        if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
            error("ERB-NET-0030", head, "expected a function, as in 'name() expression'");
            return;
        }
        const std::string_view name = trimmed(head.text.substr(0, open));
        if (!trimmed(head.text.substr(open + 1, close - open - 1)).empty()) {
            diagnostics_.unsupported("ERB-NET-0033", {source_, head.begin, head.end()},
                                     "functions with arguments in a network");
            ++error_count_;
            return;
        }
        if (!functions_.emplace(name, network_.functions.size()).second) {
            error("ERB-NET-0031", head, fmt::format("function '{}' is given twice", name));
            return;
        }
        const auto after = head.begin + static_cast<std::uint32_t>(close) + 1;
        Piece body = rest_of(after, line.end());
        if (body.text.starts_with('=') && !body.text.starts_with("==")) {
            body = rest_of(body.begin + 1, line.end());
        }
        if (auto value = read_expression(body, "function")) {
            network_.functions.push_back({std::string{name}, with_tables(std::move(*value), body)});
        }
    }

    /// The expression with the points of its tables.
    Expression with_tables(Expression value, const Piece& at) {
        std::vector<lang::ExpressionNode> nodes = value.nodes();
        bool is_changed = false;
        for (lang::ExpressionNode& node : nodes) {
            if (!read_text_ || !node.table || node.table->is_read()) {
                continue;
            }
            const auto text = lang::stays_in_folder(node.table->file)
                                  ? read_text_(lang::beside(source_->path, node.table->file))
                                  : nullptr;
            if (!text) {
                error("ERB-NET-0034", at,
                      fmt::format("the table '{}' cannot be read", node.table->file),
                      "it is looked for in the folder of the network");
                return value;
            }
            auto table = std::make_shared<lang::TableFunction>(*node.table);
            if (!lang::read_points(text, *table, diagnostics_)) {
                ++error_count_;
                return value;
            }
            node.table = std::move(table);
            is_changed = true;
        }
        return is_changed ? Expression{std::move(nodes), source_} : value;
    }

    void read_species(const Piece& line) {
        std::uint32_t at = line.begin;
        if (!read_index(at, line.end(), network_.species_count() + 1, "species")) {
            return;
        }
        const Piece word = next_word(at, line.end());
        std::string text{word.text};
        const std::size_t dollar = text.find('$');
        if (dollar != std::string::npos) {
            text.erase(dollar, 1);
        }
        // Older writers put one colon after the compartment.
        const std::size_t colon = text.find(':');
        if (text.starts_with('@') && colon != std::string::npos &&
            text.compare(colon, 2, "::") != 0) {
            text.insert(colon, 1, ':');
        }
        std::optional<Expression> amount = read_expression(rest_of(at, line.end()), "species");
        network_.add_species(text, amount ? std::move(*amount) : Expression::constant(0.0),
                             dollar != std::string::npos);
    }

    std::optional<std::vector<SpeciesId>> read_members(const Piece& word) {
        std::vector<SpeciesId> members;
        if (word.text == "0") {
            return members;
        }
        for (const std::string_view item : split(word.text, ',')) {
            const auto place =
                word.begin + static_cast<std::uint32_t>(item.data() - word.text.data());
            const std::optional<SpeciesId> s = species_at({item, place});
            if (!s) {
                return std::nullopt;
            }
            members.push_back(*s);
        }
        return members;
    }

    std::optional<SpeciesId> species_at(const Piece& word) {
        std::uint32_t index = 0;
        const auto [last, failure] =
            std::from_chars(word.text.data(), word.text.data() + word.text.size(), index);
        if (failure != std::errc{} || last != word.text.data() + word.text.size()) {
            error("ERB-NET-0030", word,
                  fmt::format("expected the index of a species, found '{}'", word.text));
            return std::nullopt;
        }
        if (index == 0 || index > network_.species_count()) {
            error("ERB-NET-0031", word,
                  fmt::format("there is no species {}; the species block has {}", index,
                              network_.species_count()));
            return std::nullopt;
        }
        return SpeciesId{index - 1};
    }

    void read_reaction(const Piece& line, const Piece& comment) {
        std::uint32_t at = line.begin;
        if (!read_index(at, line.end(), reactions_.size() + 1, "reaction")) {
            return;
        }
        PendingReaction reaction;
        auto reactants = read_members(next_word(at, line.end()));
        auto products = read_members(next_word(at, line.end()));
        if (!reactants || !products) {
            reactions_.emplace_back();
            return;
        }
        reaction.reactants = std::move(*reactants);
        reaction.products = std::move(*products);
        Piece word = next_word(at, line.end());
        const std::size_t star = word.text.find('*');
        if (star != std::string_view::npos) {
            const std::optional<double> factor = parse_double(word.text.substr(0, star));
            if (!factor) {
                error("ERB-NET-0030", word,
                      fmt::format("expected a rate law, as in '0.5*k', found '{}'", word.text));
            }
            reaction.factor = factor.value_or(1.0);
            word = {word.text.substr(star + 1), word.begin + static_cast<std::uint32_t>(star) + 1};
        }
        for (; !word.text.empty(); word = next_word(at, line.end())) {
            reaction.law.push_back(word);
        }
        if (reaction.law.empty()) {
            error("ERB-NET-0030", line, "expected a rate law after the products");
        }
        std::uint32_t comment_at = comment.begin;
        const Piece rule = next_word(comment_at, comment.end());
        if (!rule.text.empty() && rule.text != "total_rate") {
            reaction.rule = rule_named(rule.text);
        }
        reaction.is_total =
            (" " + std::string{comment.text} + " ").find(" total_rate ") != std::string::npos;
        reactions_.push_back(std::move(reaction));
    }

    RuleId rule_named(std::string_view name) {
        const auto [found, is_new] =
            rules_.try_emplace(std::string{name}, id_at<RuleId>(network_.rule_names.size()));
        if (is_new) {
            network_.rule_names.emplace_back(name);
        }
        return found->second;
    }

    void read_group(const Piece& line) {
        std::uint32_t at = line.begin;
        if (!read_index(at, line.end(), network_.observables.size() + 1, "group")) {
            return;
        }
        Observable observable;
        observable.name = next_word(at, line.end()).text;
        const Piece list = rest_of(at, line.end());
        if (!list.text.empty()) {
            for (const std::string_view item : split(list.text, ',')) {
                auto place =
                    list.begin + static_cast<std::uint32_t>(item.data() - list.text.data());
                ObservableTerm term;
                std::string_view index = item;
                const std::size_t star = item.find('*');
                if (star != std::string_view::npos) {
                    const std::optional<double> weight = parse_double(item.substr(0, star));
                    if (!weight) {
                        error("ERB-NET-0030", {item, place},
                              fmt::format("expected 'weight*species', found '{}'", item));
                        continue;
                    }
                    term.weight = *weight;
                    index = item.substr(star + 1);
                    place += static_cast<std::uint32_t>(star) + 1;
                }
                if (const std::optional<SpeciesId> s = species_at({index, place})) {
                    term.species = *s;
                    observable.terms.push_back(term);
                }
            }
        }
        std::stable_sort(
            observable.terms.begin(), observable.terms.end(),
            [](const ObservableTerm& a, const ObservableTerm& b) { return a.species < b.species; });
        network_.observables.push_back(std::move(observable));
    }

    // --- reactions, once all names are known

    void finish() {
        for (const PendingReaction& reaction : reactions_) {
            const std::optional<RateLawId> law = law_of(reaction);
            if (law) {
                network_.add_reaction(reaction.reactants, reaction.products, *law, reaction.factor,
                                      reaction.rule);
            }
        }
    }

    std::optional<RateLawId> law_of(const PendingReaction& reaction) {
        static constexpr std::pair<std::string_view, RateLawKind> kWords[] = {
            {"MM", RateLawKind::michaelis_menten},
            {"Sat", RateLawKind::saturation},
            {"Hill", RateLawKind::hill}};
        RateLaw law;
        std::size_t first = 0;
        if (reaction.law.size() > 1) {
            first = 1;
            const auto* word =
                std::find_if(std::begin(kWords), std::end(kWords),
                             [&](const auto& w) { return w.first == reaction.law[0].text; });
            if (word == std::end(kWords)) {
                const Piece& at = reaction.law[0];
                diagnostics_.unsupported("ERB-NET-0033", {source_, at.begin, at.end()},
                                         fmt::format("rate law '{}'", at.text));
                ++error_count_;
                return std::nullopt;
            }
            law.kind = word->second;
        }
        for (std::size_t i = first; i < reaction.law.size(); ++i) {
            std::optional<std::string> name = name_of(reaction.law[i], law, first == 0);
            if (!name) {
                return std::nullopt;
            }
            law.names.push_back(std::move(*name));
        }
        if (reaction.is_total) {
            law.kind = RateLawKind::function_product;
        }
        const auto [found, is_new] =
            laws_.try_emplace({law.kind, law.names}, id_at<RateLawId>(network_.rate_laws.size()));
        if (is_new) {
            network_.rate_laws.push_back(std::move(law));
        }
        return found->second;
    }

    std::optional<std::string> name_of(const Piece& word, RateLaw& law, bool may_be_function) {
        std::string_view name = word.text;
        if (name.ends_with("()")) {
            name.remove_suffix(2);
        }
        if (functions_.contains(name)) {
            if (may_be_function) {
                law.kind = RateLawKind::function;
            }
            return std::string{name};
        }
        if (parameters_.contains(name)) {
            return std::string{name};
        }
        const std::optional<double> number = parse_double(name);
        if (!number || !std::isfinite(*number)) {
            error("ERB-NET-0031", word,
                  fmt::format("'{}' is neither a parameter nor a function", name));
            return std::nullopt;
        }
        const auto [found, is_new] = numbers_.try_emplace(*number, std::string{});
        if (is_new) {
            std::size_t k = numbers_.size();
            do {
                found->second = fmt::format("_rateNumber{}", k++);
            } while (parameters_.contains(found->second));
            network_.parameters.push_back({found->second, Expression::constant(*number)});
        }
        return found->second;
    }

    std::shared_ptr<const SourceText> source_;
    const lang::TextReader& read_text_;
    std::string_view text_;
    Network network_;
    Diagnostics diagnostics_;
    std::size_t error_count_{};
    std::string_view block_;
    Piece block_place_;
    std::unordered_map<std::string_view, std::size_t> parameters_;
    std::unordered_map<std::string_view, std::size_t> functions_;
    std::unordered_map<std::string, RuleId> rules_;
    std::map<double, std::string> numbers_;
    std::map<std::pair<RateLawKind, std::vector<std::string>>, RateLawId> laws_;
    std::vector<PendingReaction> reactions_;
};

}  // namespace

Outcome<Network, Diagnostics> parse_net(std::shared_ptr<const SourceText> source,
                                        const lang::TextReader& read_text) {
    return Reader{std::move(source), read_text}.run();
}

Outcome<Network, Diagnostics> parse_net(std::string text, std::string path,
                                        const lang::TextReader& read_text) {
    return parse_net(
        std::make_shared<const SourceText>(SourceText{std::move(path), std::move(text)}),
        read_text);
}

}  // namespace erbium::net

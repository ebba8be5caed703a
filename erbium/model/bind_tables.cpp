// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_tables.cpp: the points of table functions that stand in files of their own.
#include <fmt/format.h>

#include <algorithm>

#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

using lang::ExpressionNode;
using lang::TableFunction;

bool is_unread(const ExpressionNode& node) {
    return node.table && !node.table->is_read();
}

/// Reads each file once, however many functions use it.
class TableFiles {
public:
    explicit TableFiles(Context& context) : context_{context} {}

    void fill(const ast::File& file, Expression& expression) {
        const std::vector<ExpressionNode>& nodes = expression.nodes();
        if (std::none_of(nodes.begin(), nodes.end(), is_unread)) {
            return;
        }
        std::vector<ExpressionNode> filled = nodes;
        for (ExpressionNode& node : filled) {
            if (is_unread(node)) {
                fill(file, expression.span_of(node), node);
            }
        }
        expression = Expression{std::move(filled), expression.span().source};
    }

private:
    void fill(const ast::File& file, const Span& span, ExpressionNode& node) {
        const std::string path = lang::beside(file.source->path, node.table->file);
        const auto [known, is_new] = sources_.try_emplace(path);
        if (is_new && context_.options.read_text) {
            known->second = context_.options.read_text(path);
        }
        if (!known->second) {
            context_.error(53, span, fmt::format("the table '{}' cannot be read", node.table->file),
                           context_.options.read_text
                               ? fmt::format("it is looked for at {}", path)
                               : std::string{"here no files are read; write the values in the "
                                             "text, as in tfun([0,1],[2,3],time)"});
            return;
        }
        auto table = std::make_shared<TableFunction>(*node.table);
        Diagnostics diagnostics;
        if (lang::read_points(known->second, *table, diagnostics)) {
            node.table = std::move(table);
        }
        if (is_new) {
            context_.complaints.append(std::move(diagnostics));
        }
    }

    Context& context_;
    std::unordered_map<std::string, std::shared_ptr<const SourceText>> sources_;
};

bool has_unread_table(const Expression& expression) {
    return std::any_of(expression.nodes().begin(), expression.nodes().end(), is_unread);
}

bool has_unread_table(const ast::File& file) {
    return std::any_of(file.functions.begin(), file.functions.end(),
                       [](const ast::Function& f) { return has_unread_table(f.value); }) ||
           std::any_of(file.rules.begin(), file.rules.end(), [](const ast::Rule& rule) {
               return std::any_of(rule.rates.begin(), rule.rates.end(),
                                  [](const Expression& rate) { return has_unread_table(rate); });
           });
}

}  // namespace

std::vector<ast::File> read_tables(Context& context) {
    if (std::none_of(context.files.begin(), context.files.end(),
                     [](const ast::File& file) { return has_unread_table(file); })) {
        return {};
    }
    std::vector<ast::File> filled{context.files.begin(), context.files.end()};
    TableFiles tables{context};
    for (ast::File& file : filled) {
        for (ast::Function& function : file.functions) {
            tables.fill(file, function.value);
        }
        for (ast::Rule& rule : file.rules) {
            for (Expression& rate : rule.rates) {
                tables.fill(file, rate);
            }
        }
    }
    return filled;
}

}  // namespace erbium::model::binding

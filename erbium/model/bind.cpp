// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind.cpp: the order of the binder's passes.
#include "erbium/model/bind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/lang/bngl_parser.hpp"
#include "erbium/model/bind_context.hpp"

namespace erbium::model {
namespace binding {

void Context::error(int number, Span span, std::string message, std::string hint) {
    complaints.error(fmt::format("ERB-BIND-{:04}", number), std::move(span), std::move(message),
                     std::move(hint));
}

void Context::unsupported(int number, Span span, std::string construct, std::string hint) {
    complaints.unsupported(fmt::format("ERB-BIND-{:04}", number), std::move(span),
                           std::move(construct), std::move(hint));
}

void Context::warning(int number, Span span, std::string message, std::string hint) {
    complaints.warning(fmt::format("ERB-BIND-{:04}", number), std::move(span), std::move(message),
                       std::move(hint));
}

namespace {

std::string stem(const std::string& path) {
    const std::size_t slash = path.find_last_of("/\\");
    const std::string file = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::size_t dot = file.rfind('.');
    return dot == std::string::npos || dot == 0 ? file : file.substr(0, dot);
}

Action bind_action(const ast::File& file, const ast::Action& action) {
    Action bound{action.name.text, {}, file.span(action.place)};
    for (const ast::ActionArgument& argument : action.arguments) {
        ActionArgument& kept = bound.arguments.emplace_back();
        kept.name = argument.name ? argument.name->text : std::string{};
        kept.is_list = argument.is_list;
        kept.span = file.span(argument.place);
        for (const ast::Name& value : argument.values) {
            kept.values.push_back(value.text);
        }
    }
    return bound;
}

void bind_actions(Context& context) {
    for (const ast::File& file : context.files) {
        for (const ast::Action& action : file.actions) {
            const std::string& name = action.name.text;
            if (name == "setOption" || name == "version" || name == "setModelName" ||
                name == "substanceUnits") {
                bind_option(context, file, action);
                continue;
            }
            context.model.actions.push_back(bind_action(file, action));
        }
        for (const ast::Action& action : file.protocol) {
            context.model.protocol.push_back(bind_action(file, action));
        }
    }
}

void note_unread(Context& context) {
    ast::Unread& all = context.unread;
    for (const ast::File& file : context.files) {
        all.parameters = all.parameters || file.unread.parameters;
        all.compartments = all.compartments || file.unread.compartments;
        all.molecule_types = all.molecule_types || file.unread.molecule_types;
        all.observables = all.observables || file.unread.observables;
        all.functions = all.functions || file.unread.functions;
    }
}

/// What the parser and the binder have to say, in the order of the texts.
Diagnostics joined_diagnostics(Context& context) {
    const std::size_t hidden = context.complaints.hidden_error_count();
    const Diagnostics found = context.complaints.take();
    const bool is_syntax_only = !found.has_errors();
    lang::Complaints joined;
    Diagnostics all;
    std::size_t hidden_before = 0;
    std::vector<const SourceText*> texts;
    for (const ast::File& file : context.files) {
        all.append(file.errors);
        all.append(file.warnings);
        hidden_before += file.hidden_errors;
        texts.push_back(file.source.get());
    }
    all.append(found);
    joined.append(lang::in_text_order(all, texts));
    const std::size_t cut = joined.hidden_error_count();
    all = joined.take();
    lang::add_hidden_count(all, is_syntax_only ? "ERB-BNGL-0099" : "ERB-BIND-0099",
                           hidden + hidden_before + cut);
    return all;
}

void name_model(Context& context) {
    if (!context.options.name.empty()) {
        context.model.name = context.options.name;
    } else if (!context.files.empty()) {
        context.model.name = stem(context.files.front().source->path);
    }
}

}  // namespace
}  // namespace binding

Outcome<Bound, Diagnostics> bind(std::span<const lang::bngl::File> files,
                                 const BindOptions& options) {
    binding::Context context{files, options};
    binding::note_unread(context);
    const std::vector<lang::bngl::File> with_tables = binding::read_tables(context);
    if (!with_tables.empty()) {
        context.files = with_tables;
    }
    binding::name_model(context);
    binding::declare_symbols(context);
    binding::bind_compartments(context);
    binding::bind_molecule_types(context);
    binding::bind_seeds(context);
    binding::bind_observables(context);
    binding::bind_functions(context);
    binding::bind_rules(context);
    binding::bind_actions(context);
    binding::check_cycles(context);
    const bool is_unread =
        std::any_of(files.begin(), files.end(),
                    [](const lang::bngl::File& file) { return file.errors.has_errors(); });
    if (!context.complaints.has_errors() && !is_unread) {
        binding::check_values(context);
    }
    Diagnostics diagnostics = binding::joined_diagnostics(context);
    if (diagnostics.has_errors()) {
        return diagnostics;
    }
    return Bound{std::move(context.model), std::move(diagnostics)};
}

Outcome<Bound, Diagnostics> bind(const lang::bngl::File& file, const BindOptions& options) {
    return bind(std::span{&file, 1}, options);
}

Outcome<Bound, Diagnostics> bind_text(std::string text, std::string path,
                                      const BindOptions& options) {
    return bind(lang::bngl::parse_leniently(std::make_shared<const SourceText>(
                    SourceText{std::move(path), std::move(text)})),
                options);
}

}  // namespace erbium::model

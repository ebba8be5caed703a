// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_expressions.cpp: parameters, observables, functions and the names they use.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "erbium/lang/builtins.hpp"
#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

std::string_view described(Symbol::Kind kind) {
    switch (kind) {
        case Symbol::Kind::parameter:
            return "a parameter";
        case Symbol::Kind::observable:
            return "an observable";
        case Symbol::Kind::function:
            break;
    }
    return "a function";
}

bool declare(Context& context, const std::string& name, const Span& span, Symbol symbol) {
    if (lang::is_builtin(name)) {
        context.error(
            48, span, fmt::format("'{}' is a name that BNGL itself uses", name),
            fmt::format("give the {} another name",
                        described(symbol.kind).substr(described(symbol.kind).find(' ') + 1)));
        return false;
    }
    const auto [where, is_new] = context.symbols.try_emplace(name, symbol);
    if (!is_new) {
        context.error(
            11, span,
            fmt::format("'{}' is already the name of {}", name, described(where->second.kind)));
    }
    return is_new;
}

void declare_parameter(Context& context, const std::string& name, const Expression& value,
                       const Span& span) {
    std::vector<Parameter>& parameters = context.model.parameters;
    const auto index = static_cast<std::uint32_t>(parameters.size());
    if (declare(context, name, span, {Symbol::Kind::parameter, index})) {
        parameters.push_back({name, value, span});
    }
}

std::vector<std::string> parameter_names(const Model& model) {
    std::vector<std::string> names;
    names.reserve(model.parameters.size());
    for (const Parameter& parameter : model.parameters) {
        names.push_back(parameter.name);
    }
    return names;
}

/// Checks the names of one expression in one pass over its nodes.
class NameChecker {
public:
    NameChecker(Context& context, const Expression& expression, const Scope& scope)
        : context_{context}, expression_{expression}, scope_{scope} {}

    bool check() {
        for (const lang::ExpressionNode& node : expression_.nodes()) {
            if (node.op == lang::Op::name) {
                check_name(node);
            } else if (node.op == lang::Op::call) {
                check_call(node);
            }
            operands_.resize(operands_.size() - node.arity);
            operands_.push_back(&node);
        }
        for (const lang::ExpressionNode* label : labels_) {
            error(25, *label,
                  fmt::format("'{}' stands for molecules, not for a number", label->text),
                  "it may only be the argument of an observable or a function");
        }
        return is_right_;
    }

private:
    void error(int number, const lang::ExpressionNode& node, std::string message,
               std::string hint = {}) {
        context_.error(number, expression_.span_of(node), std::move(message), std::move(hint));
        is_right_ = false;
    }
    [[nodiscard]] bool is_label(const std::string& name) const {
        return scope_.labels && std::find(scope_.labels->begin(), scope_.labels->end(), name) !=
                                    scope_.labels->end();
    }

    void check_name(const lang::ExpressionNode& node) {
        if (is_label(node.text)) {
            labels_.push_back(&node);
            return;
        }
        if (node.text == "_pi" || node.text == "_e") {
            return;
        }
        if (node.text == "time") {
            if (scope_.parameters_only) {
                error(24, node, fmt::format("{} cannot depend on time", scope_.what));
            }
            return;
        }
        const auto found = context_.symbols.find(node.text);
        if (found == context_.symbols.end()) {
            unknown(node);
        } else if (check_kind(node, found->second) &&
                   found->second.kind == Symbol::Kind::function &&
                   !context_.model.functions[found->second.index].arguments.empty()) {
            error(23, node, fmt::format("the function '{}' needs arguments", node.text));
        }
    }

    bool check_kind(const lang::ExpressionNode& node, const Symbol& symbol) {
        if (scope_.parameters_only && symbol.kind != Symbol::Kind::parameter) {
            error(24, node,
                  fmt::format("{} may use parameters only, and '{}' is {}", scope_.what, node.text,
                              described(symbol.kind)));
            return false;
        }
        return true;
    }

    void unknown(const lang::ExpressionNode& node) {
        error(21, node,
              fmt::format("there is no parameter{} '{}'",
                          scope_.parameters_only ? "" : ", observable or function", node.text),
              context_.suggestion(node.text, [this] { return names_of_values(); }));
    }

    [[nodiscard]] std::vector<std::string> names_of_values() const {
        std::vector<std::string> names = parameter_names(context_.model);
        if (!scope_.parameters_only) {
            add_observables_and_functions(names);
        }
        if (scope_.labels) {
            names.insert(names.end(), scope_.labels->begin(), scope_.labels->end());
        }
        return names;
    }

    void add_observables_and_functions(std::vector<std::string>& names) const {
        for (const Observable& observable : context_.model.observables) {
            names.push_back(observable.name);
        }
        for (const Function& function : context_.model.functions) {
            names.push_back(function.name);
        }
    }

    void check_call(const lang::ExpressionNode& node) {
        const auto found = context_.symbols.find(node.text);
        if (found != context_.symbols.end()) {
            if (check_kind(node, found->second)) {
                check_call_of(node, found->second);
            }
            return;
        }
        const std::optional<lang::Builtin> builtin = lang::builtin_function(node.text);
        if (!builtin) {
            unknown_call(node);
        } else if (node.arity < builtin->fewest_arguments || node.arity > builtin->most_arguments) {
            error(23, node,
                  fmt::format("'{}' takes {} argument{}, not {}", node.text,
                              builtin->fewest_arguments == builtin->most_arguments
                                  ? fmt::format("{}", builtin->fewest_arguments)
                                  : fmt::format("at least {}", builtin->fewest_arguments),
                              builtin->most_arguments == 1 ? "" : "s", node.arity));
        }
    }

    void unknown_call(const lang::ExpressionNode& node) {
        if (node.text == "MM" || node.text == "Sat" || node.text == "Hill" ||
            node.text == "Arrhenius") {
            error(39, node, fmt::format("'{}' must be the whole rate of a rule", node.text));
            return;
        }
        const auto names = [this] {
            std::vector<std::string> all = lang::builtin_names();
            add_observables_and_functions(all);
            return all;
        };
        error(22, node, fmt::format("there is no function '{}'", node.text),
              node.text == "log"
                  ? std::string{"the natural logarithm is 'ln', the decimal one 'log10'"}
                  : context_.suggestion(node.text, names));
    }

    void check_call_of(const lang::ExpressionNode& node, const Symbol& symbol) {
        if (symbol.kind == Symbol::Kind::parameter) {
            error(22, node, fmt::format("'{}' is a parameter, not a function", node.text));
            return;
        }
        const std::size_t wanted =
            symbol.kind == Symbol::Kind::function
                ? context_.model.functions[symbol.index].arguments.size()
                : std::min<std::size_t>(node.arity, 1);  // an observable: globally or on a label
        if (node.arity != wanted) {
            error(23, node,
                  fmt::format("'{}' takes {} argument{}, not {}", node.text, wanted,
                              wanted == 1 ? "" : "s", node.arity));
            return;
        }
        for (std::size_t i = operands_.size() - node.arity; i < operands_.size(); ++i) {
            const lang::ExpressionNode& argument = *operands_[i];
            if (argument.op == lang::Op::name && is_label(argument.text)) {
                labels_.erase(std::find(labels_.begin(), labels_.end(), &argument));
            } else {
                context_.unsupported(
                    26, expression_.span_of(argument),
                    fmt::format("a number as argument of '{}'", node.text),
                    "arguments name molecules or patterns of the rule, labelled with '%'");
                is_right_ = false;
            }
        }
    }

    Context& context_;
    const Expression& expression_;
    const Scope& scope_;
    std::vector<const lang::ExpressionNode*> operands_;
    std::vector<const lang::ExpressionNode*> labels_;  ///< not yet used as an argument
    bool is_right_{true};
};

}  // namespace

bool check_expression(Context& context, const Expression& expression, const Scope& scope) {
    return NameChecker{context, expression, scope}.check();
}

void declare_symbols(Context& context) {
    for (const ParameterDeclaration& declared : context.options.parameters) {
        declare_parameter(context, declared.name, declared.value, declared.span);
    }
    for (const ast::File& file : context.files) {
        for (const ast::Parameter& parameter : file.parameters) {
            declare_parameter(context, parameter.name.text, parameter.value,
                              file.span(parameter.name.place));
        }
    }
    for (const ParameterDeclaration& replaced : context.options.overrides) {
        const auto found = context.symbols.find(replaced.name);
        if (found == context.symbols.end()) {
            context.error(
                46, replaced.span,
                fmt::format("there is no parameter '{}' to replace", replaced.name),
                context.suggestion(replaced.name, [&] { return parameter_names(context.model); }));
        } else {
            context.model.parameters[found->second.index].value = replaced.value;
        }
    }
    for (const ast::File& file : context.files) {
        for (const ast::Observable& observable : file.observables) {
            const Span span = file.span(observable.name.place);
            const auto index = static_cast<std::uint32_t>(context.model.observables.size());
            if (declare(context, observable.name.text, span, {Symbol::Kind::observable, index})) {
                const bool is_molecules = observable.kind.text == "Molecules";
                context.model.observables.push_back(
                    {observable.name.text,
                     is_molecules ? ObservableKind::molecules : ObservableKind::species,
                     {},
                     span});
            }
        }
    }
    for (const ast::File& file : context.files) {
        for (const ast::Function& function : file.functions) {
            const Span span = file.span(function.name.place);
            const auto index = static_cast<std::uint32_t>(context.model.functions.size());
            if (declare(context, function.name.text, span, {Symbol::Kind::function, index})) {
                Function bound{function.name.text, {}, function.value, span};
                for (const ast::Name& argument : function.arguments) {
                    bound.arguments.push_back(argument.text);
                }
                context.model.functions.push_back(std::move(bound));
            }
        }
    }
    for (const Parameter& parameter : context.model.parameters) {
        check_expression(context, parameter.value,
                         {.what = "the value of a parameter", .parameters_only = true});
    }
}

void bind_observables(Context& context) {
    std::size_t next = 0;  // only the first of two observables of one name is in the model
    for (const ast::File& file : context.files) {
        for (const ast::Observable& observable : file.observables) {
            const bool is_kept =
                next < context.model.observables.size() &&
                context.model.observables[next].span.source == file.source &&
                context.model.observables[next].span.begin == observable.name.place.begin;
            Patterns patterns;
            for (const ast::Pattern& pattern : observable.patterns) {
                if (pattern.molecules.empty()) {
                    context.warning(51, file.span(pattern.place),
                                    "'0' matches nothing and is left out");
                    continue;
                }
                std::optional<Pattern> bound = bind_pattern(context, file, pattern,
                                                            observable.kind.text == "Molecules"
                                                                ? PatternUse::molecules_observable
                                                                : PatternUse::species_observable);
                if (bound) {
                    patterns.push_back(std::move(*bound));
                }
            }
            if (is_kept) {
                context.model.observables[next++].patterns = std::move(patterns);
            }
        }
    }
}

void bind_functions(Context& context) {
    for (const Function& function : context.model.functions) {
        for (const std::string& argument : function.arguments) {
            if (context.symbols.count(argument) > 0) {
                context.error(
                    11, function.span,
                    fmt::format("the argument '{}' of '{}' has the name of {}", argument,
                                function.name, described(context.symbols.at(argument).kind)));
            }
        }
        check_expression(context, function.value,
                         {.what = "the value of a function", .labels = &function.arguments});
    }
    for (const ast::File& file : context.files) {
        for (const ast::EnergyPattern& energy : file.energy_patterns) {
            std::optional<Pattern> pattern =
                bind_pattern(context, file, energy.pattern, PatternUse::rule);
            const bool is_right =
                check_expression(context, energy.energy,
                                 {.what = "the energy of a pattern", .parameters_only = false});
            if (pattern && is_right) {
                Span span = pattern->span;
                context.model.energy_patterns.push_back(
                    {std::move(*pattern), energy.energy, std::move(span)});
            }
        }
    }
}

}  // namespace erbium::model::binding

// SPDX-License-Identifier: Apache-2.0
// erbium/model/bind_options.cpp: settings of a model, which look like actions.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "erbium/base/text.hpp"
#include "erbium/model/bind_context.hpp"

namespace erbium::model::binding {
namespace {

/// Complains unless `value` is one of these.
void require_one_of(Context& context, const Span& span, const std::string& option,
                    const std::string& value, const std::vector<std::string>& allowed) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        context.error(47, span, fmt::format("the option '{}' cannot be '{}'", option, value),
                      fmt::format("it is one of {}", fmt::join(allowed, ", ")));
    }
}

/// A number above 0, or a parameter.
void check_number_per_quantity(Context& context, const Span& span, const std::string& value) {
    const std::optional<double> number = parse_double(value);
    const auto symbol = context.symbols.find(value);
    const bool is_parameter =
        symbol != context.symbols.end() && symbol->second.kind == Symbol::Kind::parameter;
    if (number ? !(*number > 0.0) : !is_parameter && !context.unread.parameters) {
        context.error(47, span,
                      fmt::format("the option 'NumberPerQuantityUnit' cannot be '{}'", value),
                      "it is a number above 0, such as 6.0221e23, or the name of a parameter");
    }
}

void check_option(Context& context, const Span& name_span, const Span& value_span,
                  const std::string& option, const std::string& value) {
    if (option == "NumberPerQuantityUnit") {
        check_number_per_quantity(context, value_span, value);
    } else if (option == "MoleculesObservables" || option == "SpeciesObservables") {
        require_one_of(context, value_span, option, value, {"CountAll", "CountUnique"});
    } else if (option == "SpeciesLabel") {
        require_one_of(context, value_span, option, value, {"Auto", "HNauty", "Quasi"});
    } else if (option != "energyBNG" && !option.ends_with("Units")) {
        static const std::vector<std::string> known{"NumberPerQuantityUnit", "MoleculesObservables",
                                                    "SpeciesObservables", "SpeciesLabel"};
        context.warning(54, name_span, fmt::format("there is no option '{}'", option),
                        did_you_mean(option, known));
    }
}

}  // namespace

void bind_option(Context& context, const ast::File& file, const ast::Action& action) {
    std::vector<std::string> values;
    for (const ast::ActionArgument& argument : action.arguments) {
        if (argument.name || argument.is_list || argument.values.size() != 1) {
            context.error(47, file.span(argument.place),
                          fmt::format("'{}' takes plain values", action.name.text));
            return;
        }
        values.push_back(argument.values.front().text);
    }
    const bool is_pairs = action.name.text == "setOption";
    if (is_pairs ? values.empty() || values.size() % 2 != 0 : values.size() != 1) {
        context.error(47, file.span(action.place),
                      is_pairs ? std::string{"'setOption' takes pairs of a name and a value"}
                               : fmt::format("'{}' takes one value", action.name.text));
        return;
    }
    if (action.name.text == "setModelName") {
        context.model.name = values.front();
    } else if (is_pairs) {
        for (std::size_t i = 0; i < values.size(); i += 2) {
            check_option(context, file.span(action.arguments[i].place),
                         file.span(action.arguments[i + 1].place), values[i], values[i + 1]);
            context.model.options.emplace_back(values[i], values[i + 1]);
        }
    } else {
        context.model.options.emplace_back(action.name.text, values.front());
    }
}

}  // namespace erbium::model::binding

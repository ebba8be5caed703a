// SPDX-License-Identifier: Apache-2.0
#include "erbium/net/polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "erbium/lang/builtins.hpp"

namespace erbium::net {
namespace {

using lang::ExpressionNode;
using lang::Op;

constexpr std::size_t kMostNodes = 5000;
constexpr std::size_t kMostTerms = 1000;
constexpr std::size_t kMostProducts = 64;  ///< that one multiplication makes
constexpr std::size_t kMostSpecies = 4;    ///< in one product
constexpr double kMostPower = 8.0;

Polynomial number(double value) {
    return value == 0.0 ? Polynomial{} : Polynomial{{Monomial{}, value}};
}

Monomial product(const Monomial& a, const Monomial& b) {
    Monomial out;
    auto i = a.symbols.begin();
    auto j = b.symbols.begin();
    while (i != a.symbols.end() || j != b.symbols.end()) {
        if (j == b.symbols.end() || (i != a.symbols.end() && i->first < j->first)) {
            out.symbols.push_back(*i++);
        } else if (i == a.symbols.end() || j->first < i->first) {
            out.symbols.push_back(*j++);
        } else {
            if (i->second + j->second != 0) {
                out.symbols.emplace_back(i->first, i->second + j->second);
            }
            ++i;
            ++j;
        }
    }
    std::merge(a.species.begin(), a.species.end(), b.species.begin(), b.species.end(),
               std::back_inserter(out.species));
    return out;
}

/// Nothing for what is too large or no longer finite.
std::optional<Polynomial> checked(Polynomial p) {
    const bool is_fine =
        p.size() <= kMostTerms && std::all_of(p.begin(), p.end(), [](const auto& term) {
            return std::isfinite(term.second) && term.first.species.size() <= kMostSpecies;
        });
    return is_fine ? std::optional{std::move(p)} : std::nullopt;
}

std::optional<Polynomial> added(const Polynomial& a, const Polynomial& b, double sign) {
    Polynomial out = a;
    for (const auto& [monomial, coefficient] : b) {
        double& total = out[monomial];
        total += sign * coefficient;
        if (total == 0.0) {
            out.erase(monomial);
        }
    }
    return checked(std::move(out));
}

std::optional<Polynomial> product(const Polynomial& a, const Polynomial& b) {
    if (a.size() * b.size() > kMostProducts && std::min(a.size(), b.size()) > 1) {
        return std::nullopt;
    }
    Polynomial out;
    for (const auto& [x, p] : a) {
        for (const auto& [y, q] : b) {
            const Monomial both = product(x, y);
            double& total = out[both];
            total += p * q;
            if (total == 0.0) {
                out.erase(both);
            }
        }
    }
    return checked(std::move(out));
}

/// 1 / p of one product without species.
std::optional<Polynomial> inverse(const Polynomial& p) {
    if (p.size() != 1 || !p.begin()->first.species.empty()) {
        return std::nullopt;
    }
    Monomial monomial = p.begin()->first;
    for (auto& [symbol, exponent] : monomial.symbols) {
        exponent = -exponent;
    }
    return checked({{std::move(monomial), 1.0 / p.begin()->second}});
}

std::optional<Polynomial> power(const Polynomial& base, const Polynomial& exponent) {
    if (exponent.size() > 1 || (exponent.size() == 1 && exponent.begin()->first != Monomial{})) {
        return std::nullopt;
    }
    const double n = exponent.empty() ? 0.0 : exponent.begin()->second;
    if (n != std::floor(n) || !(std::abs(n) <= kMostPower)) {
        return std::nullopt;
    }
    std::optional<Polynomial> one = n < 0.0 ? inverse(base) : base;
    std::optional<Polynomial> out = number(1.0);
    for (double i = 0.0; i < std::abs(n) && one && out; ++i) {
        out = product(*out, *one);
    }
    return one ? out : std::nullopt;
}

Expression joined(Op op, const Expression& a, const Expression& b) {
    std::vector<ExpressionNode> nodes = a.nodes();
    nodes.insert(nodes.end(), b.nodes().begin(), b.nodes().end());
    nodes.push_back({.op = op, .arity = 2});
    return Expression{std::move(nodes), nullptr};
}

/// Sum of terms; a product needs no factor of 1.
Expression plus(const Expression& a, const Expression& b) {
    return a.empty() ? b : joined(Op::add, a, b);
}
Expression times(const Expression& a, const Expression& b) {
    return a.empty() ? b : joined(Op::multiply, a, b);
}

bool is_affine(const Polynomial& p) {
    return std::all_of(p.begin(), p.end(),
                       [](const auto& term) { return term.first.species.size() <= 1; });
}

/// Affine, with two species or more that have the same symbols.
bool has_sum(const Polynomial& p) {
    if (!is_affine(p)) {
        return false;
    }
    const auto same = [](const auto& a, const auto& b) {
        return !a.first.species.empty() && !b.first.species.empty() &&
               a.first.symbols == b.first.symbols;
    };
    return std::adjacent_find(p.begin(), p.end(), same) != p.end();
}

}  // namespace

Polynomials::Polynomials(const Network& network)
    : network_{network},
      functions_(network.functions.size()),
      rewritten_(network.functions.size()),
      states_(network.functions.size(), State::unseen),
      observables_{network.observables} {
    for (const Parameter& parameter : network.parameters) {
        constants_.insert(parameter.name);
        names_.insert(parameter.name);
    }
    for (std::size_t f = 0; f < network.functions.size(); ++f) {
        function_of_name_.emplace(network.functions[f].name, f);
        names_.insert(network.functions[f].name);
    }
    for (std::size_t o = 0; o < observables_.size(); ++o) {
        observable_of_name_.emplace(observables_[o].name, o);
        names_.insert(observables_[o].name);
        std::vector<std::pair<std::uint32_t, double>> key;
        for (const ObservableTerm& term : observables_[o].terms) {
            key.emplace_back(term.species.value, term.weight);
        }
        observable_of_terms_.emplace(std::move(key), o);
    }
    for (std::size_t f = 0; f < network.functions.size(); ++f) {
        resolve(f);
    }
}

/// Functions that others read come first.
void Polynomials::resolve(std::size_t function) {
    std::vector<std::size_t> open{function};
    while (!open.empty()) {
        const std::size_t f = open.back();
        if (states_[f] == State::unseen) {
            states_[f] = State::open;
            for (const ExpressionNode& node : network_.functions[f].value.nodes()) {
                const auto at = function_of_name_.find(node.text);
                if (node.op != Op::number && at != function_of_name_.end() &&
                    states_[at->second] == State::unseen) {
                    open.push_back(at->second);
                }
            }
            continue;
        }
        open.pop_back();
        if (states_[f] == State::open) {
            value(f);
            states_[f] = State::done;
        }
    }
}

void Polynomials::value(std::size_t function) {
    const Expression& expression = network_.functions[function].value;
    const std::size_t count = expression.nodes().size();
    if (count == 0 || count > kMostNodes) {
        functions_[function] = symbol(Expression::reference(network_.functions[function].name));
        rewritten_[function] = expression;
        return;
    }
    Valued valued{&expression, std::vector<Polynomial>(count), std::vector<std::uint32_t>(count)};
    std::vector<std::uint32_t> stack;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t left = stack.size() - expression.nodes()[i].arity;
        const std::vector<std::uint32_t> operands(stack.begin() + static_cast<std::ptrdiff_t>(left),
                                                  stack.end());
        stack.resize(left);
        valued.begins[i] = operands.empty() ? i : valued.begins[operands.front()];
        valued.values[i] = of_node(valued, i, operands);
        stack.push_back(i);
    }
    functions_[function] = valued.values.back();
    rewritten_[function] = write(valued, static_cast<std::uint32_t>(count - 1));
}

Polynomial Polynomials::of_name(const std::string& name) {
    if (const auto f = function_of_name_.find(name); f != function_of_name_.end()) {
        return states_[f->second] == State::done ? functions_[f->second]
                                                 : symbol(Expression::reference(name));  // a cycle
    }
    if (const auto o = observable_of_name_.find(name); o != observable_of_name_.end()) {
        const std::vector<ObservableTerm>& terms = observables_[o->second].terms;
        if (terms.size() == 1 && std::isfinite(terms.front().weight)) {
            return {{Monomial{{}, {terms.front().species.value}}, terms.front().weight}};
        }
    }
    return symbol(Expression::reference(name));
}

Polynomial Polynomials::of_node(const Valued& valued, std::uint32_t node,
                                const std::vector<std::uint32_t>& operands) {
    const ExpressionNode& at = valued.expression->nodes()[node];
    const auto operand = [&](std::size_t i) -> const Polynomial& {
        return valued.values[operands[i]];
    };
    std::optional<Polynomial> value;
    switch (at.op) {
        case Op::number:
            value = checked(number(at.number));
            break;
        case Op::name:
            return of_name(at.text);
        case Op::negate:
            value = added({}, operand(0), -1.0);
            break;
        case Op::add:
            value = added(operand(0), operand(1), 1.0);
            break;
        case Op::subtract:
            value = added(operand(0), operand(1), -1.0);
            break;
        case Op::multiply:
            value = product(operand(0), operand(1));
            break;
        case Op::divide:
            value = quotient(operand(0), operand(1), valued, operands[1]);
            break;
        case Op::power:
            value = power(operand(0), operand(1));
            break;
        default:
            break;
    }
    return value ? std::move(*value) : symbol(write(valued, node));
}

std::optional<Polynomial> Polynomials::quotient(const Polynomial& a, const Polynomial& b,
                                                const Valued& valued, std::uint32_t divisor) {
    std::optional<Polynomial> reciprocal = inverse(b);
    if (!reciprocal) {
        reciprocal = inverse(symbol(write(valued, divisor)));
    }
    return product(a, *reciprocal);
}

Polynomial Polynomials::symbol(Expression value) {
    const auto is_varying = [&](const ExpressionNode& node) {
        const bool is_named = node.op == Op::name || node.op == Op::call;
        return node.table != nullptr || (is_named && !constants_.contains(node.text) &&
                                         (node.text == "time" || !lang::is_builtin(node.text)));
    };
    const auto& nodes = value.nodes();
    const bool is_constant = std::none_of(nodes.begin(), nodes.end(), is_varying);
    const bool has_table = std::any_of(nodes.begin(), nodes.end(), [](const ExpressionNode& node) {
        return node.table != nullptr;
    });
    const auto next = static_cast<std::uint32_t>(symbols_.size());
    // The text of a table does not tell its points: each is a symbol of its own.
    const std::uint32_t id =
        has_table ? next : symbol_of_text_.try_emplace(value.text(), next).first->second;
    if (id == next) {
        symbols_.push_back({std::move(value), is_constant});
    }
    return {{Monomial{{{id, 1}}, {}}, 1.0}};
}

/// The subexpression at `root` with sums of species as observables.
Expression Polynomials::write(const Valued& valued, std::uint32_t root) {
    const std::vector<ExpressionNode>& nodes = valued.expression->nodes();
    std::vector<ExpressionNode> out;
    std::vector<std::pair<std::uint32_t, bool>> open{{root, false}};
    while (!open.empty()) {
        const auto [node, is_after_operands] = open.back();
        open.pop_back();
        if (is_after_operands || nodes[node].arity == 0) {
            out.push_back(nodes[node]);
            out.back().begin = out.back().end = 0;  // it stands in no text
        } else if (has_sum(valued.values[node])) {
            const Expression one = sum(valued.values[node]);
            out.insert(out.end(), one.nodes().begin(), one.nodes().end());
        } else {
            open.emplace_back(node, true);
            std::uint32_t operand = node;
            for (std::uint32_t i = 0; i < nodes[node].arity; ++i) {
                --operand;  // the last node of this operand, from the right
                open.emplace_back(operand, false);
                operand = valued.begins[operand];
            }
        }
    }
    return Expression{std::move(out), nullptr};
}

/// An affine polynomial as symbols times observables.
Expression Polynomials::sum(const Polynomial& polynomial) {
    Expression all;
    for (auto at = polynomial.begin(); at != polynomial.end();) {
        const Monomial symbols{at->first.symbols, {}};
        std::vector<ObservableTerm> terms;
        for (; at != polynomial.end() && at->first.symbols == symbols.symbols; ++at) {
            if (at->first.species.empty()) {
                const Expression factor = Expression::constant(at->second);
                all = plus(all,
                           symbols.symbols.empty() ? factor : times(factor, product_of(symbols)));
            } else {
                terms.push_back({SpeciesId{at->first.species.front()}, at->second});
            }
        }
        if (!terms.empty()) {
            const Expression of_species = Expression::reference(observable_of(terms));
            all = plus(
                all, symbols.symbols.empty() ? of_species : times(product_of(symbols), of_species));
        }
    }
    return all;
}

const std::string& Polynomials::observable_of(const std::vector<ObservableTerm>& terms) {
    std::vector<std::pair<std::uint32_t, double>> key;
    for (const ObservableTerm& term : terms) {
        key.emplace_back(term.species.value, term.weight);
    }
    const auto [at, is_new] = observable_of_terms_.try_emplace(std::move(key), observables_.size());
    if (is_new) {
        observables_.push_back({new_name("sum"), terms});
    }
    return observables_[at->second].name;
}

Expression Polynomials::product_of(const Monomial& monomial) const {
    Expression out;
    const auto take = [&](bool is_below) {
        for (const auto& [symbol, exponent] : monomial.symbols) {
            for (int i = 0; (exponent < 0) == is_below && i < std::abs(exponent); ++i) {
                const Expression& value = symbols_[symbol].value;
                out = is_below ? joined(Op::divide, out, value) : times(out, value);
            }
        }
    };
    take(false);
    if (out.empty()) {
        out = Expression::constant(1.0);
    }
    take(true);
    return out;
}

bool Polynomials::is_constant(const Monomial& monomial) const {
    return std::all_of(monomial.symbols.begin(), monomial.symbols.end(),
                       [&](const auto& symbol) { return symbols_[symbol.first].is_constant; });
}

std::string Polynomials::new_name(const std::string& stem) {
    for (;;) {
        std::string name = stem + "_" + std::to_string(next_name_++);
        if (names_.insert(name).second) {
            return name;
        }
    }
}

}  // namespace erbium::net

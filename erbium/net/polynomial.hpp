// SPDX-License-Identifier: Apache-2.0
// erbium/net/polynomial.hpp: functions of a network as sums of products of amounts.
// Reads: Network   Makes: Polynomial   Used by: net::product_form
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "erbium/net/network.hpp"

namespace erbium::net {

/// Product of symbols with exponents and of species' amounts.
struct Monomial {
    std::vector<std::pair<std::uint32_t, int>> symbols;  ///< ascending; no exponent is 0
    std::vector<std::uint32_t> species;                  ///< ascending, one twice for its square
    auto operator<=>(const Monomial&) const = default;
};
using Polynomial = std::map<Monomial, double>;

/// The functions of a network as polynomials in the amounts of species. What is no sum or product
/// (a quotient by a sum, a power, a call, a comparison) is a symbol, as a parameter is.
class Polynomials {
public:
    /// An observable of one species is that species; any other one is a symbol.
    explicit Polynomials(const Network& network);

    [[nodiscard]] const Polynomial& of_function(std::size_t f) const { return functions_[f]; }
    /// The function with sums of species written as observables, which may be new.
    [[nodiscard]] const Expression& rewritten(std::size_t f) const { return rewritten_[f]; }

    /// The product of symbols, and whether it is one of parameters and numbers only.
    [[nodiscard]] Expression product_of(const Monomial& monomial) const;
    [[nodiscard]] bool is_constant(const Monomial& monomial) const;

    /// Those of the network, then the new ones.
    [[nodiscard]] const std::vector<Observable>& observables() const noexcept {
        return observables_;
    }
    /// A name that nothing has yet: `stem` and a number.
    [[nodiscard]] std::string new_name(const std::string& stem);

private:
    struct Symbol {
        Expression value;
        bool is_constant{};
    };
    /// An expression with the polynomial of each of its nodes.
    struct Valued {
        const Expression* expression{};
        std::vector<Polynomial> values;     // by node
        std::vector<std::uint32_t> begins;  // by node: first node of its operands
    };
    enum class State : std::uint8_t { unseen, open, done };

    void resolve(std::size_t function);
    void value(std::size_t function);
    [[nodiscard]] Polynomial of_name(const std::string& name);
    [[nodiscard]] Polynomial of_node(const Valued& valued, std::uint32_t node,
                                     const std::vector<std::uint32_t>& operands);
    [[nodiscard]] Polynomial symbol(Expression value);
    [[nodiscard]] std::optional<Polynomial> quotient(const Polynomial& a, const Polynomial& b,
                                                     const Valued& valued, std::uint32_t divisor);
    [[nodiscard]] Expression write(const Valued& valued, std::uint32_t root);
    [[nodiscard]] Expression sum(const Polynomial& polynomial);
    [[nodiscard]] const std::string& observable_of(const std::vector<ObservableTerm>& terms);

    const Network& network_;
    std::vector<Polynomial> functions_;
    std::vector<Expression> rewritten_;
    std::vector<State> states_;
    std::vector<Symbol> symbols_;
    std::map<std::string, std::uint32_t> symbol_of_text_;
    std::map<std::string, std::size_t, std::less<>> function_of_name_;
    std::map<std::string, std::size_t, std::less<>> observable_of_name_;
    std::set<std::string, std::less<>> constants_;
    std::set<std::string, std::less<>> names_;
    std::vector<Observable> observables_;
    std::map<std::vector<std::pair<std::uint32_t, double>>, std::size_t> observable_of_terms_;
    std::size_t next_name_{1};
};

}  // namespace erbium::net

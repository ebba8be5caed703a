// SPDX-License-Identifier: Apache-2.0
// tests/support/ode_zoo.hpp: systems with known solutions, as networks, for every integrator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/base/ids.hpp"
#include "erbium/lang/expression_parser.hpp"
#include "erbium/net/network.hpp"

namespace erbium::zoo {

[[nodiscard]] inline lang::Expression expression(std::string_view text) {
    return lang::parse_expression(std::string{text}).value();
}

/// Builds networks by names, as a test wants to write them.
class NetworkMaker {
public:
    NetworkMaker& parameter(std::string name, std::string_view value) {
        network_.parameters.push_back({std::move(name), expression(value)});
        return *this;
    }
    NetworkMaker& species(std::string_view name, std::string_view amount, bool is_fixed = false) {
        names_.emplace_back(name);
        network_.add_species(name, expression(amount), is_fixed);
        return *this;
    }
    NetworkMaker& observable(std::string name,
                             std::initializer_list<std::pair<std::string_view, double>> terms) {
        net::Observable observable{std::move(name), {}};
        for (const auto& [species, weight] : terms) {
            observable.terms.push_back({id(species), weight});
        }
        network_.observables.push_back(std::move(observable));
        return *this;
    }
    NetworkMaker& function(std::string name, std::string_view value) {
        network_.functions.push_back({std::move(name), expression(value)});
        return *this;
    }
    NetworkMaker& reaction(std::initializer_list<std::string_view> reactants,
                           std::initializer_list<std::string_view> products,
                           std::vector<std::string> law_names,
                           net::RateLawKind kind = net::RateLawKind::mass_action,
                           double factor = 1.0) {
        std::vector<SpeciesId> left;
        std::vector<SpeciesId> right;
        for (const std::string_view name : reactants) {
            left.push_back(id(name));
        }
        for (const std::string_view name : products) {
            right.push_back(id(name));
        }
        network_.rate_laws.push_back({kind, std::move(law_names)});
        network_.add_reaction(left, right, id_at<net::RateLawId>(network_.rate_laws.size() - 1),
                              factor, net::Network::kNoRule);
        return *this;
    }
    /// x' = f, for an equation that is no reaction; f may be negative.
    NetworkMaker& equation(std::string_view species_name, std::string_view rate) {
        const std::string name = "rate_of_" + std::string{species_name};
        function(name, rate);
        return reaction({}, {species_name}, {name}, net::RateLawKind::function_product);
    }
    /// 0 = f, an equation that determines the species at all times.
    NetworkMaker& algebraic(std::string_view species_name, std::string_view f) {
        network_.set_algebraic(id(species_name));
        return equation(species_name, f);
    }
    /// An event without assignments; `assign` adds them, `last_event` changes its other attributes.
    NetworkMaker& event(std::string name, std::string_view trigger) {
        network_.events.push_back({});
        network_.events.back().name = std::move(name);
        network_.events.back().trigger = expression(trigger);
        return *this;
    }
    /// The last event sets a species or parameter.
    NetworkMaker& assign(std::string_view target, std::string_view value) {
        const auto at = std::find_if(network_.parameters.begin(), network_.parameters.end(),
                                     [target](const auto& p) { return p.name == target; });
        net::NetworkEventAssignment assignment{id(target), expression(value)};
        if (at != network_.parameters.end()) {
            assignment.target =
                id_at<ParameterId>(static_cast<std::size_t>(at - network_.parameters.begin()));
        }
        network_.events.back().assignments.push_back(std::move(assignment));
        return *this;
    }
    [[nodiscard]] net::NetworkEvent& last_event() { return network_.events.back(); }
    [[nodiscard]] const net::Network& network() const { return network_; }

private:
    [[nodiscard]] SpeciesId id(std::string_view name) const {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == name) {
                return id_at<SpeciesId>(i);
            }
        }
        return SpeciesId{0xFFFFFFFFU};  // the test is wrong; compile() aborts on it
    }

    net::Network network_;
    std::vector<std::string> names_;
};

/// A problem with a known solution: by time, the amounts in the order of the species.
struct ExactProblem {
    std::string name;
    net::Network network;
    std::vector<double> times;
    std::function<std::vector<double>(double)> solution;
};

/// A -> B -> C with rates far apart:
///   A = e^(-k1 t),  B = k1 / (k2 - k1) (e^(-k1 t) - e^(-k2 t)),  C = 1 - A - B.
[[nodiscard]] inline ExactProblem linear_chain(double k1, double k2) {
    NetworkMaker m;
    m.parameter("k1", std::to_string(k1)).parameter("k2", std::to_string(k2));
    m.species("A", "1").species("B", "0").species("C", "0");
    m.reaction({"A"}, {"B"}, {"k1"}).reaction({"B"}, {"C"}, {"k2"});
    return {"linear chain", m.network(), {0.0, 0.01, 0.1, 1.0, 3.0, 10.0}, [k1, k2](double t) {
                const double a = std::exp(-k1 * t);
                const double b = k1 / (k2 - k1) * (a - std::exp(-k2 * t));
                return std::vector{a, b, 1.0 - a - b};
            }};
}

/// A + A -> 0 with rate constant k on A^2: A' = -2 k A^2, A = 1 / (1 + 2 k t).
[[nodiscard]] inline ExactProblem dimerisation() {
    NetworkMaker m;
    m.parameter("k", "0.5").species("A", "1").reaction({"A", "A"}, {}, {"k"});
    return {"dimerisation", m.network(), {0.0, 0.1, 1.0, 10.0, 1000.0}, [](double t) {
                return std::vector{1.0 / (1.0 + t)};
            }};
}

/// A + B <-> C with A(0) = B(0) = 1, kf = kr = 1: A' = 1 - A - A^2. With the roots
/// r = (-1 + s)/2 and q = (-1 - s)/2, s = sqrt 5:  (A - r)/(A - q) = (1 - r)/(1 - q) e^(-s t).
[[nodiscard]] inline ExactProblem binding() {
    NetworkMaker m;
    m.parameter("kf", "1").parameter("kr", "1");
    m.species("A", "1").species("B", "1").species("C", "0");
    m.reaction({"A", "B"}, {"C"}, {"kf"}).reaction({"C"}, {"A", "B"}, {"kr"});
    return {"binding", m.network(), {0.0, 0.1, 0.5, 1.0, 2.0, 5.0}, [](double t) {
                const double s = std::sqrt(5.0);
                const double r = (-1.0 + s) / 2.0;
                const double q = (-1.0 - s) / 2.0;
                const double u = (1.0 - r) / (1.0 - q) * std::exp(-s * t);
                const double a = (r - q * u) / (1.0 - u);
                return std::vector{a, a, 1.0 - a};
            }};
}

/// Prothero and Robinson's problem, x' = -L (x - cos t) - sin t with x = cos t, stiff by L.
[[nodiscard]] inline ExactProblem prothero_robinson() {
    NetworkMaker m;
    m.parameter("L", "1e6").species("x", "1");
    m.equation("x", "-L*(x_now-cos(time))-sin(time)");
    net::Network network = m.network();
    network.observables.push_back({"x_now", {{SpeciesId{0}, 1.0}}});
    return {"Prothero-Robinson", std::move(network), {0.0, 0.1, 1.0, 3.0, 10.0}, [](double t) {
                return std::vector{std::cos(t)};
            }};
}

/// x' = x cos t, x = e^(sin t); the rate depends on time.
[[nodiscard]] inline ExactProblem forced_growth() {
    NetworkMaker m;
    m.species("x", "1").function("k", "cos(time())");
    m.reaction({"x"}, {"x", "x"}, {"k"}, net::RateLawKind::function);
    return {"forced growth", m.network(), {0.0, 1.0, 2.0, 5.0, 10.0}, [](double t) {
                return std::vector{std::exp(std::sin(t))};
            }};
}

/// Kaps' problem in the form x' = -(e + 2) x + e y^2, y' = x - y - y^2, with x = e^(-2t),
/// y = e^(-t) whatever the stiffness e.
[[nodiscard]] inline ExactProblem kaps() {
    NetworkMaker m;
    m.parameter("e", "1e5").species("x", "1").species("y", "1");
    m.observable("X", {{"x", 1.0}}).observable("Y", {{"y", 1.0}});
    m.equation("x", "-(e+2)*X+e*Y^2").equation("y", "X-Y-Y^2");
    return {"Kaps", m.network(), {0.0, 0.5, 1.0, 2.0, 5.0}, [](double t) {
                return std::vector{std::exp(-2.0 * t), std::exp(-t)};
            }};
}

[[nodiscard]] inline std::vector<ExactProblem> exact_problems() {
    return {linear_chain(1.0, 2.0), linear_chain(1.0, 1e6), dimerisation(), binding(),
            prothero_robinson(),    forced_growth(),        kaps()};
}

/// Robertson's autocatalysis as three reactions; a stiff classic over 11 decades of time.
[[nodiscard]] inline net::Network robertson() {
    NetworkMaker m;
    m.parameter("k1", "0.04").parameter("k2", "3e7").parameter("k3", "1e4");
    m.species("A", "1").species("B", "0").species("C", "0");
    m.reaction({"A"}, {"B"}, {"k1"});
    m.reaction({"B", "B"}, {"B", "C"}, {"k2"});
    m.reaction({"B", "C"}, {"A", "C"}, {"k3"});
    return m.network();
}

/// Van der Pol's oscillator x'' = mu (1 - x^2) x' - x, from (2, 0).
[[nodiscard]] inline net::Network van_der_pol(std::string_view mu) {
    NetworkMaker m;
    m.parameter("mu", mu).species("x", "2").species("v", "0");
    m.observable("X", {{"x", 1.0}}).observable("V", {{"v", 1.0}});
    m.equation("x", "V").equation("v", "mu*(1-X^2)*V-X");
    return m.network();
}

}  // namespace erbium::zoo

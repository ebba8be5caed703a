// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/write_math.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "erbium/base/check.hpp"
#include "erbium/base/text.hpp"

namespace erbium::sbml {
namespace {

using lang::Expression;
using lang::ExpressionNode;
using lang::Op;

/// Readers refuse or crash on deep elements. A choice is two elements deep, so that this stays
/// below the 256 that Erbium itself reads, with what stands around.
constexpr std::size_t kDeepest = 120;

std::string number_element(double value) {
    if (std::isnan(value)) {
        return "<notanumber/>";
    }
    if (std::isinf(value)) {
        return value > 0.0 ? "<infinity/>" : "<apply><minus/><infinity/></apply>";
    }
    std::string text = shortest(value);
    if (const std::size_t e = text.find('e'); e != std::string::npos) {
        std::string exponent = text.substr(e + 1);
        if (exponent.front() == '+') {
            exponent.erase(0, 1);
        }
        return fmt::format("<cn type=\"e-notation\">{}<sep/>{}</cn>", text.substr(0, e), exponent);
    }
    return fmt::format("<cn>{}</cn>", text);
}

bool is_condition(Op op) noexcept {
    switch (op) {
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::equal:
        case Op::not_equal:
        case Op::logical_and:
        case Op::logical_or:
        case Op::logical_not:
            return true;
        default:
            return false;
    }
}

std::string_view element_of(Op op) noexcept {
    switch (op) {
        case Op::negate:
        case Op::subtract:
            return "minus";
        case Op::logical_not:
            return "not";
        case Op::power:
            return "power";
        case Op::multiply:
            return "times";
        case Op::divide:
            return "divide";
        case Op::add:
            return "plus";
        case Op::less:
            return "lt";
        case Op::less_equal:
            return "leq";
        case Op::greater:
            return "gt";
        case Op::greater_equal:
            return "geq";
        case Op::equal:
            return "eq";
        case Op::not_equal:
            return "neq";
        case Op::logical_and:
            return "and";
        case Op::logical_or:
            return "or";
        case Op::number:
        case Op::name:
        case Op::call:
            break;
    }
    return "";
}

/// Functions of one argument that are one MathML element.
std::string_view element_of(std::string_view function) noexcept {
    struct Pair {
        std::string_view function;
        std::string_view element;
    };
    static constexpr std::array<Pair, 21> kPairs{{
        {"exp", "exp"},       {"ln", "ln"},         {"log", "ln"},      {"abs", "abs"},
        {"floor", "floor"},   {"ceil", "ceiling"},  {"sin", "sin"},     {"cos", "cos"},
        {"tan", "tan"},       {"asin", "arcsin"},   {"acos", "arccos"}, {"atan", "arctan"},
        {"sinh", "sinh"},     {"cosh", "cosh"},     {"tanh", "tanh"},   {"asinh", "arcsinh"},
        {"acosh", "arccosh"}, {"atanh", "arctanh"}, {"sum", "plus"},    {"min", "min"},
        {"max", "max"},
    }};
    const auto* at = std::find_if(kPairs.begin(), kPairs.end(),
                                  [function](const Pair& p) { return p.function == function; });
    return at == kPairs.end() ? std::string_view{} : at->element;
}

/// Writes one expression with a stack of what is still to be written.
class MathWriter {
public:
    MathWriter(const Expression& e, const IdOf& id_of, Diagnostics& diagnostics)
        : e_{e}, nodes_{e.nodes()}, id_of_{id_of}, diagnostics_{diagnostics} {
        std::vector<std::uint32_t> open;
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            const std::size_t arity = nodes_[i].arity;
            first_.push_back(operands_.size());
            operands_.insert(operands_.end(), open.end() - static_cast<std::ptrdiff_t>(arity),
                             open.end());
            open.resize(open.size() - arity);
            open.push_back(i);
        }
        root_ = open.back();
    }

    std::string write(MathKind kind) {
        push(root_, kind == MathKind::condition ? Want::above_half : Want::number);
        while (!todo_.empty() && !diagnostics_.has_errors()) {
            const Piece piece = std::move(todo_.back());
            todo_.pop_back();
            if (!piece.is_node) {
                out_ += piece.text;
                depth_ -= piece.closes;
            } else {
                write_node(piece.node, piece.want);
            }
        }
        return std::move(out_);
    }

private:
    /// What the place of a node asks for: a number, or a condition by one of the two readings of a
    /// number.
    enum class Want { number, above_half, not_zero };
    struct Piece {
        bool is_node{};
        std::uint32_t node{};
        Want want{};
        std::string text;
        std::size_t closes{};  ///< elements that the text ends
    };

    [[nodiscard]] std::uint32_t operand(std::uint32_t node, std::size_t k) const {
        return operands_[first_[node] + k];
    }
    void push(std::uint32_t node, Want want) { todo_.push_back({true, node, want, {}, 0}); }
    void push_text(std::string text, std::size_t closes = 0) {
        todo_.push_back({false, 0, Want::number, std::move(text), closes});
    }
    void open(std::string_view element, std::uint32_t node) {
        out_ += element;
        if (++depth_ > kDeepest) {
            diagnostics_.unsupported("ERB-SBML-0051", e_.span_of(nodes_[node]),
                                     "an expression that is nested too deeply for SBML",
                                     "name parts of it as functions");
        }
    }

    void write_node(std::uint32_t node, Want want) {
        const ExpressionNode& n = nodes_[node];
        const bool gives_condition = is_condition(n.op);
        if (gives_condition && want == Want::number) {
            open("<piecewise><piece><cn>1</cn>", node);
            push_text("</piece><otherwise><cn>0</cn></otherwise></piecewise>", 1);
            push(node, Want::above_half);
            return;
        }
        if (!gives_condition && want != Want::number) {
            open(want == Want::above_half ? "<apply><gt/>" : "<apply><neq/>", node);
            push_text(want == Want::above_half ? "<cn>0.5</cn></apply>" : "<cn>0</cn></apply>", 1);
            push(node, Want::number);
            return;
        }
        switch (n.op) {
            case Op::number:
                out_ += number_element(n.number);
                return;
            case Op::name:
                write_name(n.text);
                return;
            case Op::call:
                write_call(node);
                return;
            default:
                write_operator(node);
        }
    }

    void write_name(const std::string& name) {
        if (name == "_pi") {
            out_ += "<pi/>";
        } else if (name == "_e") {
            out_ += "<exponentiale/>";
        } else if (const std::string id = id_of_(name); !id.empty()) {
            out_ += "<ci>" + id + "</ci>";
        } else {
            out_ +=
                "<csymbol encoding=\"text\" "
                "definitionURL=\"http://www.sbml.org/sbml/symbols/time\">time</csymbol>";
        }
    }

    /// a + b + c, which is (a + b) + c, is one element of three.
    void write_operator(std::uint32_t node) {
        const Op op = nodes_[node].op;
        std::vector<std::uint32_t> terms;
        std::uint32_t at = node;
        const bool is_flat =
            op == Op::add || op == Op::multiply || op == Op::logical_and || op == Op::logical_or;
        while (is_flat && nodes_[operand(at, 0)].op == op) {
            terms.push_back(operand(at, 1));
            at = operand(at, 0);
        }
        for (std::size_t k = nodes_[at].arity; k > 0; --k) {
            terms.push_back(operand(at, k - 1));
        }
        const bool is_logic =
            op == Op::logical_and || op == Op::logical_or || op == Op::logical_not;
        open(fmt::format("<apply><{}/>", element_of(op)), node);
        push_text("</apply>", 1);
        for (const std::uint32_t term : terms) {
            push(term, is_logic ? Want::not_zero : Want::number);
        }
    }

    void apply(std::string_view head, std::uint32_t node, std::string_view tail = {}) {
        open(fmt::format("<apply>{}", head), node);
        push_text(fmt::format("{}</apply>", tail), 1);
        for (std::size_t k = nodes_[node].arity; k > 0; --k) {
            push(operand(node, k - 1), Want::number);
        }
    }

    void write_call(std::uint32_t node) {
        const ExpressionNode& n = nodes_[node];
        if (n.table) {
            write_table(node, *n.table);
        } else if (n.arity == 0) {
            write_name(n.text);  // f() is f
        } else if (const std::string_view element = element_of(n.text); !element.empty()) {
            apply(fmt::format("<{}/>", element), node);
        } else if (n.text == "if") {
            open("<piecewise><piece>", node);
            push_text("</otherwise></piecewise>", 1);
            push(operand(node, 2), Want::number);
            push_text("</piece><otherwise>");
            push(operand(node, 0), Want::above_half);
            push(operand(node, 1), Want::number);
        } else if (n.text == "sqrt") {
            apply("<root/><degree><cn type=\"integer\">2</cn></degree>", node);
        } else if (n.text == "log10" || n.text == "log2") {
            apply(fmt::format("<log/><logbase><cn type=\"integer\">{}</cn></logbase>",
                              n.text == "log2" ? 2 : 10),
                  node);
        } else if (n.text == "avg") {
            apply("<divide/><apply><plus/>", node, fmt::format("</apply><cn>{}</cn>", n.arity));
        } else if (n.text == "rint") {
            apply("<floor/><apply><plus/>", node, "<cn>0.5</cn></apply>");
        } else if (n.text == "sign") {
            write_sign(node);
        } else {
            diagnostics_.unsupported("ERB-SBML-0050", e_.span_of(n),
                                     fmt::format("the function '{}' in SBML", n.text));
        }
    }

    void write_sign(std::uint32_t node) {
        open("<piecewise><piece><cn>-1</cn><apply><lt/>", node);
        push_text("<cn>0</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>", 1);
        push(operand(node, 0), Want::number);
        push_text("<cn>0</cn></apply></piece><piece><cn>1</cn><apply><gt/>");
        push(operand(node, 0), Want::number);
    }

    /// One piece per interval, from the last to the first on the stack.
    void write_table(std::uint32_t node, const lang::TableFunction& table) {
        const std::uint32_t x = operand(node, 0);
        const auto value = [&](std::size_t i) {  // from point i on
            const bool is_flat = i + 1 == table.x.size() ||
                                 table.method == lang::TableFunction::Method::step ||
                                 table.y[i] == table.y[i + 1];
            if (is_flat) {
                push_text(number_element(table.y[i]));
                return;
            }
            const double slope = (table.y[i + 1] - table.y[i]) / (table.x[i + 1] - table.x[i]);
            push_text(fmt::format("{}</apply></apply></apply>", number_element(table.x[i])));
            push(x, Want::number);
            push_text(fmt::format("<apply><plus/>{}<apply><times/>{}<apply><minus/>",
                                  number_element(table.y[i]), number_element(slope)));
        };
        open("<piecewise>", node);
        push_text("</otherwise></piecewise>", 1);
        value(table.x.size() - 1);
        push_text("<otherwise>");
        for (std::size_t i = table.x.size(); i > 0; --i) {
            push_text(fmt::format("{}</apply></piece>", number_element(table.x[i - 1])));
            push(x, Want::number);
            push_text("<apply><lt/>");
            if (i == 1) {
                push_text(number_element(table.y.front()));
            } else {
                value(i - 2);
            }
            push_text("<piece>");
        }
    }

    const Expression& e_;
    const std::vector<ExpressionNode>& nodes_;
    const IdOf& id_of_;
    Diagnostics& diagnostics_;
    std::vector<std::size_t> first_;  // by node: where its operands begin in operands_
    std::vector<std::uint32_t> operands_;
    std::uint32_t root_{};
    std::vector<Piece> todo_;
    std::string out_;
    std::size_t depth_{};
};

}  // namespace

std::string math_element(const lang::Expression& e, MathKind kind, const IdOf& id_of,
                         Diagnostics& diagnostics) {
    ERBIUM_CHECK(!e.empty(), "an expression to write");
    return "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" +
           MathWriter{e, id_of, diagnostics}.write(kind) + "</math>";
}

}  // namespace erbium::sbml

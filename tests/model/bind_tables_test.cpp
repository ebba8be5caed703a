// SPDX-License-Identifier: Apache-2.0
// tests/model/bind_tables_test.cpp: table functions from the text to a model with their points.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "erbium/lang/expression_parser.hpp"
#include "erbium/model/bind.hpp"
#include "erbium/model/equality.hpp"
#include "erbium/model/print.hpp"

namespace erbium::model {
namespace {

using lang::TableFunction;

/// A reader of texts in memory that notes what it was asked for.
struct Shelf {
    std::map<std::string, std::string> texts;
    std::vector<std::string> asked{};
    lang::TextReader reader() {
        return [this](const std::string& path) -> std::shared_ptr<const SourceText> {
            asked.push_back(path);
            const auto at = texts.find(path);
            return at == texts.end()
                       ? nullptr
                       : std::make_shared<const SourceText>(SourceText{path, at->second});
        };
    }
};

std::string with_function(const std::string& value) {
    return "begin parameters\n  k 2\nend parameters\n"
           "begin molecule types\n  X()\nend molecule types\n"
           "begin observables\n  Molecules Xtot X()\nend observables\n"
           "begin functions\n  g() = 2*Xtot\n  f() = " +
           value + "\nend functions\n";
}

std::string complaints(const std::string& value, const BindOptions& options = {}) {
    const Outcome<Bound, Diagnostics> result =
        bind_text(with_function(value), "models/m.bngl", options);
    return result ? result.value().warnings.text() : result.error().text();
}

/// The table in the value of f.
std::shared_ptr<const TableFunction> table(const std::string& value,
                                           const BindOptions& options = {}) {
    Outcome<Bound, Diagnostics> result = bind_text(with_function(value), "models/m.bngl", options);
    EXPECT_TRUE(static_cast<bool>(result)) << result.error().text();
    for (const lang::ExpressionNode& node : result.value().model.functions[1].value.nodes()) {
        if (node.table) {
            return node.table;
        }
    }
    return nullptr;
}

TEST(Tables, InTheTextHaveTheirPoints) {
    const auto t = table("(tfun([1e-3, 2 ,+3.5],[ -1,.5,2e2], time) + 5)/k");
    EXPECT_EQ(t->x, (std::vector<double>{1e-3, 2.0, 3.5}));
    EXPECT_EQ(t->y, (std::vector<double>{-1.0, 0.5, 200.0}));
    EXPECT_EQ(t->method, TableFunction::Method::linear);
    EXPECT_EQ(table("tfun([0,1],[0,1],Xtot,method=>'step')")->method, TableFunction::Method::step);
    EXPECT_EQ(table("tfun([0,1],[0,1],k,method => \"linear\")")->method,
              TableFunction::Method::linear);
}

TEST(Tables, MayBeIndexedByTimeAParameterAnObservableOrAFunction) {
    for (const char* index : {"time", "time()", "t", "k", "Xtot", "Xtot()", "g", "g()"}) {
        EXPECT_EQ(complaints(std::string{"tfun([0,1],[0,1],"} + index + ")"), "") << index;
    }
    EXPECT_NE(complaints("tfun([0,1],[0,1],2*k)").find("ERB-EXPR-0008"), std::string::npos);
    EXPECT_NE(complaints("tfun([0,1],[0,1],kk)").find("ERB-BIND-0021"), std::string::npos);
}

TEST(Tables, InFilesAreReadBesideTheModelOnce) {
    Shelf shelf{{{"models/data/dose.tfun", "# time f\n0 1\n\n # more\n 2.5\t-4e1 \r\n"}}};
    BindOptions options;
    options.read_text = shelf.reader();
    for (const char* value :
         {"tfun('data/dose.tfun')", "tfun(\"data/dose.tfun\", time)", "TFUN(g,'data/dose.tfun')",
          "tfun('data/dose.tfun', method=>\"step\")",
          "tfun('data/dose.tfun',k)+tfun('data/dose.tfun',Xtot)"}) {
        shelf.asked.clear();
        const auto t = table(value, options);
        EXPECT_EQ(shelf.asked.size(), 1U) << value;
        EXPECT_EQ(t->x, (std::vector<double>{0.0, 2.5})) << value;
        EXPECT_EQ(t->y, (std::vector<double>{1.0, -40.0})) << value;
    }
}

TEST(Tables, NeverLeaveTheFolderOfTheModel) {
    Shelf shelf{};
    BindOptions options;
    options.read_text = shelf.reader();
    for (const char* file : {"/etc/passwd", "../secret", "a/../../b", "a\\b", "", "a//b", "C:x"}) {
        EXPECT_NE(complaints(std::string{"tfun('"} + file + "',time)", options)
                      .find("error ERB-EXPR-0011"),
                  std::string::npos)
            << file;
    }
    EXPECT_TRUE(shelf.asked.empty());
}

TEST(Tables, WithoutFileOrPointsAreErrors) {
    Shelf shelf{{{"models/bad.tfun", "# time f\n0 1\n1 2 3\n"}, {"models/short.tfun", "0 1\n"}}};
    BindOptions options;
    options.read_text = shelf.reader();
    EXPECT_EQ(complaints("tfun('none.tfun',time)", options),
              "models/m.bngl:12:9: error ERB-BIND-0053: the table 'none.tfun' cannot be read\n"
              "    12 |   f() = tfun('none.tfun',time)\n"
              "       |         ^^^^\n"
              "  hint: it is looked for at models/none.tfun\n");
    EXPECT_EQ(complaints("tfun('bad.tfun',time)", options),
              "models/bad.tfun:3:1: error ERB-EXPR-0012: this line is no point of a table "
              "function\n"
              "     3 | 1 2 3\n"
              "       | ^^^\n"
              "  hint: a table holds one point a line: two finite numbers\n");
    EXPECT_NE(complaints("tfun('short.tfun',time)", options).find("two points at least"),
              std::string::npos);
    EXPECT_NE(complaints("tfun([0,0],[1,2],time)").find("ERB-EXPR-0010"), std::string::npos);
    EXPECT_NE(complaints("tfun([0,1],[1,2,3],time)").find("ERB-EXPR-0010"), std::string::npos);
    for (const char* value :
         {"tfun([0,1],[0,1])", "tfun([0,k],[0,1],time)", "tfun([0,1],[0,1],time,\"step\")",
          "tfun([0,1],[0,1],time,method=>step)", "tfun(time)", "TFUN(g)", "TFUN('a.tfun',g)",
          "tfun([0,1],[0,1],time", "tfun(", "tfun('a", "tfun([", "tfun([0,1],[0,1],time,)"}) {
        EXPECT_NE(complaints(value).find("error ERB-EXPR-000"), std::string::npos) << value;
    }
}

TEST(Tables, AreNoParameters) {
    const Outcome<Bound, Diagnostics> result =
        bind_text("begin parameters\n  k 1\n  p tfun([0,1],[0,1],k)\nend parameters\n", "m.bngl");
    ASSERT_FALSE(static_cast<bool>(result));
    EXPECT_EQ(result.error().all().front().code, "ERB-BIND-0024");
}

TEST(Tables, PrintAsTheyRead) {
    for (const char* value :
         {"tfun([0,1,2.5],[1,-2,4],time)", "(tfun([0,1],[1,2],Xtot,method=>\"step\") + 5)/k",
          "tfun('a.tfun',g)", "TFUN(g,'a.tfun')"}) {
        Shelf shelf{{{"models/a.tfun", "0 1\n1 2\n"}, {"a.tfun", "0 1\n1 2\n"}}};
        BindOptions options;
        options.read_text = shelf.reader();
        const auto once = bind_text(with_function(value), "models/m.bngl", options);
        ASSERT_TRUE(static_cast<bool>(once)) << once.error().text();
        EXPECT_EQ(once.value().model.functions[1].value.text(), value);
        const auto twice = bind_text(print(once.value().model), "m.bngl", options);
        ASSERT_TRUE(static_cast<bool>(twice)) << twice.error().text();
        EXPECT_TRUE(once.value().model == twice.value().model) << value;
    }
}

TEST(Tables, ValuesBetweenAtAndBeyondThePoints) {
    TableFunction t;
    t.x = {0.0, 1.0, 3.0};
    t.y = {2.0, 4.0, 0.0};
    EXPECT_EQ(lang::value_at(t, -1.0), 2.0);
    EXPECT_EQ(lang::value_at(t, 0.5), 3.0);
    EXPECT_EQ(lang::value_at(t, 1.0), 4.0);
    EXPECT_EQ(lang::value_at(t, 2.0), 2.0);
    EXPECT_EQ(lang::value_at(t, 9.0), 0.0);
    EXPECT_TRUE(std::isnan(lang::value_at(t, std::nan(""))));
    t.method = TableFunction::Method::step;
    EXPECT_EQ(lang::value_at(t, 0.999), 2.0);
    EXPECT_EQ(lang::value_at(t, 1.0), 4.0);
    EXPECT_EQ(lang::value_at(t, 3.0), 0.0);
}

}  // namespace
}  // namespace erbium::model

// SPDX-License-Identifier: Apache-2.0
// tests/net/net_file_test.cpp: .net texts in and out, and what is said of wrong ones.
#include <gtest/gtest.h>

#include <string>

#include "erbium/net/read_net.hpp"
#include "erbium/net/write_net.hpp"

namespace erbium::net {
namespace {

const char* const kText =
    "# Created by Erbium\n"
    "begin parameters\n"
    "    1 k   0.5  # Constant\n"
    "    2 k2  2*k  # ConstantExpression\n"
    "end parameters\n"
    "begin functions\n"
    "    1 f() k*Free\n"
    "end functions\n"
    "begin species\n"
    "    1 A(b) 100\n"
    "    2 $B(a) k2\n"
    "    3 @PM::$A(b!1).B(a!1)@EC 0\n"
    "end species\n"
    "begin reactions\n"
    "    1 1,2 3 0.5*k #bind\n"
    "    2 3 1,2 f #unbind\n"
    "    3 0 1 k2\n"
    "    4 2,1 1 MM k k2 #mm\n"
    "    5 1 0 f #total total_rate\n"
    "end reactions\n"
    "begin groups\n"
    "    1 Free                 1,2*3\n"
    "    2 None                 \n"
    "end groups\n";

std::string complaint(const std::string& text) {
    const auto read = parse_net(text, "m.net");
    return read ? std::string{"no complaint"} : read.error().text();
}

TEST(NetFiles, AreWrittenAsTheyWereRead) {
    const auto network = parse_net(kText);
    ASSERT_TRUE(network) << network.error().text();
    EXPECT_EQ(write_net(network.value()), kText);
}

TEST(NetFiles, KeepTheOrderOfSubstrateAndEnzyme) {
    const auto network = parse_net(kText);
    ASSERT_TRUE(network);
    EXPECT_EQ(network.value().reactants(ReactionId{3})[0], SpeciesId{1});
    EXPECT_EQ(network.value().reactants(ReactionId{3})[1], SpeciesId{0});
}

TEST(NetFiles, OfOldVersionsAreRead) {
    const auto network = parse_net(
        "# Created by BioNetGen 2.0\nsubstanceUnits(\"Number\");\nbegin parameters\n  1 k 1\n"
        "end parameters\nbegin molecule types\n 1 A(b)\nend molecule types\nbegin species\n"
        " 1 @CP:$A(b) 1\nend species\nbegin reactions\n 1 1 0 3.5\nend reactions\n");
    ASSERT_TRUE(network) << network.error().text();
    EXPECT_EQ(network.value().species_text(SpeciesId{0}), "@CP::A(b)");
    EXPECT_TRUE(network.value().is_fixed(SpeciesId{0}));
    EXPECT_EQ(network.value().rate_law(ReactionId{0}).names[0], "_rateNumber1");
}

TEST(NetFiles, ComplainOfSpeciesThatAreNotThere) {
    EXPECT_EQ(complaint("begin parameters\n1 k 1\nend parameters\nbegin species\n1 A() 1\n"
                        "end species\nbegin reactions\n1 1 2 k\nend reactions\n"),
              "m.net:8:5: error ERB-NET-0031: there is no species 2; the species block has 1\n"
              "     8 | 1 1 2 k\n"
              "       |     ^\n");
}

TEST(NetFiles, ComplainOfUnknownRatesAndOpenBlocks) {
    EXPECT_NE(complaint("begin species\n1 A() 1\nend species\nbegin reactions\n1 1 0 q\n"
                        "end reactions\n")
                  .find("'q' is neither a parameter nor a function"),
              std::string::npos);
    EXPECT_NE(complaint("begin species\n1 A() 1\n").find("block 'species' is not closed"),
              std::string::npos);
    EXPECT_NE(
        complaint("begin species\n2 A() 1\nend species\n").find("expected species 1, found 2"),
        std::string::npos);
}

}  // namespace
}  // namespace erbium::net

// SPDX-License-Identifier: BSD-3-Clause
// Tests of how an explanation is printed.
#include "sim/cli/explanation.hpp"

#include <gtest/gtest.h>

namespace acrn::cli {
namespace {

Explanation sample() {
  return {.subject = "thing",
          .given = "7",
          .meaning = Meaning::none,
          .summary = "means nothing",
          .facts = {{"operand_size_bytes", bytes(1)}, {"id", hex(0x1f)}},
          .tables = {{.name = "next_steps",
                      .columns = {"when", "size_bytes"},
                      .rows = {{words("always"), bytes(16)}, {words("never"), words("")}}}},
          .nearest = {"6 six", "8 eight"},
          .sources = {{"A manual", "table 3", "Things"}, {"A header", "", ""}}};
}

TEST(Explanations, AreColumnsForPeople) {
  EXPECT_EQ(explanation_text(sample()),
            "thing 7: means nothing\n"
            "  operand size    1 byte\n"
            "  id              0x1f\n"
            "  nearest         6 six\n"
            "  nearest         8 eight\n"
            "\n"
            "next steps\n"
            "  when    size\n"
            "  always  16 bytes\n"
            "  never\n"
            "\n"
            "  source          A manual, table 3, \"Things\"\n"
            "  source          A header\n");
}

TEST(Explanations, WidenTheLabelsForTheLongest) {
  Explanation const answer{
      .subject = "s", .given = "g", .summary = "y", .facts = {{"a_name_that_is_long", number(5)}}};
  EXPECT_EQ(explanation_text(answer), "s g: y\n  a name that is long  5\n");
}

TEST(Explanations, AreOneJsonObjectWithNumbersAsNumbers) {
  auto const json = explanation_json(sample());
  EXPECT_EQ(json["schema"], "acrntb.explain/1");
  EXPECT_EQ(json["has_meaning"], false);
  EXPECT_EQ(json["operand_size_bytes"], 1);
  EXPECT_EQ(json["id"], 31);
  EXPECT_EQ(json["next_steps"][0]["size_bytes"], 16);
  EXPECT_EQ(json["nearest"].size(), 2);
  EXPECT_EQ(json["sources"][0]["section"], "table 3");
}

}  // namespace
}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
// Names go into captures as UTF-8, whatever they were: each form of a sequence, and its edges.
#include "traces/info_codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace acrn::traces {
namespace {

constexpr std::string_view replaced = "\xEF\xBF\xBD";

TEST(ToUtf8, KeepsTheEdgesOfEachForm) {
  for (std::string_view const valid :
       {"", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE1\x80\x80", "\xEC\xBF\xBF",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF1\x80\x80\x80",
        "\xF3\xBF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(to_utf8(valid), valid);
  }
}

TEST(ToUtf8, ReplacesEachByteOfWhatIsNoSequence) {
  for (std::string_view const wrong :
       {"\x80", "\xC1\xBF", "\xC2", "\xDF\xC0", "\xE0\x9F\xBF", "\xE1\x80", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF1\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    std::string expected;
    for (std::size_t i = 0; i < wrong.size(); ++i) expected += replaced;
    EXPECT_EQ(to_utf8(wrong), expected);
  }
}

TEST(ToUtf8, GoesOnBehindIt) {
  EXPECT_EQ(to_utf8("a\xE2\x82z\xE2\x82\xAC"),
            "a" + std::string{replaced} + std::string{replaced} + "z\xE2\x82\xAC");
}

}  // namespace
}  // namespace acrn::traces

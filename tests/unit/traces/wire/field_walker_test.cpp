// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/field_walker.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acrn::traces {
namespace {

std::span<std::byte const> bytes_of(std::string const& text) {
  return std::as_bytes(std::span{text});
}

TEST(FieldWalker, StepsOverEveryWireType) {
  std::string const message(
      "\x08\x96\x01"
      "\x12\x02hi"
      "\x1D"
      "abcd"
      "\x21"
      "abcdefgh"
      "\x28\x01",
      23);
  FieldWalker walker{bytes_of(message)};
  Field field;
  ASSERT_TRUE(walker.next(field));
  EXPECT_EQ(field.number, 1U);
  EXPECT_EQ(field.value, 150U);
  ASSERT_TRUE(walker.next(field));
  EXPECT_EQ(field.number, 2U);
  EXPECT_EQ(field.bytes.size(), 2U);
  ASSERT_TRUE(walker.next(field));
  EXPECT_EQ(field.type, WireType::fixed32);
  ASSERT_TRUE(walker.next(field));
  EXPECT_EQ(field.type, WireType::fixed64);
  ASSERT_TRUE(walker.next(field));
  EXPECT_EQ(field.number, 5U);
  EXPECT_FALSE(walker.next(field));
  EXPECT_FALSE(walker.malformed());
}

struct Malformed {
  char const* what;
  std::string message;
};

TEST(FieldWalker, StopsAtWhatIsNoMessage) {
  std::vector<Malformed> const cases{
      {"field number 0", std::string("\x00\x01", 2)},
      {"cut tag", "\x80"},
      {"cut value", "\x08\x80"},
      {"tag above 32 bits", "\x88\x80\x80\x80\x10\x01"},
      {"length beyond the end", "\x12\x05hi"},
      {"length of 64 bits", "\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01hi"},
      {"cut length", "\x12\x80"},
      {"cut fixed32",
       "\x1D"
       "abc"},
      {"group start", "\x0B"},
      {"wire type 7", "\x0F"}};
  for (auto const& [what, message] : cases) {
    FieldWalker walker{bytes_of(message)};
    Field field;
    EXPECT_FALSE(walker.next(field)) << what;
    EXPECT_TRUE(walker.malformed()) << what;
    EXPECT_FALSE(walker.next(field)) << what;
  }
}

}  // namespace
}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/number.hpp"

#include <gtest/gtest.h>

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t any = ~0ULL;

TEST(Number, IsDecimalOrHexadecimal) {
  EXPECT_EQ(parse_number("0", any), 0U);
  EXPECT_EQ(parse_number("007", any), 7U);
  EXPECT_EQ(parse_number("18446744073709551615", any), any);
  EXPECT_EQ(parse_number("0x3f8", any), 0x3f8U);
  EXPECT_EQ(parse_number("0xFFFFffffFFFFffff", any), any);
}

TEST(Number, IsNothingElse) {
  for (std::string_view const text :
       {"", "0x", "-1", "+1", "1 ", " 1", "1.5", "12a", "0x1g", "0X1", "x", "a",
        "18446744073709551616", "99999999999999999999", "0x10000000000000000"}) {
    EXPECT_EQ(parse_number(text, any), std::nullopt) << text;
  }
}

TEST(Number, StaysWithinItsBound) {
  EXPECT_EQ(parse_number("99", 99), 99U);
  EXPECT_EQ(parse_number("100", 99), std::nullopt);
  EXPECT_EQ(parse_number("0", 0), 0U);
  EXPECT_EQ(parse_number("1", 0), std::nullopt);
  EXPECT_EQ(parse_number("7", 5), std::nullopt);
}

TEST(Size, HasASuffix) {
  EXPECT_EQ(parse_size("4096", any), 4096U);
  EXPECT_EQ(parse_size("4K", any), 4096U);
  EXPECT_EQ(parse_size("256M", any), 256ULL << 20U);
  EXPECT_EQ(parse_size("3G", any), 3ULL << 30U);
  EXPECT_EQ(parse_size("0x10M", any), 16ULL << 20U);
}

TEST(Size, IsNothingElse) {
  for (std::string_view const text : {"", "M", "1m", "1MB", "1KK", "1T", "-1M", "1.5G"}) {
    EXPECT_EQ(parse_size(text, any), std::nullopt) << text;
  }
}

TEST(Size, DoesNotOverflow) {
  EXPECT_EQ(parse_size("17179869183G", any), 17179869183ULL << 30U);
  EXPECT_EQ(parse_size("17179869184G", any), std::nullopt);
  EXPECT_EQ(parse_size("2M", 2ULL << 20U), 2ULL << 20U);
  EXPECT_EQ(parse_size("3M", 2ULL << 20U), std::nullopt);
}

}  // namespace
}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/widen.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t old = 0x1122'3344'5566'7788;
constexpr std::uint64_t high = 0xfedc'ba98'f6e5'd4c3;  // every size has its sign bit set
constexpr std::uint64_t low = 0x7edc'ba98'7665'5443;   // and here clear

static_assert(widen(old, high, 1, Extend::by_size) == 0x1122'3344'5566'77c3);
static_assert(widen(old, high, 2, Extend::by_size) == 0x1122'3344'5566'd4c3);
static_assert(widen(old, high, 4, Extend::by_size) == 0xf6e5'd4c3);
static_assert(widen(old, high, 8, Extend::by_size) == high);

struct Row {
  std::uint8_t size;
  std::uint64_t zero, sign_of_high, sign_of_low;
};
constexpr std::array rows{
    Row{1, 0xc3, 0xffff'ffff'ffff'ffc3, 0x43},
    Row{2, 0xd4c3, 0xffff'ffff'ffff'd4c3, 0x5443},
    Row{4, 0xf6e5'd4c3, 0xffff'ffff'f6e5'd4c3, 0x7665'5443},
    Row{8, high, high, low},
};

TEST(Widen, T36_MovzxAndMovsxSeeOnlyTheBitsOfTheSize) {
  for (Row const& row : rows) {
    EXPECT_EQ(widen(old, high, row.size, Extend::zero), row.zero) << int{row.size};
    EXPECT_EQ(widen(old, high, row.size, Extend::sign), row.sign_of_high) << int{row.size};
    EXPECT_EQ(widen(old, low, row.size, Extend::sign), row.sign_of_low) << int{row.size};
  }
}

TEST(Widen, SaysTruthfullyWhetherTheOldValueMatters) {
  for (std::uint8_t size : fakes::mmio_sizes) {
    for (Extend extend : {Extend::by_size, Extend::zero, Extend::sign}) {
      bool const differs = widen(0, high, size, extend) != widen(~0ULL, high, size, extend);
      EXPECT_EQ(keeps_old_bits(size, extend), differs) << int{size};
    }
  }
}

TEST(MergeLow, ReplacesTheLowBytesAndNoOthers) {
  EXPECT_EQ(merge_low(old, high, 4), 0x1122'3344'f6e5'd4c3U);
  EXPECT_EQ(merge_low(old, high, 8), high);
}

}  // namespace
}  // namespace acrn::core

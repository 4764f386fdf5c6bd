// SPDX-License-Identifier: BSD-3-Clause
#include "core/bus/key_range.hpp"

#include <gtest/gtest.h>

#include "core/bus/mmio_map.hpp"
#include "core/bus/port_map.hpp"
#include "core/types.hpp"

namespace acrn::core {
namespace {

static_assert(PortRange::make({0x3f8}, 8).value().last() == Port{0x3ff});
static_assert(sizeof(PortRange) == 4 && sizeof(MmioRange) == 16);

TEST(KeyRange, RefusesAnEmptyOne) {
  EXPECT_EQ(PortRange::make({0x60}, 0).error(), RangeError::empty);
  EXPECT_EQ(MmioRange::make({0}, 0).error(), RangeError::empty);
}

TEST(KeyRange, RefusesAReversedOne) {
  EXPECT_EQ(PortRange::closed({0x61}, {0x60}).error(), RangeError::reversed);
  EXPECT_TRUE(PortRange::closed({0x60}, {0x60}).has_value());
}

TEST(KeyRange, T47_EndsAtTheHighestPortButNotPastIt) {
  EXPECT_EQ(PortRange::make({0xfff0}, 0x10).value().last(), Port{0xffff});
  EXPECT_EQ(PortRange::make({0xfff0}, 0x11).error(), RangeError::wraps);
  EXPECT_EQ(PortRange::make({0}, 0x1'0000).value().last(), Port{0xffff});
  EXPECT_EQ(PortRange::make({0}, 0x1'0001).error(), RangeError::wraps);
  EXPECT_EQ(PortRange::make({1}, ~std::uint64_t{0}).error(), RangeError::wraps);
}

TEST(KeyRange, T48_EndsAtTheHighestAddressButNotPastIt) {
  constexpr std::uint64_t top = ~std::uint64_t{0};
  EXPECT_EQ(MmioRange::make({top}, 1).value().last(), Gpa{top});
  EXPECT_EQ(MmioRange::make({top}, 2).error(), RangeError::wraps);
  EXPECT_EQ(MmioRange::make({1}, top).value().last(), Gpa{top});
  EXPECT_EQ(MmioRange::make({2}, top).error(), RangeError::wraps);
  EXPECT_TRUE(MmioRange::closed({0}, {top}).value().contains({top}));
}

TEST(KeyRange, ContainsAndOverlapsAsSetsOfKeysDo) {
  for (std::uint16_t a = 0; a < 6; ++a) {
    for (std::uint16_t b = a; b < 6; ++b) {
      for (std::uint16_t c = 0; c < 6; ++c) {
        for (std::uint16_t d = c; d < 6; ++d) {
          auto const one = PortRange::closed({a}, {b}).value();
          auto const two = PortRange::closed({c}, {d}).value();
          bool shared = false;
          for (std::uint16_t key = 0; key < 6; ++key) {
            ASSERT_EQ(one.contains({key}), a <= key && key <= b);
            shared = shared || (one.contains({key}) && two.contains({key}));
          }
          ASSERT_EQ(one.overlaps(two), shared) << a << '-' << b << " and " << c << '-' << d;
        }
      }
    }
  }
}

TEST(KeyRange, NamesItsErrors) {
  EXPECT_EQ(name(RangeError::empty), "empty");
  EXPECT_EQ(name(RangeError::reversed), "reversed");
  EXPECT_EQ(name(RangeError::wraps), "wraps");
  EXPECT_EQ(name(static_cast<RangeError>(9)), "?");
}

}  // namespace
}  // namespace acrn::core

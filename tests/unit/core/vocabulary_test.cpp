// SPDX-License-Identifier: BSD-3-Clause
#include "core/access.hpp"

#include <gtest/gtest.h>

#include "core/bits.hpp"
#include "core/expected.hpp"
#include "core/profile.hpp"

namespace acrn::core {
namespace {

static_assert(size_mask(1) == 0xff && size_mask(2) == 0xffff && size_mask(4) == 0xffff'ffff);
static_assert(size_mask(8) == ~std::uint64_t{0} && size_mask(0) == 0);
static_assert(truncate(0x1234'5678, 2) == 0x5678);
static_assert(count_ones(0) == 0 && count_ones(~std::uint64_t{0}) == 64 &&
              count_ones(0x8000'0000'0001'0101) == 4);
static_assert(bits<31, 16>(0x03f8'0008) == 0x3f8 && bits<63, 0>(~std::uint64_t{0}) + 1 == 0);
static_assert(place<31, 16>(0x1'03f8) == 0x03f8'0000);

TEST(AccessSize, PortsTakeUpToFourBytesAndMmioEight) {
  for (int size = 0; size <= 16; ++size) {
    auto const bytes = static_cast<std::uint8_t>(size);
    bool const port = size == 1 || size == 2 || size == 4;
    EXPECT_EQ(is_access_size(Space::port, bytes), port) << size;
    EXPECT_EQ(is_access_size(Space::mmio, bytes), port || size == 8) << size;
  }
}

enum class Fruit : std::uint8_t { apple, pear };

TEST(Expected, HoldsAValueOrAnError) {
  Expected<int, Fruit> const good{7};
  Expected<int, Fruit> const bad{Unexpected{Fruit::pear}};
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, 7);
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error(), Fruit::pear);
}

TEST(ExpectedDeathTest, ReadingTheWrongOneStopsWithASentence) {
  Expected<int, Fruit> const bad{Unexpected{Fruit::pear}};
  EXPECT_DEATH(static_cast<void>(bad.value()), "needs a value");
}

TEST(Profile, IsFoundByNameOnly) {
  EXPECT_EQ(find_profile("architectural"), &architectural);
  EXPECT_EQ(find_profile("acrn"), &acrn_today);
  EXPECT_EQ(find_profile("acrn2018"), &acrn2018);
  EXPECT_EQ(find_profile("acrn "), nullptr);
}

}  // namespace
}  // namespace acrn::core

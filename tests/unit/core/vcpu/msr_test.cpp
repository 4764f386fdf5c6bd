// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/msr.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace acrn::core {
namespace {

TEST(Msr, KnownOnesHaveTheValuesOfTheSyntheticCpu) {
  MsrFile const msrs;
  EXPECT_EQ(msrs.read(0x10, {77}), 77U);
  EXPECT_EQ(msrs.read(0x17, {}), 0U);
  EXPECT_EQ(msrs.read(0x8b, {}), 0U);
  EXPECT_EQ(msrs.read(0x1a0, {}), 0x1801U);
  EXPECT_EQ(msrs.read(0x1d9, {}), 0U);
}

TEST(Msr, AllOthersAreNotThere) {
  constexpr std::array<std::uint32_t, 5> known{0x10, 0x17, 0x8b, 0x1a0, 0x1d9};
  for (std::uint32_t base : {0U, 0xc000'0000U, 0xc001'1000U}) {
    for (std::uint32_t index = base; index < base + 0x2000; ++index) {
      MsrFile msrs;
      bool const there = std::ranges::find(known, index) != known.end();
      ASSERT_EQ(msrs.read(index, {}).has_value(), there) << std::hex << index;
      if (!there) {
        ASSERT_FALSE(msrs.write(index, 0)) << std::hex << index;
      }
    }
  }
}

TEST(Msr, WritesKeepWhatCanBeWritten) {
  MsrFile msrs;
  EXPECT_TRUE(msrs.write(0x1a0, 0));
  EXPECT_EQ(msrs.read(0x1a0, {}), 0x1800U);
  EXPECT_TRUE(msrs.write(0x1a0, ~std::uint64_t{0}));
  EXPECT_EQ(msrs.read(0x1a0, {}), 0x1801U);
  EXPECT_TRUE(msrs.write(0x10, 5));
  EXPECT_EQ(msrs.read(0x10, {9}), 9U);
  EXPECT_TRUE(msrs.write(0x8b, 0));
  EXPECT_FALSE(msrs.write(0x8b, 1));
  EXPECT_TRUE(msrs.write(0x1d9, 0));
  EXPECT_FALSE(msrs.write(0x1d9, 2));
  EXPECT_FALSE(msrs.write(0x17, 0)) << "read-only";
}

}  // namespace
}  // namespace acrn::core

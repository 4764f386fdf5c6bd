// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t mib = 1U << 20U;

void start_with(std::vector<AddressRange> const& ranges) {
  FrameRanges free;
  for (AddressRange const& range : ranges) free.add(range);
  Frames::start(free);
}

TEST(Frames, AreTakenAboveOneMibAndAligned) {
  start_with({{0x1000, 0xa0000}, {mib, 16 * mib}});
  EXPECT_EQ(Frames::free_pages(), 0x9fU + 15 * 256);
  EXPECT_EQ(Frames::allocate(1), mib);
  EXPECT_EQ(Frames::allocate(512, 512), 2 * mib);
  EXPECT_EQ(Frames::allocate(3), mib + page_size);
  EXPECT_EQ(Frames::free_pages(), 0x9fU + 15 * 256 - 516);
}

TEST(Frames, BelowOneMibAreTakenOneByOneUntilNoneIsLeft) {
  start_with({{0x1000, 0x3000}, {mib, 2 * mib}});
  EXPECT_EQ(Frames::allocate_low(), 0x1000U);
  EXPECT_EQ(Frames::allocate_low(), 0x2000U);
  EXPECT_EQ(Frames::allocate_low(), std::nullopt);
  EXPECT_EQ(Frames::free_pages(), 256U);
}

TEST(Frames, OutOfMemoryIsAnAnswer) {
  start_with({{0x1000, 0xa0000}, {mib, 2 * mib}});
  EXPECT_EQ(Frames::allocate(257), std::nullopt);
  EXPECT_EQ(Frames::allocate(~std::size_t{0}), std::nullopt);
  EXPECT_EQ(Frames::allocate(1, 512), std::nullopt);
  EXPECT_EQ(Frames::allocate(0), std::nullopt);
  EXPECT_EQ(Frames::allocate_zeroed(257), std::nullopt);
  EXPECT_EQ(Frames::free_pages(), 0x9fU + 256);
}

TEST(Frames, AreTakenAgainAfterTheyWereGivenBack) {
  start_with({{mib, mib + 4 * page_size}});
  ASSERT_EQ(Frames::allocate(4), mib);
  EXPECT_EQ(Frames::allocate(1), std::nullopt);
  Frames::release(mib + page_size, 2);
  EXPECT_EQ(Frames::free_pages(), 2U);
  EXPECT_EQ(Frames::allocate(2), mib + page_size);
}

TEST(Frames, ZeroedOnesHoldZerosAndNothingElseIsTouched) {
  std::vector<std::uint8_t> memory(6 * page_size, 0xee);
  auto const begin = reinterpret_cast<std::uint64_t>(memory.data());
  start_with({{begin, begin + memory.size()}});
  std::optional<std::uint64_t> const address = Frames::allocate_zeroed(2);
  ASSERT_TRUE(address.has_value());
  auto const first = static_cast<std::ptrdiff_t>(*address - begin);
  auto const is_zero = [](std::uint8_t byte) { return byte == 0; };
  EXPECT_TRUE(std::all_of(memory.begin() + first, memory.begin() + first + 2 * 4096, is_zero));
  EXPECT_EQ(std::count_if(memory.begin(), memory.end(), is_zero), 2 * 4096);
}

TEST(FramesDeathTest, WhatIsFreeCannotBeGivenBack) {
  start_with({{mib, 2 * mib}});
  EXPECT_DEATH(Frames::release(mib, 1), "only frames that are allocated can be given back");
  EXPECT_DEATH(Frames::release(3 * mib + 1, 1), "only frames that are allocated");
}

TEST(FramesDeathTest, AlignmentIsAPowerOfTwo) {
  start_with({{mib, 2 * mib}});
  EXPECT_DEATH(static_cast<void>(Frames::allocate(1, 3)), "an alignment is a power of two");
  EXPECT_DEATH(static_cast<void>(Frames::allocate(1, 0)), "an alignment is a power of two");
}

}  // namespace
}  // namespace acrn::baremetal

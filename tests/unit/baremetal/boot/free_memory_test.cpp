// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/free_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/unit/baremetal/boot/boot_bytes.hpp"

namespace acrn::baremetal {
namespace {

using test::BootBytes;
using test::Row;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t no_limit = std::uint64_t{1} << 47U;
constexpr std::uint64_t mib = 1U << 20U;

std::vector<AddressRange> free_of(BootBytes bytes, std::vector<AddressRange> const& reserved = {},
                                  std::uint64_t limit = no_limit) {
  std::vector<std::uint8_t> const whole = bytes.finish();
  auto const information = BootInformation::parse(whole);
  EXPECT_TRUE(information.has_value());
  FrameRanges const free = free_memory(*information, reserved, limit);
  return {free.ranges().begin(), free.ranges().end()};
}

TEST(FreeMemory, IsWhatTheMapCallsAvailableWithoutPageZero) {
  EXPECT_THAT(free_of(BootBytes{}.map(test::small_map)),
              ElementsAre(AddressRange{0x1000, 0xa0000}, AddressRange{1 * mib, 16 * mib}));
}

TEST(FreeMemory, LeavesOutWhatOtherRowsClaimInAnyOrder) {
  std::vector<Row> const rows{{2 * mib, mib, 2}, {mib, 4 * mib, 1}, {4 * mib, 0x800, 5}};
  EXPECT_THAT(free_of(BootBytes{}.map(rows)),
              ElementsAre(AddressRange{mib, 2 * mib}, AddressRange{3 * mib, 4 * mib},
                          AddressRange{4 * mib + 0x1000, 5 * mib}));
}

TEST(FreeMemory, UsesWholePagesOnly) {
  EXPECT_THAT(free_of(BootBytes{}.map({{mib + 1, 0x2fff, 1}})),
              ElementsAre(AddressRange{mib + 0x1000, mib + 0x3000}));
  EXPECT_THAT(free_of(BootBytes{}.map({{mib + 1, 0x1000, 1}})), IsEmpty());
}

TEST(FreeMemory, LeavesOutModulesAndWhatIsReserved) {
  EXPECT_THAT(free_of(BootBytes{}.map({{mib, 4 * mib, 1}}).module(2 * mib, 2 * mib + 5, "m"),
                      {{mib, mib + 0x1234}, {5 * mib - 1, 9 * mib}}),
              ElementsAre(AddressRange{mib + 0x2000, 2 * mib},
                          AddressRange{2 * mib + 0x1000, 5 * mib - 0x1000}));
}

TEST(FreeMemory, LeavesOutTheBootInformationItself) {
  std::vector<std::uint8_t> const whole = BootBytes{}.map({{0x1000, no_limit, 1}}).finish();
  auto const information = BootInformation::parse(whole);
  ASSERT_TRUE(information.has_value());
  FrameRanges const free = free_memory(*information, {}, no_limit);
  auto const begin = reinterpret_cast<std::uint64_t>(whole.data());
  EXPECT_FALSE(free.touches({begin, begin + whole.size()}));
  EXPECT_TRUE(free.touches({begin - 0x1000, begin}));
}

TEST(FreeMemory, EndsAtTheLimit) {
  std::vector<Row> const rows{{mib, mib, 1}, {64 * mib, 64 * mib, 1}, {~0ULL - 0xfff, 0x1000, 1}};
  EXPECT_THAT(free_of(BootBytes{}.map(rows), {}, 65 * mib),
              ElementsAre(AddressRange{mib, 2 * mib}, AddressRange{64 * mib, 65 * mib}));
}

}  // namespace
}  // namespace acrn::baremetal

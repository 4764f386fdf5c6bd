// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/coalesce.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace acrn::replay {
namespace {

using testing::ElementsAre;

TEST(Coalesce, LeavesWhatFits) {
  std::vector<AddressRange> const two{{1, 2}, {4, 4}};
  EXPECT_EQ(coalesce(two, 2), two);
  EXPECT_TRUE(coalesce({}, 1).empty());
}

TEST(Coalesce, FillsTheSmallestGapsFirst) {
  std::vector<AddressRange> const ranges{{0, 9}, {12, 12}, {14, 20}, {100, 101}};
  EXPECT_THAT(coalesce(ranges, 3),
              ElementsAre(AddressRange{0, 9}, AddressRange{12, 20}, AddressRange{100, 101}));
  EXPECT_THAT(coalesce(ranges, 2), ElementsAre(AddressRange{0, 20}, AddressRange{100, 101}));
  EXPECT_THAT(coalesce(ranges, 1), ElementsAre(AddressRange{0, 101}));
}

TEST(Coalesce, OfEqualGapsTheLowestGoes) {
  EXPECT_THAT(coalesce({{0, 0}, {2, 2}, {4, 4}}, 2),
              ElementsAre(AddressRange{0, 2}, AddressRange{4, 4}));
}

TEST(Coalesce, CoversAllAndStaysDisjointAtAnyCount) {
  std::mt19937_64 random{11};
  std::vector<AddressRange> ranges;
  std::uint64_t next = 0;
  for (int i = 0; i < 500; ++i) {
    std::uint64_t const first = next + 1 + random() % 50;
    next = first + random() % 9;
    ranges.push_back({first, next});
  }
  for (std::size_t count_max = 1; count_max <= 500; count_max += 7) {
    std::vector<AddressRange> const result = coalesce(ranges, count_max);
    ASSERT_EQ(result.size(), count_max);
    std::size_t at = 0;
    for (AddressRange const& range : ranges) {
      while (result[at].last < range.last) ASSERT_LT(++at, result.size());
      EXPECT_LE(result[at].first, range.first);
    }
    for (std::size_t i = 1; i < result.size(); ++i) EXPECT_LT(result[i - 1].last, result[i].first);
  }
}

}  // namespace
}  // namespace acrn::replay

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/frame_ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>
#include <vector>

namespace acrn::baremetal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t page = 4096;
constexpr AddressRange everywhere{0, ~0ULL};

std::vector<AddressRange> list(FrameRanges const& ranges) {
  return {ranges.ranges().begin(), ranges.ranges().end()};
}

AddressRange pages(std::uint64_t begin, std::uint64_t end) { return {begin * page, end * page}; }

FrameRanges set_of(std::vector<AddressRange> const& ranges) {
  FrameRanges result;
  for (AddressRange const& range : ranges) result.add(range);
  return result;
}

TEST(FrameRanges, AddSortsAndJoins) {
  EXPECT_THAT(list(set_of({pages(8, 9), pages(1, 2), pages(4, 5)})),
              ElementsAre(pages(1, 2), pages(4, 5), pages(8, 9)));
  EXPECT_THAT(list(set_of({pages(1, 2), pages(4, 5), pages(2, 4)})), ElementsAre(pages(1, 5)));
  EXPECT_THAT(list(set_of({pages(3, 4), pages(1, 9)})), ElementsAre(pages(1, 9)));
  EXPECT_THAT(list(set_of({pages(1, 9), pages(3, 4)})), ElementsAre(pages(1, 9)));
  EXPECT_THAT(list(set_of({pages(1, 3), pages(2, 5)})), ElementsAre(pages(1, 5)));
}

TEST(FrameRanges, AddIgnoresWhatIsNoWholePage) {
  EXPECT_THAT(list(set_of({{1, page}, {page, page}, {3 * page, 2 * page}, {~0ULL - 9, ~0ULL}})),
              IsEmpty());
}

TEST(FrameRanges, RemoveCutsAtEveryEdge) {
  struct Case {
    AddressRange removed;
    std::vector<AddressRange> left;
  };
  for (Case const& test : {
           Case{pages(0, 2), {pages(2, 6), pages(8, 10)}},
           Case{pages(0, 3), {pages(3, 6), pages(8, 10)}},
           Case{pages(3, 4), {pages(2, 3), pages(4, 6), pages(8, 10)}},
           Case{pages(4, 9), {pages(2, 4), pages(9, 10)}},
           Case{pages(6, 8), {pages(2, 6), pages(8, 10)}},
           Case{pages(0, 99), {}},
           Case{{3 * page + 1, 3 * page + 2}, {pages(2, 3), pages(4, 6), pages(8, 10)}},
           Case{{page, page}, {pages(2, 6), pages(8, 10)}},
       }) {
    FrameRanges ranges = set_of({pages(2, 6), pages(8, 10)});
    ranges.remove(test.removed);
    EXPECT_EQ(list(ranges), test.left) << test.removed.begin << " " << test.removed.end;
  }
}

TEST(FrameRanges, AllocatesTheLowestThatFits) {
  FrameRanges ranges = set_of({pages(1, 2), pages(5, 9), pages(16, 64)});
  EXPECT_EQ(ranges.allocate({2 * page, page, everywhere}), 5 * page);
  EXPECT_EQ(ranges.allocate({page, page, everywhere}), 1 * page);
  EXPECT_EQ(ranges.allocate({2 * page, 8 * page, everywhere}), 16 * page);
  EXPECT_EQ(ranges.allocate({page, page, {18 * page, 19 * page}}), 18 * page);
  EXPECT_THAT(list(ranges), ElementsAre(pages(7, 9), pages(19, 64)));
}

TEST(FrameRanges, OutOfMemoryIsAnAnswer) {
  FrameRanges ranges = set_of({pages(1, 4), pages(6, 8)});
  EXPECT_EQ(ranges.allocate({4 * page, page, everywhere}), std::nullopt);
  EXPECT_EQ(ranges.allocate({2 * page, 4 * page, everywhere}), std::nullopt);
  EXPECT_EQ(ranges.allocate({page, page, pages(4, 6)}), std::nullopt);
  EXPECT_EQ(ranges.allocate({2 * page, page, pages(3, 7)}), std::nullopt);
  EXPECT_EQ(ranges.allocate({page, std::uint64_t{1} << 63U, everywhere}), std::nullopt);
  EXPECT_EQ(ranges.allocate({~0ULL - 4095, page, everywhere}), std::nullopt);
  EXPECT_EQ(ranges.allocate({0, page, everywhere}), std::nullopt);
  EXPECT_EQ(ranges.free_bytes(), 5 * page);
}

TEST(FrameRanges, ForgetsTheSmallestWhenFull) {
  FrameRanges ranges;
  for (std::uint64_t i = 0; i < FrameRanges::range_count_max; ++i) {
    ranges.add(pages(10 * i + 2, 10 * i + 4));
  }
  EXPECT_EQ(ranges.lost_bytes(), 0U);
  ranges.add(pages(10'000, 10'001));  // smaller than all: it is the one
  EXPECT_EQ(ranges.lost_bytes(), page);
  EXPECT_FALSE(ranges.touches(pages(10'000, 10'001)));
  ranges.add(pages(0, 1));  // and so is one at the front
  EXPECT_EQ(ranges.lost_bytes(), 2 * page);
  ranges.add(pages(20'000, 20'009));  // larger: another gives way
  EXPECT_EQ(ranges.lost_bytes(), 4 * page);
  EXPECT_TRUE(ranges.touches(pages(20'000, 20'009)));
  EXPECT_EQ(ranges.ranges().size(), FrameRanges::range_count_max);
  ranges.remove(pages(20'002, 20'003));  // splits, for which there is no room
  EXPECT_FALSE(ranges.touches(pages(20'002, 20'003)));
  EXPECT_TRUE(ranges.touches(pages(20'003, 20'009)));
  EXPECT_EQ(ranges.ranges().size(), FrameRanges::range_count_max);
}

/// The same by one bit a page.
class BitModel {
 public:
  static constexpr std::uint64_t count = 96;

  void set(AddressRange range, bool free) {
    for (std::uint64_t i = range.begin / page; i < range.end / page; ++i) free_.at(i) = free;
  }
  std::optional<std::uint64_t> allocate(std::uint64_t size, std::uint64_t alignment) {
    for (std::uint64_t at = 0; at + size <= count; at += alignment) {
      std::uint64_t fits = 0;
      while (fits < size && free_.at(at + fits)) ++fits;
      if (fits < size) continue;
      set(pages(at, at + size), false);
      return at * page;
    }
    return std::nullopt;
  }
  std::uint64_t free_count() const {
    return static_cast<std::uint64_t>(std::count(free_.begin(), free_.end(), true));
  }

 private:
  std::array<bool, count> free_{};
};

TEST(FrameRanges, AgreesWithABitmapWhateverIsDone) {
  constexpr unsigned seed = 20231101;
  std::mt19937 random{seed};
  auto const below = [&random](std::uint64_t limit) { return random() % limit; };
  FrameRanges ranges;
  BitModel model;
  for (int step = 0; step < 20'000; ++step) {
    std::uint64_t const begin = below(BitModel::count);
    AddressRange const range = pages(begin, begin + below(BitModel::count - begin + 1));
    switch (below(3)) {
      case 0:
        ranges.add(range);
        model.set(range, true);
        break;
      case 1:
        ranges.remove(range);
        model.set(range, false);
        break;
      default: {
        std::uint64_t const size = 1 + below(8);
        std::uint64_t const alignment = std::uint64_t{1} << below(5);
        ASSERT_EQ(ranges.allocate({size * page, alignment * page, everywhere}),
                  model.allocate(size, alignment))
            << "step " << step << ", seed " << seed;
      }
    }
    ASSERT_EQ(ranges.free_bytes(), model.free_count() * page) << "step " << step;
    ASSERT_EQ(ranges.lost_bytes(), 0U);
  }
}

}  // namespace
}  // namespace acrn::baremetal

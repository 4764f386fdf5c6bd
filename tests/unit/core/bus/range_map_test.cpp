// SPDX-License-Identifier: BSD-3-Clause
#include "core/bus/range_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <random>

#include "core/bus/mmio_map.hpp"
#include "core/bus/port_map.hpp"
#include "core/types.hpp"

namespace acrn::core {
namespace {

/// A space of 256 keys, small enough to compare with a table that has one entry per key.
using Key = Strong<struct KeyTag, std::uint8_t>;
using Keys = KeyRange<Key>;

/// What a map must do, key by key.
class Oracle {
 public:
  std::optional<MapError> insert(Keys const& range, DeviceId owner, std::size_t capacity) {
    for (unsigned key = range.first().value; key <= range.last().value; ++key) {
      if (range_of_[key]) {
        return MapError::overlap;
      }
    }
    if (count_ == capacity) {
      return MapError::full;
    }
    ++count_;
    for (unsigned key = range.first().value; key <= range.last().value; ++key) {
      range_of_[key] = range;
      owner_of_[key] = owner;
    }
    return std::nullopt;
  }
  std::optional<MapError> erase(Keys const& range) {
    if (range_of_[range.first().value] != range) {
      return MapError::not_found;
    }
    --count_;
    for (unsigned key = range.first().value; key <= range.last().value; ++key) {
      range_of_[key].reset();
    }
    return std::nullopt;
  }
  [[nodiscard]] Lookup lookup(unsigned key) const {
    unsigned last = key;
    while (last < 255 && range_of_[last + 1] == range_of_[key]) {
      ++last;
    }
    bool const claimed = range_of_[key].has_value();
    return {.rest = last - key, .owner = claimed ? owner_of_[key] : DeviceId{}, .claimed = claimed};
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::array<std::optional<Keys>, 256> range_of_{};
  std::array<DeviceId, 256> owner_of_{};
  std::size_t count_{};
};

std::optional<MapError> error_of(Expected<Unit, MapError> const& result) {
  return result ? std::nullopt : std::optional{result.error()};
}

TEST(RangeMap, AgreesWithATableOfEveryKeyThroughRandomChanges) {
  constexpr std::size_t capacity = 24;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random{seed};
    RangeMap<Key, capacity> map;
    Oracle oracle;
    for (std::uint16_t step = 0; step < 300; ++step) {
      auto const first = static_cast<std::uint8_t>(random());
      auto const size = static_cast<unsigned>(random() % 12 + 1);
      auto const last = static_cast<std::uint8_t>(std::min(first + size - 1, 255U));
      auto const range = Keys::closed({first}, {last}).value();
      if (random() % 3 == 0 && map.size() > 0) {
        auto const victim = random() % 2 == 0 ? range : map.range(random() % map.size());
        ASSERT_EQ(error_of(map.erase(victim)), oracle.erase(victim));
      } else {
        ASSERT_EQ(error_of(map.insert(range, {step})), oracle.insert(range, {step}, capacity));
      }
      ASSERT_EQ(map.size(), oracle.count());
      for (unsigned key = 0; key < 256; ++key) {
        ASSERT_EQ(map.lookup({static_cast<std::uint8_t>(key)}), oracle.lookup(key)) << key;
      }
      // Down and up, so that what it remembers of one question is of no use to the next.
      for (unsigned question = 0; question < 64; ++question) {
        auto const key = static_cast<std::uint8_t>(random());
        std::uint64_t const count = random() % 5 + 1;
        Lookup const expected = oracle.lookup(key);
        ASSERT_EQ(map.is_gap({key}, count), !expected.claimed && expected.covers(count))
            << +key << " and " << count;
      }
    }
  }
}

TEST(RangeMap, IsOneGapWhenEmpty) {
  PortMap<> const map;
  EXPECT_EQ(map.lookup({0}), (Lookup{.rest = 0xffff}));
  EXPECT_EQ(map.lookup({0xffff}), (Lookup{.rest = 0}));
  EXPECT_EQ(MmioMap<>{}.lookup({0}), (Lookup{.rest = ~std::uint64_t{0}}));
}

TEST(RangeMap, T47_HoldsARangeThatEndsAtTheHighestPort) {
  PortMap<4> map;
  ASSERT_TRUE(map.insert(PortRange::closed({0xfffe}, {0xffff}).value(), {7}));
  EXPECT_EQ(map.lookup({0xfffd}), (Lookup{.rest = 0}));
  EXPECT_EQ(map.lookup({0xfffe}), (Lookup{.rest = 1, .owner = {7}, .claimed = true}));
  EXPECT_EQ(map.lookup({0xffff}), (Lookup{.rest = 0, .owner = {7}, .claimed = true}));
  EXPECT_FALSE(map.lookup({0}).claimed);
}

TEST(RangeMap, T48_HoldsARangeThatIsTheWholeSpace) {
  constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
  MmioMap<4> map;
  ASSERT_TRUE(map.insert(MmioRange::closed({0}, {top}).value(), {1}));
  EXPECT_EQ(map.lookup({0}), (Lookup{.rest = top, .owner = {1}, .claimed = true}));
  EXPECT_EQ(map.lookup({top}), (Lookup{.rest = 0, .owner = {1}, .claimed = true}));
  EXPECT_EQ(error_of(map.insert(MmioRange::make({top}, 1).value(), {2})), MapError::overlap);
  EXPECT_TRUE(map.lookup({0}).covers(8));
}

TEST(RangeMap, T51_ReportsADuplicateAndAFullTableAndStaysAsItWas) {
  PortMap<2> map;
  auto const one = PortRange::make({0x60}, 1).value();
  ASSERT_TRUE(map.insert(one, {1}));
  EXPECT_EQ(error_of(map.insert(one, {2})), MapError::overlap);
  ASSERT_TRUE(map.insert(PortRange::make({0x64}, 1).value(), {3}));
  EXPECT_EQ(error_of(map.insert(PortRange::make({0x70}, 2).value(), {4})), MapError::full);
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.lookup({0x60}).owner, DeviceId{1});
  EXPECT_FALSE(map.lookup({0x70}).claimed);
  ASSERT_TRUE(map.erase(one));
  EXPECT_TRUE(map.insert(PortRange::make({0x70}, 2).value(), {4}));
}

TEST(RangeMap, ErasesAnExactRangeOnly) {
  MmioMap<4> map;
  auto const range = MmioRange::make({0x1000}, 0x1000).value();
  ASSERT_TRUE(map.insert(range, {1}));
  EXPECT_EQ(error_of(map.erase(MmioRange::make({0x1000}, 0xfff).value())), MapError::not_found);
  EXPECT_EQ(error_of(map.erase(MmioRange::make({0x1001}, 0xfff).value())), MapError::not_found);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_TRUE(map.erase(range));
  EXPECT_EQ(error_of(map.erase(range)), MapError::not_found);
}

TEST(RangeMap, KeepsAdjacentRangesOfOneOwnerApart) {
  PortMap<4> map;
  ASSERT_TRUE(map.insert(PortRange::make({0x60}, 1).value(), {5}));
  ASSERT_TRUE(map.insert(PortRange::make({0x61}, 1).value(), {5}));
  EXPECT_EQ(map.lookup({0x60}), (Lookup{.rest = 0, .owner = {5}, .claimed = true}));
}

TEST(RangeMap, ListsItsRangesInAscendingOrder) {
  PortMap<4> map;
  ASSERT_TRUE(map.insert(PortRange::make({0x80}, 1).value(), {1}));
  ASSERT_TRUE(map.insert(PortRange::make({0x20}, 2).value(), {2}));
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map.range(0), PortRange::make({0x20}, 2).value());
  EXPECT_EQ(map.owner(0), DeviceId{2});
  EXPECT_EQ(map.range(1), PortRange::make({0x80}, 1).value());
  EXPECT_EQ(map.owner(1), DeviceId{1});
}

TEST(RangeMap, FindsEachOfManyRanges) {
  auto map = std::make_unique<MmioMap<4096>>();
  for (std::uint16_t i = 0; i < 4096; ++i) {
    std::uint64_t const page = (std::uint64_t{i} * 2897 % 4096) << 12U;  // 2897 is odd: each once
    ASSERT_TRUE(map->insert(MmioRange::make({page}, 0x800).value(), {i}));
  }
  EXPECT_EQ(error_of(map->insert(MmioRange::make({~std::uint64_t{0}}, 1).value(), {0})),
            MapError::full);
  for (std::uint16_t i = 0; i < 4096; ++i) {
    std::uint64_t const page = (std::uint64_t{i} * 2897 % 4096) << 12U;
    ASSERT_EQ(map->lookup({page + 0x7ff}), (Lookup{.rest = 0, .owner = {i}, .claimed = true}));
    ASSERT_FALSE(map->lookup({page + 0x800}).claimed);
  }
}

TEST(RangeMapDeathTest, AskingPastTheEndStopsWithASentence) {
  PortMap<2> const map;
  EXPECT_DEATH(static_cast<void>(map.range(0)), "below size");
  EXPECT_DEATH(static_cast<void>(map.owner(0)), "below size");
}

TEST(RangeMap, NamesItsErrors) {
  EXPECT_EQ(name(MapError::overlap), "overlap");
  EXPECT_EQ(name(MapError::full), "full");
  EXPECT_EQ(name(MapError::not_found), "not found");
  EXPECT_EQ(name(static_cast<MapError>(9)), "?");
}

}  // namespace
}  // namespace acrn::core

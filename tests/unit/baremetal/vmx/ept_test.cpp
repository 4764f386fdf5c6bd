// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/ept.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
constexpr std::uint64_t page = 4 * kib;

/// Page tables that are real memory, so that the addresses in entries are pointers.
class Frames {
 public:
  explicit Frames(std::size_t count_max = 1000) : left_{count_max} {}
  FrameSource source() noexcept { return {.take = take, .context = this}; }
  [[nodiscard]] std::size_t used() const { return pages_.size(); }
  void limit(std::size_t left) { left_ = left; }

 private:
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };
  static std::uint64_t take(void* context) noexcept {
    auto& self = *static_cast<Frames*>(context);
    if (self.left_ == 0) return 0;
    --self.left_;
    void* const memory = std::aligned_alloc(page, page);
    std::memset(memory, 0, page);
    self.pages_.emplace_back(memory);
    return reinterpret_cast<std::uint64_t>(memory);
  }
  std::size_t left_;
  std::vector<std::unique_ptr<void, Free>> pages_;
};

constexpr EptFeatures all_sizes{.pages_2mib = true, .pages_1gib = true, .accessed_and_dirty = true};

class EptTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(ept.initialise(frames.source(), all_sizes)); }
  void use(EptFeatures features) { ASSERT_TRUE(ept.initialise(frames.source(), features)); }
  void map(std::uint64_t first, std::uint64_t host, std::uint64_t size) {
    ASSERT_TRUE(ept.map({.first = {first}, .host_physical = host, .size = size}));
  }
  void expect_at(std::uint64_t gpa, std::uint64_t host) {
    auto const place = ept.translate({gpa});
    ASSERT_TRUE(place) << gpa;
    EXPECT_EQ(place->host_physical, host);
  }
  void expect_nothing_at(std::uint64_t gpa) { EXPECT_FALSE(ept.translate({gpa})) << gpa; }
  EptError error_of(EptMapping const& mapping) { return ept.map(mapping).error(); }

  Frames frames;
  Ept ept;
};

TEST_F(EptTest, PointerNamesTheRootAndWhatItIs) {
  EXPECT_EQ(ept.pointer() & 0xfffU, 0x5eU) << "write-back, four levels, accessed and dirty";
  use({});
  EXPECT_EQ(ept.pointer() & 0xfffU, 0x1eU);
}

TEST_F(EptTest, AnEmptyMapTranslatesNothing) {
  expect_nothing_at(0);
  expect_nothing_at((1ULL << 48U) - 1);
  expect_nothing_at(1ULL << 48U);
  expect_nothing_at(~0ULL);
}

TEST_F(EptTest, OnePageIsOnePage) {
  map(page, 0x7000, page);
  expect_nothing_at(page - 1);
  expect_at(page, 0x7000);
  expect_at(2 * page - 1, 0x7fff);
  expect_nothing_at(2 * page);
  EXPECT_EQ(ept.translate({page + 0x10})->contiguous, page - 0x10);
  EXPECT_EQ(ept.translate({page})->rights, EptRights::all);
}

TEST_F(EptTest, TheLargestPagesThatFitAreUsed) {
  map(0, 0, 2 * gib);
  EXPECT_EQ(frames.used(), 2U) << "root and page-directory pointers";
  EXPECT_EQ(ept.translate({gib})->contiguous, gib);
  map(4 * gib, 4 * gib, 4 * mib);
  EXPECT_EQ(ept.translate({4 * gib})->contiguous, 2 * mib);
  EXPECT_EQ(frames.used(), 3U);
  map(6 * gib, 6 * gib + page, 4 * mib);
  EXPECT_EQ(ept.translate({6 * gib})->contiguous, page) << "differently aligned";
  expect_at(6 * gib + 4 * mib - 1, 6 * gib + page + 4 * mib - 1);
}

TEST_F(EptTest, PagesThatTheCpuLacksAreNotUsed) {
  use({.pages_2mib = true});
  map(0, 0, gib);
  EXPECT_EQ(ept.translate({0})->contiguous, 2 * mib);
  use({});
  map(0, 0, 2 * mib);
  EXPECT_EQ(ept.translate({0})->contiguous, page);
  use({.pages_1gib = true});
  map(0, 0, gib + 2 * mib);
  EXPECT_EQ(ept.translate({0})->contiguous, gib);
  EXPECT_EQ(ept.translate({gib})->contiguous, page);
}

TEST_F(EptTest, MixedSizesMeetWithoutGaps) {
  std::uint64_t const first = 2 * mib - page;
  std::uint64_t const size = 4 * mib + 2 * page;
  map(first, 10 * gib + first, size);
  for (std::uint64_t at = first; at < first + size; at += page) expect_at(at, 10 * gib + at);
  expect_nothing_at(first - 1);
  expect_nothing_at(first + size);
}

TEST_F(EptTest, RightsAndTypeAreInTheEntry) {
  ASSERT_TRUE(ept.map({.first = {0},
                       .host_physical = 0x9000,
                       .size = page,
                       .rights = EptRights::read_execute,
                       .type = EptMemoryType::uncacheable}));
  EXPECT_EQ(ept.translate({0})->rights, EptRights::read_execute);
}

TEST_F(EptTest, RefusesWhatIsNotWholePages) {
  EXPECT_EQ(error_of({.first = {1}, .size = page}), EptError::misaligned);
  EXPECT_EQ(error_of({.host_physical = 0x800, .size = page}), EptError::misaligned);
  EXPECT_EQ(error_of({.size = page + 1}), EptError::misaligned);
  EXPECT_EQ(error_of({.size = 0}), EptError::misaligned);
  EXPECT_EQ(ept.unmap({1}, page).error(), EptError::misaligned);
  EXPECT_EQ(ept.protect({0}, 0, EptRights::read).error(), EptError::misaligned);
}

TEST_F(EptTest, RefusesWhatFourLevelsCannotReach) {
  constexpr std::uint64_t end = 1ULL << 48U;
  EXPECT_EQ(error_of({.first = {end}, .size = page}), EptError::out_of_range);
  EXPECT_EQ(error_of({.first = {end - page}, .size = 2 * page}), EptError::out_of_range);
  EXPECT_EQ(error_of({.first = {page}, .size = ~std::uint64_t{page - 1}}), EptError::out_of_range);
  EXPECT_EQ(error_of({.host_physical = 1ULL << 52U, .size = page}), EptError::out_of_range);
  EXPECT_EQ(ept.unmap({end - page}, 2 * page).error(), EptError::out_of_range);
  map(end - page, 0x1000, page);
  expect_at(end - 1, 0x1fff);
}

TEST_F(EptTest, RefusesToMapTwiceAndChangesNothing) {
  map(2 * mib, 0x20'0000, page);
  EXPECT_EQ(error_of({.first = {0}, .host_physical = gib, .size = 4 * mib}),
            EptError::already_mapped);
  expect_nothing_at(0);
  expect_at(2 * mib, 0x20'0000);
}

TEST_F(EptTest, UnmappingAPageSplitsALargeOne) {
  map(0, gib, gib);
  ASSERT_TRUE(ept.unmap({2 * mib + page}, page));
  expect_nothing_at(2 * mib + page);
  expect_at(2 * mib, gib + 2 * mib);
  expect_at(2 * mib + 2 * page, gib + 2 * mib + 2 * page);
  EXPECT_EQ(ept.translate({2 * mib})->contiguous, page);
  EXPECT_EQ(ept.translate({0})->contiguous, 2 * mib);
  expect_at(gib - 1, 2 * gib - 1);
}

TEST_F(EptTest, UnmappingSkipsHoles) {
  map(0, 0, page);
  map(6 * gib, 0, 2 * mib);
  ASSERT_TRUE(ept.unmap({0}, 100 * gib));
  expect_nothing_at(0);
  expect_nothing_at(6 * gib);
}

TEST_F(EptTest, WhatWasUnmappedCanBeMappedAgain) {
  map(0, 0, 2 * mib);
  ASSERT_TRUE(ept.unmap({page}, page));
  map(page, 0x7000, page);
  expect_at(page, 0x7000);
  ASSERT_TRUE(ept.unmap({0}, 2 * mib));
  map(0, 4 * mib, 2 * mib);
  expect_at(2 * mib - 1, 6 * mib - 1);
}

TEST_F(EptTest, ProtectingChangesRightsAlone) {
  map(0, gib, 4 * mib);
  ASSERT_TRUE(ept.protect({2 * mib}, page, EptRights::read_execute));
  EXPECT_EQ(ept.translate({2 * mib})->rights, EptRights::read_execute);
  expect_at(2 * mib, gib + 2 * mib);
  EXPECT_EQ(ept.translate({2 * mib + page})->rights, EptRights::all);
  EXPECT_EQ(ept.translate({0})->rights, EptRights::all);
  ASSERT_TRUE(ept.protect({0}, page, EptRights::none));
  expect_nothing_at(0);
}

TEST_F(EptTest, RunsOutOfFramesWithAnError) {
  Frames none{0};
  EXPECT_EQ(Ept{}.initialise(none.source(), all_sizes).error(), EptError::no_memory);
  frames.limit(1);
  EXPECT_EQ(error_of({.size = page}), EptError::no_memory);
  frames.limit(10);
  map(gib, gib, gib);
  frames.limit(1);
  EXPECT_EQ(ept.unmap({gib}, page).error(), EptError::no_memory);
}

TEST(EptNames, EachErrorHasOne) {
  for (EptError const error : {EptError::misaligned, EptError::out_of_range,
                               EptError::already_mapped, EptError::no_memory}) {
    EXPECT_NE(name(error), "?");
  }
  EXPECT_EQ(name(EptError{99}), "?");
}

TEST(EptFeatures, AreReadFromTheCapabilityMsr) {
  EptFeatures const features = ept_features(0xf01'0633'4141);
  EXPECT_TRUE(features.pages_2mib && features.pages_1gib && features.accessed_and_dirty);
  EptFeatures const none = ept_features(0x4040);
  EXPECT_FALSE(none.pages_2mib || none.pages_1gib || none.accessed_and_dirty);
}

}  // namespace
}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "traces/column_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acrn::traces {
namespace {

using testing::ElementsAre;

TEST(OptionalColumn, WithoutAnyValueIsNotRecorded) {
  OptionalColumn<std::uint64_t> column;
  EXPECT_TRUE(column.plain().empty());
  column.add(std::nullopt);
  EXPECT_TRUE(column.plain().empty());
  EXPECT_TRUE(column.bitmap().empty());
  EXPECT_TRUE(column.deltas(7).empty());
  EXPECT_TRUE(column.zigzag_deltas(7).empty());
}

TEST(OptionalColumn, WithAllValuesNeedsNoBitmap) {
  OptionalColumn<std::uint64_t> column;
  column.add(4);
  column.add(6);
  EXPECT_TRUE(column.bitmap().empty());
  EXPECT_THAT(column.plain(), ElementsAre(4, 6));
  EXPECT_THAT(column.deltas(2), ElementsAre(2)) << "a constant difference";
}

TEST(OptionalColumn, MarksTheRowsThatHaveOne) {
  OptionalColumn<std::uint64_t> column;
  for (std::uint64_t i = 0; i < 10; ++i) {
    column.add(i % 3 == 0 ? std::optional{i} : std::nullopt);
  }
  EXPECT_THAT(column.bitmap(), ElementsAre(0b0100'1001, 0b10));
  EXPECT_THAT(column.plain(), ElementsAre(0, 0, 0, 3, 0, 0, 6, 0, 0, 9));
  EXPECT_THAT(column.deltas(0), ElementsAre(0, 0, 0, 3, 0, 0, 3, 0, 0, 3));
}

TEST(OptionalColumn, ZigzagDeltasRunBothWays) {
  OptionalColumn<std::uint64_t> column;
  column.add(5);
  column.add(std::nullopt);
  column.add(3);
  EXPECT_THAT(column.zigzag_deltas(0), ElementsAre(10, 0, 3));
}

TEST(TimeStep, IsTheGreatestCommonDivisor) {
  TimeStep step;
  std::uint64_t const backwards = 0 - std::uint64_t{6000};
  std::vector<std::uint64_t> differences{0, 4000, backwards, 10'000};
  step.include(differences);
  EXPECT_EQ(step.step(), 2000U);
  step.divide(differences);
  EXPECT_THAT(differences, ElementsAre(0, 2, 0 - std::uint64_t{3}, 5));
}

TEST(TimeStep, OfNothingIsOne) {
  TimeStep step;
  std::vector<std::uint64_t> differences{0, 0};
  step.include(differences);
  EXPECT_EQ(step.step(), 1U);
  step.divide(differences);
  EXPECT_THAT(differences, ElementsAre(0, 0));
}

TEST(TimeStep, TakesTheMostNegativeDifference) {
  TimeStep step;
  std::vector<std::uint64_t> differences{std::uint64_t{1} << 63U, 4};
  step.include(differences);
  EXPECT_EQ(step.step(), 4U);
  step.divide(differences);
  EXPECT_THAT(differences, ElementsAre(0 - (std::uint64_t{1} << 61U), 1));
}

}  // namespace
}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// Tests of the progress bar's text.
#include "sim/cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acrn::cli {
namespace {

TEST(ProgressText, ShowsShareAndLines) {
  std::string const text =
      progress_text("importing", {.done = 50, .total = 100, .lines = 12'345}, 79);
  EXPECT_EQ(text, "importing [####################--------------------]  50 % 12,345 lines");
}

TEST(ProgressText, WithoutTotalShowsLinesOnly) {
  EXPECT_EQ(progress_text("importing", {.done = 50, .lines = 7}, 79), "importing 7 lines");
}

TEST(ProgressText, NeverExceedsTheTerminal) {
  for (std::size_t columns = 1; columns < 100; ++columns) {
    EXPECT_LE(progress_text("importing", {.done = 99, .total = 100, .lines = 12}, columns).size(),
              columns);
  }
}

TEST(ProgressText, StopsAtAHundredPercent) {
  EXPECT_THAT(progress_text("importing", {.done = 300, .total = 100}, 79),
              testing::HasSubstr("[########################################] 100 %"));
}

}  // namespace
}  // namespace acrn::cli

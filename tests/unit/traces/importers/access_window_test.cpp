// SPDX-License-Identifier: BSD-3-Clause
// Accesses leave the window in order, each when it and all before it are closed.
#include "traces/importers/access_window.hpp"

#include <gtest/gtest.h>

#include "tests/unit/traces/importers/list_sink.hpp"

namespace acrn::traces {
namespace {

TEST(AccessWindow, HandsRowsOverInOrder) {
  tests::ListSink sink;
  AccessWindow window(sink);
  std::uint64_t const first = window.open(1, {});
  std::uint64_t const second = window.open(2, {});
  EXPECT_EQ(first, 0U);
  EXPECT_EQ(second, 1U);
  window.close(second);
  EXPECT_TRUE(sink.accesses.empty());
  window.find(first)->time = 5;
  window.close(first);
  ASSERT_EQ(sink.accesses.size(), 2U);
  EXPECT_EQ(sink.accesses[0].row.time, 5U);
  EXPECT_EQ(sink.accesses[1].vcpu, 2);
  EXPECT_EQ(window.next_sequence(), 2U);
}

TEST(AccessWindow, KnowsNoRowThatIsGoneOrNotThereYet) {
  tests::ListSink sink;
  AccessWindow window(sink);
  window.close(window.open(0, {}));
  EXPECT_EQ(window.find(0), nullptr);
  EXPECT_EQ(window.find(1), nullptr);
  window.close(0);
  window.close(99);
  EXPECT_EQ(sink.accesses.size(), 1U);
}

TEST(AccessWindow, IsBounded) {
  tests::ListSink sink;
  AccessWindow window(sink);
  for (std::size_t i = 0; i <= AccessWindow::rows_max; ++i) window.open(0, {});
  EXPECT_EQ(sink.accesses.size(), 1U);
  EXPECT_EQ(window.closed_early(), 1U);
  window.close_all();
  EXPECT_EQ(sink.accesses.size(), AccessWindow::rows_max + 1);
}

}  // namespace
}  // namespace acrn::traces

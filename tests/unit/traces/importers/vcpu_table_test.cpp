// SPDX-License-Identifier: BSD-3-Clause
// Which thread gets which vCPU number.
#include "traces/importers/vcpu_table.hpp"

#include <gtest/gtest.h>

namespace acrn::traces {
namespace {

TEST(VcpuTable, PrintedNumbersWinAndOthersFillTheGaps) {
  VcpuTable table;
  table.learn(100, 1);
  EXPECT_EQ(table.number_of(200, std::nullopt), 0);
  EXPECT_EQ(table.number_of(300, std::nullopt), 2);
  EXPECT_EQ(table.number_of(100, std::nullopt), 1);
  EXPECT_EQ(table.number_of(400, 7), 7);
  EXPECT_EQ(table.number_of(200, std::nullopt), 0);
  EXPECT_EQ(table.size(), 4U);
}

TEST(VcpuTable, ANumberBelongsToOneThread) {
  VcpuTable table;
  table.learn(100, 0);
  table.learn(200, 0);
  EXPECT_EQ(table.number_of(100, 0), 0);
  EXPECT_EQ(table.number_of(200, 0), 1);
  EXPECT_EQ(table.number_of(200, 0), 1);
  EXPECT_EQ(table.doubtful().size(), 1U);
}

TEST(VcpuTable, AThreadKeepsItsFirstNumber) {
  VcpuTable table;
  EXPECT_EQ(table.number_of(100, std::nullopt), 0);
  EXPECT_EQ(table.number_of(100, 4), 0);
  EXPECT_EQ(table.number_of(100, 4), 0);
  EXPECT_EQ(table.doubtful().size(), 1U);
}

TEST(VcpuTable, ThreadsKnownAheadAreNumberedByThreadId) {
  VcpuTable table;
  table.learn(300, 1);
  table.learn({200, 100, 300});
  EXPECT_EQ(table.number_of(200, std::nullopt), 2);
  EXPECT_EQ(table.number_of(100, std::nullopt), 0);
  EXPECT_EQ(table.number_of(300, std::nullopt), 1);
}

TEST(VcpuTable, IsBounded) {
  VcpuTable table;
  for (std::uint64_t thread = 0; thread < VcpuTable::vcpus_max; ++thread) {
    ASSERT_TRUE(table.number_of(thread, std::nullopt));
  }
  EXPECT_FALSE(table.number_of(1U << 20U, std::nullopt));
  EXPECT_FALSE(table.number_of(1U << 20U, 5000));
}

}  // namespace
}  // namespace acrn::traces

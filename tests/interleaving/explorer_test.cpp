// SPDX-License-Identifier: BSD-3-Clause
#include "tests/interleaving/explorer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace acrn::tests {
namespace {

TEST(Explorer, RunsEveryInterleavingOnce) {
  std::vector<std::string> orders;
  std::size_t const executions = explore(100, [&](Execution& execution) {
    std::string order;
    auto const actor = [&](char name) {
      return [&execution, &order, name] {
        for (int i = 0; i < 2; ++i) {
          execution.step();
          order += name;
        }
      };
    };
    execution.run({actor('a'), actor('b')});
    orders.push_back(order);
  });
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  EXPECT_EQ(orders, (std::vector<std::string>{"aabb", "abab", "abba", "baab", "baba", "bbaa"}));
  EXPECT_GE(executions, orders.size());
}

TEST(Explorer, FindsALostUpdate) {
  // Two increments that read and write in separate steps: some schedule loses one, and without
  // preemptions none does.
  auto const lost = [](std::size_t preemptions) {
    int losses = 0;
    explore(preemptions, [&](Execution& execution) {
      int counter = 0;
      auto const increment = [&] {
        execution.step();
        int const seen = counter;
        execution.step();
        counter = seen + 1;
      };
      execution.run({increment, increment});
      if (counter != 2) ++losses;
    });
    return losses;
  };
  EXPECT_EQ(lost(0), 0);
  EXPECT_GT(lost(1), 0);
}

}  // namespace
}  // namespace acrn::tests

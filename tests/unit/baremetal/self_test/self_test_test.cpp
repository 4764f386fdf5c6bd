// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/self_test/self_test.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

namespace acrn::baremetal {
namespace {

std::vector<std::string>& failures() {
  static std::vector<std::string> names;
  return names;
}

void remember(SelfTestCheck const& check, CheckLog const& log) noexcept {
  failures().push_back(std::string{check.name} + ": " + std::string{log.what()} + " " +
                       std::to_string(log.actual()) + " " + std::to_string(log.expected()));
}

class SelfTest : public testing::Test {
 protected:
  void SetUp() override { failures().clear(); }
};

TEST_F(SelfTest, EveryCheckPassesHosted) {
  SelfTestResult const result = run_self_test(self_test_checks(), remember);
  EXPECT_EQ(failures(), std::vector<std::string>{});
  EXPECT_EQ(result.checks, self_test_checks().size());
  EXPECT_EQ(result.passed, result.checks);
}

TEST_F(SelfTest, DigestIsTheSameEveryTime) {
  std::uint32_t const digest = self_test_digest();
  EXPECT_EQ(self_test_digest(), digest);
  std::printf("hosted digest 0x%08x\n", digest);  // read by tests/baremetal/boot_test.py
}

TEST_F(SelfTest, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (SelfTestCheck const& check : self_test_checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
  }
}

TEST_F(SelfTest, AFailureIsCountedAndNamesCheckAndFirstDifference) {
  std::array const checks{
      SelfTestCheck{"good", [](CheckLog& log) noexcept { log.equal("one", 1, 1); }},
      SelfTestCheck{"bad",
                    [](CheckLog& log) noexcept {
                      log.equal("two", 2, 3);
                      log.equal("four", 4, 5);
                      log.equal("six", 6, 6);
                    }},
      SelfTestCheck{"false", [](CheckLog& log) noexcept { log.is_true("never", 0); }},
  };
  SelfTestResult const result = run_self_test(checks, remember);
  EXPECT_EQ(result.checks, 3U);
  EXPECT_EQ(result.passed, 1U);
  EXPECT_EQ(failures(), (std::vector<std::string>{"bad: two 2 3", "false: never 0 1"}));
}

}  // namespace
}  // namespace acrn::baremetal

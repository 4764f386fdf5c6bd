// SPDX-License-Identifier: BSD-3-Clause
// Which ends of a guest are a success, and that each has a name of its own.
#include "baremetal/hypervisor/guest_ends.hpp"

#include <gtest/gtest.h>

#include <set>

namespace acrn::baremetal {
namespace {

TEST(GuestEnds, PowerOffAndAPassedTestAreSuccess) {
  EXPECT_TRUE(is_success(GuestEnd::power_off, 0));
  EXPECT_TRUE(is_success(GuestEnd::test_exit, 0));
  EXPECT_FALSE(is_success(GuestEnd::test_exit, 1));
}

TEST(GuestEnds, EverythingElseIsNot) {
  for (unsigned value = 0; value <= static_cast<unsigned>(GuestEnd::stopped); ++value) {
    auto const end = static_cast<GuestEnd>(value);
    if (end == GuestEnd::power_off || end == GuestEnd::test_exit) continue;
    EXPECT_FALSE(is_success(end, 0)) << name(end);
  }
}

TEST(GuestEnds, EachHasAName) {
  std::set<std::string_view> names;
  for (unsigned value = 0; value <= static_cast<unsigned>(GuestEnd::stopped); ++value) {
    EXPECT_TRUE(names.insert(name(static_cast<GuestEnd>(value))).second) << value;
  }
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<GuestEnd>(200)), "?");
}

}  // namespace
}  // namespace acrn::baremetal

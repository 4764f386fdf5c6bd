// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/service_timer.hpp"

#include <gtest/gtest.h>

namespace acrn::baremetal {
namespace {

TEST(ServiceTimer, IsNeverDueWithoutAnAnnouncement) {
  ServiceTimer nobody;
  EXPECT_EQ(nobody.deadline(), ServiceTimer::never);
  EXPECT_FALSE(nobody.take(ServiceTimer::never));
  std::uint64_t const announced = ServiceTimer::never;
  ServiceTimer timer{announced};
  EXPECT_EQ(timer.deadline(), ServiceTimer::never);
  EXPECT_FALSE(timer.take(ServiceTimer::never));
}

TEST(ServiceTimer, TellsEachMomentOnce) {
  std::uint64_t announced = 1000;
  ServiceTimer timer{announced};
  EXPECT_EQ(timer.deadline(), 1000U);
  EXPECT_FALSE(timer.take(999));
  EXPECT_TRUE(timer.take(1000));
  EXPECT_EQ(timer.deadline(), ServiceTimer::never) << "until something else is announced";
  EXPECT_FALSE(timer.take(5000));
  announced = 3000;
  EXPECT_EQ(timer.deadline(), 3000U);
  EXPECT_TRUE(timer.take(5000)) << "late is due, too";
}

TEST(ServiceTimer, AMomentThatIsTakenBackIsNotTold) {
  std::uint64_t announced = 1000;
  ServiceTimer timer{announced};
  announced = ServiceTimer::never;
  EXPECT_FALSE(timer.take(2000));
}

}  // namespace
}  // namespace acrn::baremetal

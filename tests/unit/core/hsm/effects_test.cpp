// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/effects.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

TEST(WakeSet, HoldsEveryClientIdOfAFullHsm) {
  WakeSet set;
  std::size_t const count = hsm_vm_count_max * hsm_client_count_max;
  for (std::size_t i = count; i-- > 0;) set.add({static_cast<std::uint16_t>(i)});
  for (std::uint16_t i = 0; i < count; ++i) {
    EXPECT_TRUE(set.contains({i}));
    EXPECT_EQ(set.pop(), HsmClientId{i});
    EXPECT_FALSE(set.contains({i}));
  }
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.pop(), std::nullopt);
}

TEST(NotifySet, HoldsEveryVcpuOfAFullHsm) {
  NotifySet set;
  set.add({42}, 0);
  EXPECT_TRUE(set.empty());
  for (std::uint16_t vm = 0; vm < hsm_vm_count_max; ++vm) set.add({vm}, 0xffff);
  for (std::uint16_t vm = 0; vm < hsm_vm_count_max; ++vm) {
    for (std::uint16_t vcpu = 0; vcpu < 16; ++vcpu) {
      EXPECT_EQ(set.pop(), (VcpuRef{{vm}, {vcpu}}));
    }
  }
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.pop(), std::nullopt);
}

}  // namespace
}  // namespace acrn::core

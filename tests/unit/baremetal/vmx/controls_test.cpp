// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/controls.hpp"

#include <gtest/gtest.h>

#include "tests/unit/baremetal/vmx/real_cpus.hpp"

namespace acrn::baremetal {
namespace {

constexpr ControlChoice all{.io_bitmaps = true, .msr_bitmap = true, .vpid = true};

bool fits(std::uint32_t controls, ControlCapability capability) {
  return (capability.required() & ~controls) == 0 && capability.allows(controls);
}

TEST(VmxControls, FitTheCpu) {
  for (VmxCapabilities const& cpu : {skylake_x, tigerlake}) {
    for (ControlChoice const choice : {all, ControlChoice{}}) {
      VmxControls const controls = choose_controls(cpu, choice);
      EXPECT_TRUE(fits(controls.pin, cpu.pin));
      EXPECT_TRUE(fits(controls.processor, cpu.processor));
      EXPECT_TRUE(fits(controls.secondary, cpu.secondary));
      EXPECT_TRUE(fits(controls.exit, cpu.exit));
      EXPECT_TRUE(fits(controls.entry, cpu.entry));
    }
  }
}

TEST(VmxControls, OfSkylakeX) {
  VmxControls const controls = choose_controls(skylake_x, all);
  EXPECT_EQ(controls.pin, 0x5fU);
  EXPECT_EQ(controls.processor, 0xb698'6dfaU);
  EXPECT_EQ(controls.secondary, 0x10eaU);
  EXPECT_EQ(controls.exit, 0x003f'efffU);
  EXPECT_EQ(controls.entry, 0xd1ffU);
}

TEST(VmxControls, ChoicesDecide) {
  VmxControls const with = choose_controls(skylake_x, all);
  VmxControls const without = choose_controls(skylake_x, {});
  EXPECT_EQ(with.processor & processor_control::unconditional_io_exiting, 0U);
  EXPECT_NE(without.processor & processor_control::unconditional_io_exiting, 0U);
  EXPECT_EQ(without.processor & processor_control::io_bitmaps, 0U);
  EXPECT_EQ(without.processor & processor_control::msr_bitmaps, 0U);
  EXPECT_EQ(without.secondary & secondary_control::vpid, 0U);
}

TEST(VmxControls, WhatTheCpuLacksIsLeftOut) {
  VmxCapabilities cpu = skylake_x;
  cpu.secondary.raw &= ~(std::uint64_t{secondary_control::invpcid} << 32U);
  EXPECT_EQ(choose_controls(cpu, all).secondary & secondary_control::invpcid, 0U);
}

TEST(VmxControls, GuestsBeginOutsideIa32eMode) {
  EXPECT_EQ(choose_controls(tigerlake, all).entry & entry_control::ia32e_guest, 0U);
}

TEST(PreemptionTimer, RoundsUpToItsUnit) {
  static_assert(preemption_timer_value(0, 0) == 0);
  static_assert(preemption_timer_value(1, 0) == 1);
  static_assert(preemption_timer_value(5000, 0) == 5000);
  static_assert(preemption_timer_value(0, 5) == 0);
  static_assert(preemption_timer_value(1, 5) == 1);
  static_assert(preemption_timer_value(32, 5) == 1);
  static_assert(preemption_timer_value(33, 5) == 2);
  static_assert(preemption_timer_value(64, 5) == 2);
}

TEST(PreemptionTimer, CountsAsFarAsItsThirtyTwoBits) {
  static_assert(preemption_timer_value(preemption_ticks_max, 0) == 0xffff'ffff);
  static_assert(preemption_timer_value(preemption_ticks_max, 5) == 0x800'0000);
  static_assert(preemption_timer_value(preemption_ticks_max, 31) == 2);
  static_assert(preemption_timer_value(0, 31) == 0);
}

}  // namespace
}  // namespace acrn::baremetal

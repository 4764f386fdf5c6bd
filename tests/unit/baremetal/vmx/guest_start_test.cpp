// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/guest_start.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/baremetal/vmx/valid_guests.hpp"

namespace acrn::baremetal {
namespace {

using testing::IsEmpty;
using enum GuestStart::Mode;

TEST(GuestStart, EveryModeSatisfiesEveryRule) {
  for (GuestStart::Mode const mode : {real, protected32, long64}) {
    EXPECT_THAT(violated(valid_guest(mode)), IsEmpty()) << static_cast<int>(mode);
    EXPECT_EQ(first_violated_rule(valid_guest(mode), limits_of(skylake_x)), "");
  }
}

TEST(GuestStart, RealModeHasSegmentsAsTheCpuLoadsThem) {
  GuestState const state = start_state(
      {.mode = real, .rip = 0x10, .rsp = 0xfffe, .code_selector = 0x7c0, .data_selector = 0x900},
      limits);
  EXPECT_EQ(state.segment(VmcsSegment::cs).selector, 0x7c0);
  EXPECT_EQ(state.segment(VmcsSegment::cs).state.base, 0x7c00U);
  EXPECT_EQ(state.segment(VmcsSegment::ss).state.base, 0x9000U);
  EXPECT_EQ(state.segment(VmcsSegment::gs).state.limit, 0xffffU);
  EXPECT_EQ(state.cr0, 0x30U) << "NE is VMX operation's";
  EXPECT_EQ(state.cr4, 0x2000U);
  EXPECT_EQ(state.efer, 0U);
  EXPECT_EQ(state.rip, 0x10U);
  EXPECT_EQ(state.rsp, 0xfffeU);
  EXPECT_EQ(state.rflags, 2U);
  EXPECT_EQ(state.idtr.limit, 0xffffU);
  EXPECT_EQ(state.entry_controls, 0U);
}

TEST(GuestStart, ProtectedModeIsFlatWithoutPaging) {
  GuestState const state = start_state(
      {.mode = protected32, .rip = 0x10'0000, .gdt_base = 0x800, .gdt_limit = 0x27}, limits);
  EXPECT_EQ(state.cr0, 0x31U);
  EXPECT_EQ(state.segment(VmcsSegment::cs).selector, 0x10);
  EXPECT_EQ(state.segment(VmcsSegment::ds).selector, 0x18);
  EXPECT_EQ(state.segment(VmcsSegment::cs).state,
            (core::SegmentState{.base = 0, .limit = 0xffff'ffff, .access_rights = 0xc09b}));
  EXPECT_EQ(state.gdtr.base, 0x800U);
  EXPECT_EQ(state.gdtr.limit, 0x27U);
}

TEST(GuestStart, LongModeHasPagingFromTheFirstInstruction) {
  GuestState const state = start_state({.mode = long64, .cr3 = 0x3000}, limits);
  EXPECT_EQ(state.cr0, 0x8000'0031U);
  EXPECT_EQ(state.cr3, 0x3000U);
  EXPECT_EQ(state.cr4, 0x2020U);
  EXPECT_EQ(state.efer, 0x500U);
  EXPECT_TRUE(state.segment(VmcsSegment::cs).state.is_long());
  EXPECT_EQ(state.entry_controls, entry_control::ia32e_guest);
}

TEST(GuestStart, TheOtherModesIgnoreCr3) {
  EXPECT_EQ(start_state({.mode = real, .cr3 = 0x3000}, limits).cr3, 0U);
  EXPECT_EQ(start_state({.mode = protected32, .cr3 = 0x3000}, limits).cr3, 0U);
}

}  // namespace
}  // namespace acrn::baremetal

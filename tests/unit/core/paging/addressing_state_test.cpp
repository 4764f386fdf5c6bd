// SPDX-License-Identifier: BSD-3-Clause
#include "core/paging/addressing_state.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

constexpr SegmentState segment(std::uint32_t limit, std::uint32_t rights) {
  return {.limit = limit, .access_rights = rights};
}

TEST(AddressingState, FollowsModePrivilegeAndFlags) {
  SegmentState const long_code = segment(0, 0xa09b);
  SegmentState const kernel_stack = segment(0xffffffff, 0xc093);
  SegmentState const user_stack = segment(0xffffffff, 0xc0f3);
  ControlState const ia32e{.cr0 = 0x80000001, .cr4 = 0x20, .efer = 0x500};
  ControlState ia32e_57 = ia32e;
  ia32e_57.cr4 |= 0x1000;
  ControlState const protected_32{.cr0 = 1, .cr4 = 0x1000};

  AddressingState state = addressing_state(ia32e, 2, long_code, user_stack);
  EXPECT_EQ(state, (AddressingState{ia32e, SegmentRules::long_mode, 48, Privilege::user, false}));
  state = addressing_state(ia32e_57, 0x40002, long_code, kernel_stack);
  EXPECT_EQ(state,
            (AddressingState{ia32e_57, SegmentRules::long_mode, 57, Privilege::supervisor, true}));
  state = addressing_state(ia32e_57, 2, segment(0xffffffff, 0xc09b), user_stack);
  EXPECT_EQ(state,
            (AddressingState{ia32e_57, SegmentRules::protected_mode, 32, Privilege::user, false}));
  state = addressing_state(protected_32, 2, long_code, kernel_stack);
  EXPECT_EQ(state, (AddressingState{protected_32, SegmentRules::protected_mode, 32,
                                    Privilege::supervisor, false}))
      << "CS.L is ignored outside IA-32e mode";
  state = addressing_state(protected_32, 0x20002, kernel_stack, kernel_stack);
  EXPECT_EQ(state, (AddressingState{protected_32, SegmentRules::virtual_8086, 32, Privilege::user,
                                    false}));
  state = addressing_state({}, 2, long_code, user_stack);
  EXPECT_EQ(state, (AddressingState{{}, SegmentRules::real_mode, 32, Privilege::supervisor, false}))
      << "real mode has no levels";
}

}  // namespace
}  // namespace acrn::core

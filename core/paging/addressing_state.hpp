// SPDX-License-Identifier: BSD-3-Clause
// What of a vCPU's state decides the addresses of one instruction: segment rules, width of linear
// addresses, privilege, and the control registers of paging.
#pragma once

#include <cstdint>

#include "core/exit.hpp"
#include "core/paging/control_bits.hpp"
#include "core/paging/page_access.hpp"

namespace acrn::core {

/// Which rules segments follow. Compatibility mode is `protected_mode`.
enum class SegmentRules : std::uint8_t { real_mode, virtual_8086, protected_mode, long_mode };

/// Everything of a vCPU but its segments that one instruction's addresses depend on. Made once per
/// instruction.
struct AddressingState {
  ControlState control{};
  SegmentRules rules{};
  std::uint8_t linear_bits{};  ///< 32; in 64-bit mode 48, or 57 with CR4.LA57
  Privilege privilege{};       ///< of the program's own accesses: user at CPL 3
  bool alignment_check{};      ///< RFLAGS.AC
  friend constexpr bool operator==(AddressingState const&, AddressingState const&) = default;
};

/// Bits of a linear address that count in 64-bit mode. Source: Intel SDM vol. 3A (Sep 2023),
/// section 4.1.1 "Four Paging Modes".
constexpr std::uint8_t linear_bits_of(ControlState const& control) noexcept {
  return (control.cr4 & cr4::linear_57_bits) != 0 ? 57 : 48;
}

/// The rules that CR0.PE, RFLAGS.VM, EFER.LMA and CS.L select. `flags` is RFLAGS.
constexpr SegmentRules segment_rules(ControlState const& control, std::uint64_t flags,
                                     SegmentState const& cs) noexcept {
  if ((control.cr0 & cr0::protection_enable) == 0) return SegmentRules::real_mode;
  if ((control.efer & efer::long_mode_active) != 0) {
    return cs.is_long() ? SegmentRules::long_mode : SegmentRules::protected_mode;
  }
  return (flags & rflags::virtual_8086) != 0 ? SegmentRules::virtual_8086
                                             : SegmentRules::protected_mode;
}

/// The state for the instruction that CS and SS belong to. The privilege level is the DPL of SS:
/// Intel SDM vol. 3C (Sep 2023), section 25.4.1 "Guest Register State".
constexpr AddressingState addressing_state(ControlState const& control, std::uint64_t flags,
                                           SegmentState const& cs,
                                           SegmentState const& ss) noexcept {
  SegmentRules const rules = segment_rules(control, flags, cs);
  bool const user =
      rules == SegmentRules::virtual_8086 || (rules != SegmentRules::real_mode && ss.dpl() == 3);
  return {
      .control = control,
      .rules = rules,
      .linear_bits = rules == SegmentRules::long_mode ? linear_bits_of(control) : std::uint8_t{32},
      .privilege = user ? Privilege::user : Privilege::supervisor,
      .alignment_check = (flags & rflags::alignment_check) != 0};
}

}  // namespace acrn::core

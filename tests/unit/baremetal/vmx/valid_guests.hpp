// SPDX-License-Identifier: BSD-3-Clause
// Guest states that every rule accepts, and the rule that a change of one breaks.
#pragma once

#include <string>

#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/guest_rules.hpp"
#include "tests/unit/baremetal/vmx/real_cpus.hpp"

namespace acrn::baremetal {

inline constexpr GuestStateLimits limits = limits_of(tigerlake);

/// As VmxVcpu has it in the VMCS: with the controls of a vCPU.
inline GuestState valid_guest(GuestStart::Mode mode) {
  GuestStart start{.mode = mode, .rip = 0x1000, .rsp = 0x8000, .cr3 = 0x4000};
  if (mode == GuestStart::Mode::real) start.code_selector = start.data_selector = 0x100;
  GuestState state = start_state(start, limits);
  VmxControls const controls =
      choose_controls(tigerlake, {.io_bitmaps = true, .msr_bitmap = true, .vpid = true});
  state.pin_controls = controls.pin;
  state.entry_controls |= controls.entry;
  return state;
}

/// A guest in virtual-8086 mode.
inline GuestState valid_v8086_guest() {
  GuestState state = valid_guest(GuestStart::Mode::protected32);
  state.rflags |= core::rflags::virtual_8086;
  for (VmcsSegment const segment : {VmcsSegment::es, VmcsSegment::cs, VmcsSegment::ss,
                                    VmcsSegment::ds, VmcsSegment::fs, VmcsSegment::gs}) {
    state.segment(segment) = {.selector = 0x123,
                              .state = {.base = 0x1230, .limit = 0xffff, .access_rights = 0xf3}};
  }
  return state;
}

inline std::string violated(GuestState const& state) {
  return std::string{first_violated_rule(state, limits)};
}

/// One change of a valid guest, and how the sentence of the rule that it breaks begins.
struct Violation {
  char const* name;
  GuestStart::Mode mode;
  void (*change)(GuestState&);
  char const* rule;
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/guest_start.hpp"

#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/guest_state.hpp"

namespace acrn::baremetal {
namespace {

using Mode = GuestStart::Mode;

// Access rights. Source: Intel SDM vol. 3C (Sep 2023), table 25-2 "Format of Access Rights".
constexpr std::uint32_t code_16 = 0x009b;
constexpr std::uint32_t data_16 = 0x0093;
constexpr std::uint32_t code_32 = 0xc09b;
constexpr std::uint32_t code_64 = 0xa09b;
constexpr std::uint32_t data_32 = 0xc093;
constexpr std::uint32_t busy_task = 0x008b;  // 32-bit or 64-bit, by mode
constexpr std::uint32_t unusable = 1U << 16U;

constexpr std::uint64_t default_pat = 0x0007'0406'0007'0406;
constexpr std::uint64_t default_dr7 = 0x400;

constexpr std::uint32_t code_rights(Mode mode) noexcept {
  switch (mode) {
    case Mode::real:
      return code_16;
    case Mode::protected32:
      return code_32;
    case Mode::long64:
      break;
  }
  return code_64;
}

constexpr core::SegmentState segment_state(Mode mode, std::uint16_t selector,
                                           std::uint32_t rights) noexcept {
  if (mode == Mode::real) {
    return {.base = std::uint64_t{selector} << 4U, .limit = 0xffff, .access_rights = rights};
  }
  return {.base = 0, .limit = 0xffff'ffff, .access_rights = rights};
}

void set_segments(GuestState& state, GuestStart const& start) noexcept {
  std::uint32_t const data = start.mode == Mode::real ? data_16 : data_32;
  for (VmcsSegment const segment :
       {VmcsSegment::es, VmcsSegment::ss, VmcsSegment::ds, VmcsSegment::fs, VmcsSegment::gs}) {
    state.segment(segment) = {.selector = start.data_selector,
                              .state = segment_state(start.mode, start.data_selector, data)};
  }
  state.segment(VmcsSegment::cs) = {
      .selector = start.code_selector,
      .state = segment_state(start.mode, start.code_selector, code_rights(start.mode))};
  state.segment(VmcsSegment::ldtr).state = {.limit = 0xffff, .access_rights = unusable};
  state.segment(VmcsSegment::tr).state = {.limit = 0xffff, .access_rights = busy_task};
}

void set_mode(GuestState& state, GuestStart const& start, GuestStateLimits const& limits) noexcept {
  std::uint64_t cr0 = 0;
  std::uint64_t cr4 = 0;
  if (start.mode != Mode::real) cr0 |= core::cr0::protection_enable;
  if (start.mode == Mode::long64) {
    cr0 |= core::cr0::paging;
    cr4 |= core::cr4::physical_address_extension;
    state.efer = efer::long_mode_enable | core::efer::long_mode_active;
    state.cr3 = start.cr3;
    state.entry_controls = entry_control::ia32e_guest;
  }
  state.cr0 = real_cr0(cr0, limits.cr0_fixed0);
  state.cr4 = real_cr4(cr4, limits.cr4_fixed0);
}

}  // namespace

GuestState start_state(GuestStart const& start, GuestStateLimits const& limits) noexcept {
  GuestState state{.dr7 = default_dr7,
                   .pat = default_pat,
                   .gdtr = {.base = start.gdt_base, .limit = start.gdt_limit},
                   .idtr = {.base = 0, .limit = 0xffff},
                   .rip = start.rip,
                   .rsp = start.rsp,
                   .rflags = core::rflags::fixed,
                   .link_pointer = ~std::uint64_t{0}};
  set_segments(state, start);
  set_mode(state, start, limits);
  return state;
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Rules about descriptor tables, RIP and RFLAGS, and the state that is in no register.
#include <array>

#include "baremetal/vmx/address_rules.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/guest_rules.hpp"
#include "core/paging/control_bits.hpp"
#include "core/vcpu/interruption.hpp"

namespace acrn::baremetal {
namespace {

using core::InterruptionType;

constexpr std::uint64_t flag_trap = core::rflags::trap;
constexpr std::uint64_t flag_interrupt = 1U << 9U;
constexpr std::uint64_t debugctl_branch_trap = 1U << 1U;
constexpr std::uint64_t pending_single_step = 1U << 14U;

bool is_ia32e(GuestState const& state) noexcept {
  return (state.entry_controls & entry_control::ia32e_guest) != 0;
}
bool runs_64_bit_code(GuestState const& state) noexcept {
  return is_ia32e(state) && state.segment(VmcsSegment::cs).state.is_long();
}
bool is_blocked(GuestState const& state, std::uint32_t by) noexcept {
  return (state.interruptibility & by) != 0;
}
bool is_active(GuestState const& state) noexcept {
  return state.activity == static_cast<std::uint32_t>(Activity::active);
}
core::Interruption entry_event(GuestState const& state) noexcept {
  return core::decode_interruption(state.interruption_information);
}
bool injects(GuestState const& state, InterruptionType type) noexcept {
  core::Interruption const event = entry_event(state);
  return event.valid && event.type == type;
}

constexpr std::uint8_t vector_debug = 1;
constexpr std::uint8_t vector_machine_check = 18;

/// Whether a CPU that is not active may take the event of this entry. Source: section 27.3.1.5,
/// "Activity state".
bool event_suits_activity(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  core::Interruption const event = entry_event(state);
  if (!event.valid || is_active(state)) return true;
  bool const machine_check =
      event.type == InterruptionType::hardware_exception && event.vector == vector_machine_check;
  bool const debug =
      event.type == InterruptionType::hardware_exception && event.vector == vector_debug;
  switch (Activity{state.activity}) {
    case Activity::hlt:
      return event.type == InterruptionType::external_interrupt ||
             event.type == InterruptionType::nmi || debug || machine_check ||
             (event.type == InterruptionType::other && event.vector == 0);
    case Activity::shutdown:
      return event.type == InterruptionType::nmi || machine_check;
    default:
      return false;
  }
}

bool activity_is_supported(GuestState const& state, GuestStateLimits const& limits) noexcept {
  if (is_active(state)) return true;
  return state.activity <= 3 && (limits.miscellaneous >> (5 + state.activity) & 1U) != 0;
}

bool pending_step_fits(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  bool const delayed = is_blocked(state, interruptibility::by_sti | interruptibility::by_mov_ss) ||
                       state.activity == static_cast<std::uint32_t>(Activity::hlt);
  if (!delayed) return true;
  bool const due = (state.rflags & flag_trap) != 0 && (state.debugctl & debugctl_branch_trap) == 0;
  return ((state.pending_debug & pending_single_step) != 0) == due;
}

bool link_pointer_fits(GuestState const& state, GuestStateLimits const& limits) noexcept {
  return state.link_pointer == ~std::uint64_t{0} ||
         ((state.link_pointer & 0xfffU) == 0 && fits(state.link_pointer, limits.physical_bits));
}

constexpr std::array rules{
    GuestRule{"The bases of GDTR and IDTR must be canonical.",
              [](GuestState const& state, GuestStateLimits const& limits) noexcept {
                return is_canonical(state.gdtr.base, limits) &&
                       is_canonical(state.idtr.base, limits);
              }},
    GuestRule{"The limits of GDTR and IDTR must be at most 0xFFFF.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return state.gdtr.limit <= 0xffff && state.idtr.limit <= 0xffff;
              }},
    GuestRule{"RIP must be below 4 GiB outside 64-bit code, and canonical in it.",
              [](GuestState const& state, GuestStateLimits const& limits) noexcept {
                return runs_64_bit_code(state) ? is_canonical(state.rip, limits)
                                               : fits(state.rip, 32);
              }},
    GuestRule{"RFLAGS must have bits 63:22, 15, 5 and 3 0, and bit 1 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                constexpr std::uint64_t reserved = ~std::uint64_t{0x3f'ffff} | 0x8028U;
                return (state.rflags & reserved) == 0 && (state.rflags & core::rflags::fixed) != 0;
              }},
    GuestRule{"RFLAGS.VM = 1 needs CR0.PE = 1 and no IA-32e mode guest.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return (state.rflags & core::rflags::virtual_8086) == 0 ||
                       (!is_ia32e(state) && (state.cr0 & core::cr0::protection_enable) != 0);
              }},
    GuestRule{"Injecting an external interrupt needs RFLAGS.IF = 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !injects(state, InterruptionType::external_interrupt) ||
                       (state.rflags & flag_interrupt) != 0;
              }},
    GuestRule{"The activity state must be one that the CPU has.", activity_is_supported},
    GuestRule{"The activity state HLT needs SS's DPL 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return state.activity != static_cast<std::uint32_t>(Activity::hlt) ||
                       state.segment(VmcsSegment::ss).state.dpl() == 0;
              }},
    GuestRule{"Blocking by STI or MOV SS needs the activity state active.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return is_active(state) ||
                       !is_blocked(state, interruptibility::by_sti | interruptibility::by_mov_ss);
              }},
    GuestRule{"The event to inject must be one that the activity state takes.",
              event_suits_activity},
    GuestRule{"Interruptibility state must have bits 31:5 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return fits(state.interruptibility, 5);
              }},
    GuestRule{"Blocking by STI and by MOV SS must not both be set.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_blocked(state, interruptibility::by_sti) ||
                       !is_blocked(state, interruptibility::by_mov_ss);
              }},
    GuestRule{"Blocking by STI needs RFLAGS.IF = 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_blocked(state, interruptibility::by_sti) ||
                       (state.rflags & flag_interrupt) != 0;
              }},
    GuestRule{"Injecting an external interrupt needs no blocking by STI or MOV SS.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !injects(state, InterruptionType::external_interrupt) ||
                       !is_blocked(state, interruptibility::by_sti | interruptibility::by_mov_ss);
              }},
    GuestRule{"Injecting an NMI needs no blocking by MOV SS.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !injects(state, InterruptionType::nmi) ||
                       !is_blocked(state, interruptibility::by_mov_ss);
              }},
    GuestRule{"Outside SMM, blocking by SMI must be 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_blocked(state, interruptibility::by_smi);
              }},
    GuestRule{"With virtual NMIs, injecting an NMI needs no blocking by NMI.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return (state.pin_controls & pin_control::virtual_nmis) == 0 ||
                       !injects(state, InterruptionType::nmi) ||
                       !is_blocked(state, interruptibility::by_nmi);
              }},
    GuestRule{"Pending debug exceptions must have bits 11:4, 13, 15 and 63:17 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                constexpr std::uint64_t reserved = ~std::uint64_t{0x1'ffff} | 0xaff0U;
                return (state.pending_debug & reserved) == 0;
              }},
    GuestRule{"While STI, MOV SS or HLT delays it, a pending single step must match RFLAGS.TF.",
              pending_step_fits},
    GuestRule{
        "The VMCS link pointer must be all ones, or a page within the physical-address width.",
        link_pointer_fits},
};

}  // namespace

std::span<GuestRule const> other_state_rules() noexcept { return rules; }

std::string_view first_violated_rule(GuestState const& state,
                                     GuestStateLimits const& limits) noexcept {
  for (std::span<GuestRule const> const group :
       {control_register_rules(), segment_rules(), other_state_rules()}) {
    for (GuestRule const& rule : group) {
      if (!rule.holds(state, limits)) return rule.sentence;
    }
  }
  return {};
}

}  // namespace acrn::baremetal

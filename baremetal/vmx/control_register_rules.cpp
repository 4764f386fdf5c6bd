// SPDX-License-Identifier: BSD-3-Clause
// Rules about control registers, debug registers and MSRs, and about page-directory pointers.
#include <array>

#include "baremetal/vmx/address_rules.hpp"
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/guest_rules.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t cr4_pcide = 1U << 17U;
constexpr std::uint64_t cr4_cet = 1U << 23U;
constexpr std::uint64_t debugctl_known = 0xffc3;
constexpr std::uint64_t efer_known = 0xd01;

bool is_ia32e(GuestState const& state) noexcept {
  return (state.entry_controls & entry_control::ia32e_guest) != 0;
}
bool loads(GuestState const& state, std::uint32_t control) noexcept {
  return (state.entry_controls & control) != 0;
}
bool has(std::uint64_t word, std::uint64_t bit) noexcept { return (word & bit) != 0; }

bool cr0_is_supported(GuestState const& state, GuestStateLimits const& limits) noexcept {
  constexpr std::uint64_t unchecked = core::cr0::protection_enable | core::cr0::paging |
                                      cr0::not_write_through | cr0::cache_disable;
  return (~state.cr0 & limits.cr0_fixed0 & ~unchecked) == 0 &&
         (state.cr0 & ~limits.cr0_fixed1 & ~unchecked) == 0;
}

bool pat_is_valid(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  if (!loads(state, entry_control::load_pat)) return true;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    std::uint64_t const type = state.pat >> shift & 0xffU;
    if (type > 7 || type == 2 || type == 3) return false;
  }
  return true;
}

bool lma_follows_lme(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  if (!loads(state, entry_control::load_efer) || !has(state.cr0, core::cr0::paging)) return true;
  return has(state.efer, core::efer::long_mode_active) == has(state.efer, efer::long_mode_enable);
}

bool pdptes_are_valid(GuestState const& state, GuestStateLimits const& limits) noexcept {
  bool const pae = has(state.cr0, core::cr0::paging) &&
                   has(state.cr4, core::cr4::physical_address_extension) && !is_ia32e(state);
  if (!pae) return true;
  constexpr std::uint64_t reserved_low = 0x1e6;
  for (std::uint64_t const entry : state.pdptes) {
    if (has(entry, 1) && (has(entry, reserved_low) || !fits(entry, limits.physical_bits))) {
      return false;
    }
  }
  return true;
}

constexpr std::array rules{
    GuestRule{"CR0 must have the bits that VMX operation fixes (NE, and none that the CPU lacks).",
              cr0_is_supported},
    GuestRule{"CR0.PG = 1 needs CR0.PE = 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !has(state.cr0, core::cr0::paging) ||
                       has(state.cr0, core::cr0::protection_enable);
              }},
    GuestRule{
        "CR4 must have the bits that VMX operation fixes (VMXE, and none that the CPU lacks).",
        [](GuestState const& state, GuestStateLimits const& limits) noexcept {
          return (~state.cr4 & limits.cr4_fixed0) == 0 && (state.cr4 & ~limits.cr4_fixed1) == 0;
        }},
    GuestRule{"CR4.CET = 1 needs CR0.WP = 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !has(state.cr4, cr4_cet) || has(state.cr0, core::cr0::write_protect);
              }},
    GuestRule{"IA32_DEBUGCTL must have its reserved bits 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !loads(state, entry_control::load_debug_controls) ||
                       !has(state.debugctl, ~debugctl_known);
              }},
    GuestRule{"An IA-32e mode guest needs CR0.PG = 1 and CR4.PAE = 1.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_ia32e(state) || (has(state.cr0, core::cr0::paging) &&
                                            has(state.cr4, core::cr4::physical_address_extension));
              }},
    GuestRule{"CR4.PCIDE = 1 needs an IA-32e mode guest.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return is_ia32e(state) || !has(state.cr4, cr4_pcide);
              }},
    GuestRule{"CR3 must fit the physical-address width.",
              [](GuestState const& state, GuestStateLimits const& limits) noexcept {
                return fits(state.cr3, limits.physical_bits);
              }},
    GuestRule{"DR7 must have bits 63:32 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !loads(state, entry_control::load_debug_controls) || fits(state.dr7, 32);
              }},
    GuestRule{"IA32_SYSENTER_ESP and IA32_SYSENTER_EIP must be canonical.",
              [](GuestState const& state, GuestStateLimits const& limits) noexcept {
                return is_canonical(state.sysenter_esp, limits) &&
                       is_canonical(state.sysenter_eip, limits);
              }},
    GuestRule{"Each byte of IA32_PAT must be 0, 1, 4, 5, 6 or 7.", pat_is_valid},
    GuestRule{"IA32_EFER must have its reserved bits 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !loads(state, entry_control::load_efer) || !has(state.efer, ~efer_known);
              }},
    GuestRule{"IA32_EFER.LMA must equal the VM-entry control \"IA-32e mode guest\".",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !loads(state, entry_control::load_efer) ||
                       has(state.efer, core::efer::long_mode_active) == is_ia32e(state);
              }},
    GuestRule{"With CR0.PG = 1, IA32_EFER.LMA must equal IA32_EFER.LME.", lma_follows_lme},
    GuestRule{"With PAE paging, present page-directory-pointer entries must have reserved bits 0.",
              pdptes_are_valid},
};

}  // namespace

std::span<GuestRule const> control_register_rules() noexcept { return rules; }

}  // namespace acrn::baremetal

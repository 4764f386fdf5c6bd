// SPDX-License-Identifier: BSD-3-Clause
// Which bits of CR0 and CR4 a guest has for itself, and what it sees of the others.
#pragma once

#include <cstdint>

#include "core/paging/control_bits.hpp"
#include "core/vcpu/interruption.hpp"

namespace acrn::baremetal {

/// Bits of CR0 that the guest's MOV, LMSW and CLTS exit for: VMX operation needs NE, and NW and CD
/// would slow the machine's caches down.
inline constexpr std::uint64_t cr0_host_owned = 1U << 5U | 1U << 29U | 1U << 30U;

/// Bits of CR4 that a guest changes without an exit: VME, PVI, TSD, DE, PSE, PAE, MCE, PGE, PCE,
/// OSFXSR, OSXMMEXCPT, UMIP, FSGSBASE, SMEP and SMAP. All others, unknown ones included, exit.
inline constexpr std::uint64_t cr4_guest_owned =
    0x7ffU | 1U << 11U | 1U << 16U | 1U << 20U | 1U << 21U;
inline constexpr std::uint64_t cr4_host_owned = ~cr4_guest_owned;

namespace cr0 {
inline constexpr std::uint64_t extension_type = 1U << 4U;
inline constexpr std::uint64_t numeric_error = 1U << 5U;
inline constexpr std::uint64_t not_write_through = 1U << 29U;
inline constexpr std::uint64_t cache_disable = 1U << 30U;
}  // namespace cr0
namespace cr4 {
inline constexpr std::uint64_t os_fxsr = 1U << 9U;
inline constexpr std::uint64_t os_xmm_exceptions = 1U << 10U;
inline constexpr std::uint64_t vmx_enable = 1U << 13U;
inline constexpr std::uint64_t os_xsave = 1U << 18U;
}  // namespace cr4
namespace efer {
inline constexpr std::uint64_t long_mode_enable = 1U << 8U;
}  // namespace efer

/// The CR0 that the CPU runs with when the guest has written `value`. `fixed0` is
/// IA32_VMX_CR0_FIXED0, whose PE and PG do not bind an unrestricted guest.
constexpr std::uint64_t real_cr0(std::uint64_t value, std::uint64_t fixed0) noexcept {
  constexpr std::uint64_t free = core::cr0::protection_enable | core::cr0::paging;
  constexpr std::uint64_t cleared = cr0::not_write_through | cr0::cache_disable;
  return (value & ~cleared) | (fixed0 & ~free) | cr0::numeric_error | cr0::extension_type;
}

/// Likewise of CR4.
constexpr std::uint64_t real_cr4(std::uint64_t value, std::uint64_t fixed0) noexcept {
  return value | fixed0 | cr4::vmx_enable;
}

/// What the guest reads: its own bits from the real register, the others as it last wrote them.
constexpr std::uint64_t guest_view(std::uint64_t real, std::uint64_t shadow,
                                   std::uint64_t host_owned) noexcept {
  return (real & ~host_owned) | (shadow & host_owned);
}

/// Interruption information as a VM entry takes it: without protection nothing pushes an error
/// code, and asking for one fails the entry. Source: Intel SDM vol. 3C (Sep 2023), section 27.2.1.3
/// "VM-Entry Control Fields".
constexpr std::uint32_t deliverable(std::uint32_t information, std::uint64_t cr0) noexcept {
  return (cr0 & core::cr0::protection_enable) != 0
             ? information
             : information & ~core::interruption_error_code_valid;
}

/// Whether the CPU pages by four loaded page-directory-pointer entries.
constexpr bool uses_pdptes(std::uint64_t cr0, std::uint64_t cr4, std::uint64_t efer) noexcept {
  return (cr0 & core::cr0::paging) != 0 && (cr4 & core::cr4::physical_address_extension) != 0 &&
         (efer & core::efer::long_mode_active) == 0;
}

}  // namespace acrn::baremetal

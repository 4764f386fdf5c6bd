// SPDX-License-Identifier: BSD-3-Clause
// Whether this CPU can run guests: the three answers to "is VT-x there?", as pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

enum class Vtx : std::uint8_t {
  absent,           ///< CPUID does not offer VMX
  off_by_firmware,  ///< IA32_FEATURE_CONTROL is locked with VMXON outside SMX forbidden
  available,        ///< usable; an unlocked IA32_FEATURE_CONTROL can be set by us
};

/// CPUID leaf 1, ECX bit 5. Source: Intel SDM vol. 3C (Sep 2023), section 24.6.
constexpr bool cpuid_offers_vmx(std::uint32_t leaf1_ecx) noexcept {
  return (leaf1_ecx & 1U << 5U) != 0;
}

/// The number of IA32_FEATURE_CONTROL; it exists only where CPUID offers VMX (or SMX).
inline constexpr std::uint32_t msr_feature_control = 0x3a;

/// What a CPU that offers VMX allows. Bit 0 is the lock, bit 2 enables VMXON outside SMX.
/// Source: Intel SDM vol. 3C (Sep 2023), section 24.7 "Enabling and Entering VMX Operation".
constexpr Vtx vtx_from_feature_control(std::uint64_t feature_control) noexcept {
  bool const locked = (feature_control & 1U) != 0;
  bool const enabled = (feature_control & 4U) != 0;
  return locked && !enabled ? Vtx::off_by_firmware : Vtx::available;
}

/// One whole sentence for the user, with what to do about it.
std::string_view sentence(Vtx vtx) noexcept;

}  // namespace acrn::baremetal

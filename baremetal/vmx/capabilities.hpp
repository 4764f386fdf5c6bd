// SPDX-License-Identifier: BSD-3-Clause
// What a CPU's VMX offers, as its capability MSRs say it, and what is missing for this hypervisor.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bits.hpp"

namespace acrn::baremetal {

/// A capability MSR of one group of VM-execution controls. Source: Intel SDM vol. 3D (Sep 2023),
/// appendix A.3 "VM-Execution Controls".
struct ControlCapability {
  std::uint64_t raw{};

  /// Bits that must be 1.
  [[nodiscard]] constexpr std::uint32_t required() const noexcept {
    return static_cast<std::uint32_t>(raw);
  }
  /// Bits that may be 1.
  [[nodiscard]] constexpr std::uint32_t allowed() const noexcept {
    return static_cast<std::uint32_t>(raw >> 32U);
  }
  [[nodiscard]] constexpr bool allows(std::uint32_t controls) const noexcept {
    return (allowed() & controls) == controls;
  }
};

/// CPUID and MSR values that decide whether guests can run. MSRs that do not exist are 0: the
/// control groups hold the "true" MSRs where IA32_VMX_BASIC has bit 55, else the older ones.
/// Source: Intel SDM vol. 3D (Sep 2023), appendix A "VMX Capability Reporting Facility".
struct VmxCapabilities {
  std::uint32_t cpuid_1_ecx{};
  std::uint32_t cpuid_7_ebx{};
  std::uint64_t feature_control{};  ///< IA32_FEATURE_CONTROL, 3AH
  std::uint64_t basic{};            ///< IA32_VMX_BASIC, 480H
  ControlCapability pin{};          ///< 481H or 48DH
  ControlCapability processor{};    ///< 482H or 48EH
  ControlCapability exit{};         ///< 483H or 48FH
  ControlCapability entry{};        ///< 484H or 490H
  ControlCapability secondary{};    ///< 48BH
  std::uint64_t miscellaneous{};    ///< IA32_VMX_MISC, 485H
  std::uint64_t cr0_fixed0{};       ///< 486H: bits that must be 1
  std::uint64_t cr0_fixed1{};       ///< 487H: bits that may be 1
  std::uint64_t cr4_fixed0{};       ///< 488H
  std::uint64_t cr4_fixed1{};       ///< 489H
  std::uint64_t ept_vpid{};         ///< IA32_VMX_EPT_VPID_CAP, 48CH
  std::uint8_t physical_bits{};     ///< MAXPHYADDR

  [[nodiscard]] constexpr std::uint32_t revision() const noexcept {
    return static_cast<std::uint32_t>(core::bits<30, 0>(basic));
  }
  /// The preemption timer counts down once in 2^shift ticks of the TSC.
  [[nodiscard]] constexpr std::uint8_t preemption_timer_shift() const noexcept {
    return static_cast<std::uint8_t>(core::bits<4, 0>(miscellaneous));
  }
  [[nodiscard]] constexpr bool has_vpid() const noexcept {
    constexpr std::uint64_t single_context = std::uint64_t{1} << 41U;
    return secondary.allows(1U << 5U) && (ept_vpid & single_context) != 0;
  }
};

/// Why this hypervisor cannot run guests on a CPU. One feature each, in the order of the checks.
enum class VmxRefusal : std::uint8_t {
  no_vmx,
  locked_by_firmware,
  vmcs_too_large,
  vmcs_not_write_back,
  no_secondary_controls,
  no_ept,
  no_ept_four_levels,
  no_ept_write_back,
  no_invept,
  no_unrestricted_guest,
  no_external_interrupt_exiting,
  no_nmi_exiting,
  no_preemption_timer,
  no_hlt_exiting,
  no_tsc_offsetting,
  no_io_bitmaps,
  no_msr_bitmaps,
  no_interrupt_window,
  no_mov_dr_exiting,
  forced_cr3_exiting,
  no_64_bit_host,
  no_acknowledge_on_exit,
  no_ia32e_guest,
  no_efer_switching,
  no_pat_switching,
  no_memory,     ///< the frame source is empty
  vmxon_failed,  ///< VMXON was refused although all of the above is there
  vmcs_failed,   ///< VMCLEAR or VMPTRLD refused a fresh VMCS
};

/// The first thing that is missing; nothing: guests can run. Does not touch the machine.
std::optional<VmxRefusal> missing_for_guests(VmxCapabilities const& capabilities) noexcept;

/// One whole sentence for the user, with what to do about it.
std::string_view sentence(VmxRefusal refusal) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Which exit-information fields of a VMCS say something, by basic exit reason.
#pragma once

#include <array>
#include <cstdint>

#include "core/vcpu/machine_exit.hpp"

namespace acrn::baremetal {

/// Bits of a set of fields.
namespace exit_field {
inline constexpr std::uint8_t length = 1U << 0U;         ///< VM-exit instruction length
inline constexpr std::uint8_t qualification = 1U << 1U;  ///< exit qualification
inline constexpr std::uint8_t physical = 1U << 2U;       ///< guest-physical address
inline constexpr std::uint8_t interruption = 1U << 3U;   ///< VM-exit interruption information
inline constexpr std::uint8_t idt_vectoring = 1U << 4U;  ///< the exit may interrupt a delivery
}  // namespace exit_field

/// One more than the highest basic exit reason of the table.
inline constexpr std::size_t exit_reason_count = 75;

/// Source: Intel SDM vol. 3C (Sep 2023), sections 28.2.1 "Basic VM-Exit Information", 28.2.3
/// "Information About NMIs and External Interrupts", 28.2.4 "Information for VM Exits During Event
/// Delivery" and 28.2.5 "Information for VM Exits Due to Instruction Execution".
constexpr std::array<std::uint8_t, exit_reason_count> make_exit_fields() noexcept {
  using enum core::MachineReason;
  using core::MachineReason;
  std::array<std::uint8_t, exit_reason_count> fields{};
  auto const set = [&fields](MachineReason reason, unsigned bits) {
    fields[static_cast<std::size_t>(reason)] = static_cast<std::uint8_t>(bits);
  };
  for (MachineReason const reason :
       {cpuid, getsec, hlt,     invd,  rdpmc,  rdtsc,  rsm,    vmcall, vmlaunch, vmresume, vmxoff,
        rdmsr, wrmsr,  monitor, pause, rdtscp, wbinvd, xsetbv, rdrand, vmfunc,   rdseed}) {
    set(reason, exit_field::length);
  }
  for (MachineReason const reason :
       {invlpg, vmclear, vmptrld, vmptrst, vmread, vmwrite, vmxon, control_register, debug_register,
        io_instruction, mwait, invept, invvpid, invpcid, xsaves, xrstors}) {
    set(reason, exit_field::length | exit_field::qualification);
  }
  set(exception_or_nmi,
      exit_field::qualification | exit_field::interruption | exit_field::idt_vectoring);
  set(external_interrupt, exit_field::interruption);
  set(startup_ipi, exit_field::qualification);
  set(task_switch, exit_field::length | exit_field::qualification | exit_field::idt_vectoring);
  set(ept_violation, exit_field::qualification | exit_field::physical | exit_field::idt_vectoring);
  set(ept_misconfiguration, exit_field::physical | exit_field::idt_vectoring);
  return fields;
}

inline constexpr std::array<std::uint8_t, exit_reason_count> exit_fields = make_exit_fields();

/// The fields of a reason; of one that the table does not know, length and qualification.
constexpr std::uint8_t fields_of(std::uint16_t reason) noexcept {
  return reason < exit_reason_count ? exit_fields[reason]
                                    : exit_field::length | exit_field::qualification;
}

}  // namespace acrn::baremetal

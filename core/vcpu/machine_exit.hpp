// SPDX-License-Identifier: BSD-3-Clause
// One VM exit of any reason, as the VMCS describes it: what the host hands to core, and what a
// capture keeps of an exit.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace acrn::core {

/// Basic exit reasons that Vcpu tells apart; every other value may occur in MachineExit::reason.
/// Source: Intel SDM vol. 3D (Sep 2023), table C-1 "Basic Exit Reasons".
enum class MachineReason : std::uint16_t {
  exception_or_nmi = 0,
  external_interrupt = 1,
  triple_fault = 2,
  init_signal = 3,
  startup_ipi = 4,
  interrupt_window = 7,
  nmi_window = 8,
  task_switch = 9,
  cpuid = 10,
  getsec = 11,
  hlt = 12,
  invd = 13,
  invlpg = 14,
  rdpmc = 15,
  rdtsc = 16,
  rsm = 17,
  vmcall = 18,
  vmclear = 19,
  vmlaunch = 20,
  vmptrld = 21,
  vmptrst = 22,
  vmread = 23,
  vmresume = 24,
  vmwrite = 25,
  vmxoff = 26,
  vmxon = 27,
  control_register = 28,
  debug_register = 29,
  io_instruction = 30,
  rdmsr = 31,
  wrmsr = 32,
  mwait = 36,
  monitor = 39,
  pause = 40,
  ept_violation = 48,
  ept_misconfiguration = 49,
  invept = 50,
  rdtscp = 51,
  preemption_timer = 52,
  invvpid = 53,
  wbinvd = 54,
  xsetbv = 55,
  rdrand = 57,
  invpcid = 58,
  vmfunc = 59,
  rdseed = 61,
  xsaves = 63,
  xrstors = 64,
};

/// A VM exit. In comments: the encoding of the VMCS field, Intel SDM vol. 3D (Sep 2023), appendix B
/// "Field Encoding in VMCS", and when the host has to read it. What it need not read is 0, so that
/// the same exit is the same bytes in every host.
struct MachineExit {
  std::uint16_t reason{};  ///< 0x4402 bits 15:0; a failed VM entry is the host's, not core's
  std::uint8_t instruction_length{};          ///< 0x440C
  std::uint64_t qualification{};              ///< 0x6400
  Gpa guest_physical{};                       ///< 0x2400: EPT violation or misconfiguration
  std::uint64_t guest_linear{};               ///< 0x640A: EPT violation with qualification bit 7,
                                              ///< INS and OUTS
  std::uint32_t instruction_information{};    ///< 0x440E: INS and OUTS
  std::uint32_t interruption_information{};   ///< 0x4404: reasons 0 and 1
  std::uint32_t interruption_error_code{};    ///< 0x4406: if bit 11 of the above is set
  std::uint32_t idt_vectoring_information{};  ///< 0x4408: every exit; 0 where bit 31 is clear
  std::uint32_t idt_vectoring_error_code{};   ///< 0x440A: if bit 11 of the above is set
  friend constexpr bool operator==(MachineExit const&, MachineExit const&) = default;
};

}  // namespace acrn::core

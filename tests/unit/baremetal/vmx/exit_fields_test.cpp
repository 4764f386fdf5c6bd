// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/exit_fields.hpp"

#include <gtest/gtest.h>

namespace acrn::baremetal {
namespace {

using core::MachineReason;

constexpr std::uint8_t fields(MachineReason reason) {
  return fields_of(static_cast<std::uint16_t>(reason));
}

TEST(ExitFields, OfInstructionsHaveALength) {
  static_assert(fields(MachineReason::cpuid) == exit_field::length);
  static_assert(fields(MachineReason::hlt) == exit_field::length);
  static_assert(fields(MachineReason::vmcall) == exit_field::length);
  static_assert(fields(MachineReason::rdmsr) == exit_field::length);
  static_assert(fields(MachineReason::io_instruction) ==
                (exit_field::length | exit_field::qualification));
  static_assert(fields(MachineReason::control_register) ==
                (exit_field::length | exit_field::qualification));
}

TEST(ExitFields, OfEptViolationsHaveNoLengthThatCouldBeReliedOn) {
  static_assert(fields(MachineReason::ept_violation) ==
                (exit_field::qualification | exit_field::physical | exit_field::idt_vectoring));
  static_assert((fields(MachineReason::ept_misconfiguration) & exit_field::qualification) == 0);
}

TEST(ExitFields, OfEventsSayWhich) {
  static_assert((fields(MachineReason::external_interrupt)) == exit_field::interruption);
  static_assert((fields(MachineReason::exception_or_nmi) & exit_field::interruption) != 0);
  static_assert((fields(MachineReason::exception_or_nmi) & exit_field::idt_vectoring) != 0);
}

TEST(ExitFields, OfTimersAndWindowsAreNone) {
  static_assert(fields(MachineReason::preemption_timer) == 0);
  static_assert(fields(MachineReason::interrupt_window) == 0);
  static_assert(fields(MachineReason::triple_fault) == 0);
}

TEST(ExitFields, OfUnknownReasonsAreThoseThatHelpToReportThem) {
  static_assert(fields_of(75) == (exit_field::length | exit_field::qualification));
  static_assert(fields_of(0xffff) == (exit_field::length | exit_field::qualification));
}

}  // namespace
}  // namespace acrn::baremetal

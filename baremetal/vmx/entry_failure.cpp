// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/entry_failure.hpp"

#include <array>

namespace acrn::baremetal {
namespace {

struct InstructionError {
  std::uint32_t number;
  std::string_view name;
};

/// The numbers that VMLAUNCH, VMRESUME and this hypervisor's other VMX instructions can leave.
constexpr std::array instruction_errors{
    InstructionError{1, "VMCALL executed in VMX root operation"},
    InstructionError{2, "VMCLEAR with an invalid physical address"},
    InstructionError{3, "VMCLEAR with the VMXON pointer"},
    InstructionError{4, "VMLAUNCH with a VMCS that is not clear"},
    InstructionError{5, "VMRESUME with a VMCS that is not launched"},
    InstructionError{6, "VMRESUME after VMXOFF"},
    InstructionError{7, "VM entry with invalid control fields"},
    InstructionError{8, "VM entry with invalid host-state fields"},
    InstructionError{9, "VMPTRLD with an invalid physical address"},
    InstructionError{10, "VMPTRLD with the VMXON pointer"},
    InstructionError{11, "VMPTRLD with a wrong VMCS revision"},
    InstructionError{12, "VMREAD or VMWRITE of a field that the CPU does not have"},
    InstructionError{13, "VMWRITE of a read-only field"},
    InstructionError{15, "VMXON executed in VMX root operation"},
    InstructionError{25, "VM entry with an invalid executive-VMCS pointer"},
    InstructionError{26, "VM entry while events are blocked by MOV SS"},
    InstructionError{28, "INVEPT or INVVPID with an invalid operand"},
};

}  // namespace

std::string_view sentence(EntryFailureKind kind) noexcept {
  switch (kind) {
    case EntryFailureKind::none:
      return "The VM entry succeeded.";
    case EntryFailureKind::no_current_vmcs:
      return "The VM entry failed: the CPU has no current VMCS.";
    case EntryFailureKind::instruction:
      return "The VM entry failed: the CPU refuses the VMCS.";
    case EntryFailureKind::guest_state:
      return "The VM entry failed: the CPU refuses the guest's state.";
    case EntryFailureKind::msr_loading:
      return "The VM entry failed: the CPU refuses an MSR of the entry's list.";
    case EntryFailureKind::machine_check:
      return "The VM entry failed: a machine check happened during it.";
  }
  return "The VM entry failed for an unknown reason.";
}

std::string_view instruction_error_name(std::uint32_t number) noexcept {
  for (InstructionError const& error : instruction_errors) {
    if (error.number == number) return error.name;
  }
  return "unknown";
}

}  // namespace acrn::baremetal

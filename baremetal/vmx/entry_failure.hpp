// SPDX-License-Identifier: BSD-3-Clause
// What is known about a VM entry that failed.
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

/// How VMLAUNCH or VMRESUME failed. Source: Intel SDM vol. 3C (Sep 2023), section 27.8 "VM-Entry
/// Failures During or After Loading Guest State", and chapter 31 "VMX Instruction Reference".
enum class EntryFailureKind : std::uint8_t {
  none,
  no_current_vmcs,  ///< VMfailInvalid
  instruction,      ///< VMfailValid: `number` is the VM-instruction error
  guest_state,      ///< exit reason 33
  msr_loading,      ///< exit reason 34; `qualification` is the entry of the list
  machine_check,    ///< exit reason 41
};

struct EntryFailure {
  EntryFailureKind kind{};
  std::uint32_t number{};         ///< exit reason with bit 31, or VM-instruction error
  std::uint64_t qualification{};  ///< of guest_state and msr_loading
  /// The first rule of "Checking and Loading Guest State" that the VMCS violates; empty where none
  /// was found, or the failure is of another kind.
  std::string_view rule{};
};

/// A whole sentence for the kind, without numbers and rule.
std::string_view sentence(EntryFailureKind kind) noexcept;

/// The meaning of a VM-instruction error number. Source: Intel SDM vol. 3C (Sep 2023), table 31-1.
std::string_view instruction_error_name(std::uint32_t number) noexcept;

}  // namespace acrn::baremetal

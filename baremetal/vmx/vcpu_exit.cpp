// SPDX-License-Identifier: BSD-3-Clause
// What a VM exit was, and what core asks about the vCPU afterwards.
#include "baremetal/machine/cpu.hpp"
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/exit_fields.hpp"
#include "baremetal/vmx/guest_state_vmcs.hpp"
#include "baremetal/vmx/vcpu.hpp"
#include "core/vcpu/interruption.hpp"

extern "C" {
void hv_read_xmm(std::uint64_t index, void* bytes) noexcept;
void hv_read_ymm(std::uint64_t index, void* bytes) noexcept;
}

namespace acrn::baremetal {

void VmxVcpu::read_exit() noexcept {
  core::MachineExit exit{.reason = static_cast<std::uint16_t>(reason_)};
  std::uint8_t const fields = fields_of(exit.reason);
  if ((fields & exit_field::length) != 0) {
    exit.instruction_length = static_cast<std::uint8_t>(vmx::read(vmcs::exit_instruction_length));
  }
  if ((fields & exit_field::qualification) != 0) {
    exit.qualification = vmx::read(vmcs::exit_qualification);
  }
  if ((fields & exit_field::physical) != 0) {
    constexpr std::uint64_t linear_address_valid = 1U << 7U;
    exit.guest_physical = {vmx::read(vmcs::guest_physical_address)};
    if ((exit.qualification & linear_address_valid) != 0) {
      exit.guest_linear = vmx::read(vmcs::guest_linear_address);
    }
  }
  exit_is_plain_io_ = exit.reason == io_reason && (exit.qualification & is_string) == 0;
  if (exit.reason == io_reason && !exit_is_plain_io_) {
    exit.guest_linear = vmx::read(vmcs::guest_linear_address);
    exit.instruction_information = vmx::read(vmcs::exit_instruction_information);
  }
  read_event(exit, fields);
  exit_ = exit;
}

/// The interrupt or exception that the exit is, and the one that it kept from being delivered.
void VmxVcpu::read_event(core::MachineExit& exit, std::uint8_t fields) noexcept {
  if ((fields & exit_field::interruption) != 0) {
    exit.interruption_information = vmx::read(vmcs::exit_interruption_information);
    core::Interruption const event = core::decode_interruption(exit.interruption_information);
    if (event.has_error_code) {
      exit.interruption_error_code = vmx::read(vmcs::exit_interruption_error_code);
    }
    if (core::needs_instruction_length(event.type)) {
      exit.instruction_length = static_cast<std::uint8_t>(vmx::read(vmcs::exit_instruction_length));
    }
  }
  if ((fields & exit_field::idt_vectoring) == 0) return;
  std::uint32_t const information = vmx::read(vmcs::idt_vectoring_information);
  core::Interruption const event = core::decode_interruption(information);
  if (!event.valid) return;
  exit.idt_vectoring_information = information;
  if (event.has_error_code) {
    exit.idt_vectoring_error_code = vmx::read(vmcs::idt_vectoring_error_code);
  }
  if (core::needs_instruction_length(event.type)) {
    exit.instruction_length = static_cast<std::uint8_t>(vmx::read(vmcs::exit_instruction_length));
  }
}

core::SegmentState VmxVcpu::segment(core::Segment segment) noexcept {
  auto const index = static_cast<std::uint32_t>(segment);
  if (!is_known(known_segments << index)) {
    known_ |= known_segments << index;
    segments_[index] = read_segment(index);
  }
  return segments_[index];
}

core::ControlState VmxVcpu::control() noexcept {
  if (is_known(known_control)) return control_;
  known_ |= known_control;
  std::uint64_t const cr0 = vmx::read(vmcs::guest_cr0);
  std::uint64_t const cr4 = vmx::read(vmcs::guest_cr4);
  control_ = {.cr0 = guest_view(cr0, vmx::read(vmcs::cr0_shadow), cr0_host_owned),
              .cr3 = vmx::read(vmcs::guest_cr3),
              .cr4 = guest_view(cr4, vmx::read(vmcs::cr4_shadow), cr4_host_owned),
              .efer = vmx::read(vmcs::guest_efer),
              .physical_bits = limits_.physical_bits,
              .has_1gib_pages = has_1gib_pages_};
  if (uses_pdptes(cr0, cr4, control_.efer)) {
    control_.pdptes = {vmx::read(vmcs::guest_pdpte0), vmx::read(vmcs::guest_pdpte1),
                       vmx::read(vmcs::guest_pdpte2), vmx::read(vmcs::guest_pdpte3)};
  }
  return control_;
}

core::VectorValue VmxVcpu::read_vector(std::uint8_t index) noexcept {
  core::VectorValue value{};
  if (has_avx_) {
    hv_read_ymm(index, value.data());
  } else {
    hv_read_xmm(index, value.data());
  }
  return value;
}

core::CpuidLeaf VmxVcpu::cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept {
  CpuidResult const result = baremetal::cpuid(leaf, subleaf);
  return {.eax = result.eax, .ebx = result.ebx, .ecx = result.ecx, .edx = result.edx};
}

}  // namespace acrn::baremetal

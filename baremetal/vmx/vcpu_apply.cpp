// SPDX-License-Identifier: BSD-3-Clause
// What core decided, written into the vCPU.
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/invalidate.hpp"
#include "baremetal/vmx/vcpu.hpp"

extern "C" {
void hv_write_xmm(std::uint64_t index, void const* bytes) noexcept;
void hv_write_ymm(std::uint64_t index, void const* bytes) noexcept;
}

namespace acrn::baremetal {

void VmxVcpu::write_registers(core::Commit const& commit) noexcept {
  for (std::uint8_t index = 0; index < commit.register_count; ++index) {
    write_register(commit.registers[index], commit.values[index]);
  }
}

void VmxVcpu::apply_rare(core::Commit const& commit, core::ControlWrite const& control) noexcept {
  if (commit.rflags_change == core::Change::set) {
    rflags_ = commit.rflags;
    vmx::write(vmcs::guest_rflags, commit.rflags);
  }
  if (commit.vector_width != 0) write_vector(commit);
  if (commit.single_step) {
    constexpr std::uint64_t pending_single_step = 1U << 14U;
    vmx::write(vmcs::pending_debug, vmx::read(vmcs::pending_debug) | pending_single_step);
  }
  if (control.target != core::ControlRegister::none) apply_control(control);
}

void VmxVcpu::write_vector(core::Commit const& commit) noexcept {
  constexpr std::uint8_t ymm_bytes = 32;
  if (commit.vector_width == ymm_bytes && has_avx_) {
    hv_write_ymm(commit.vector_index, commit.vector.data());
  } else {
    hv_write_xmm(commit.vector_index, commit.vector.data());
  }
}

void VmxVcpu::apply_control(core::ControlWrite const& control) noexcept {
  switch (control.target) {
    case core::ControlRegister::none:
      return;
    case core::ControlRegister::cr0:
      vmx::write(vmcs::cr0_shadow, control.value);
      vmx::write(vmcs::guest_cr0, real_cr0(control.value, limits_.cr0_fixed0));
      break;
    case core::ControlRegister::cr3:
      vmx::write(vmcs::guest_cr3, control.value);
      break;
    case core::ControlRegister::cr4:
      vmx::write(vmcs::cr4_shadow, control.value);
      vmx::write(vmcs::guest_cr4, real_cr4(control.value, limits_.cr4_fixed0));
      break;
    case core::ControlRegister::efer:
      write_efer(control.value);
      break;
  }
  if (control.efer_change == core::Change::set) write_efer(control.efer);
  if (control.pdptes_change == core::Change::set) {
    vmx::write(vmcs::guest_pdpte0, control.pdptes[0]);
    vmx::write(vmcs::guest_pdpte1, control.pdptes[1]);
    vmx::write(vmcs::guest_pdpte2, control.pdptes[2]);
    vmx::write(vmcs::guest_pdpte3, control.pdptes[3]);
  }
  known_ &= ~known_control;
  invalidate_vpid(vpid_);
}

void VmxVcpu::write_efer(std::uint64_t value) noexcept {
  vmx::write(vmcs::guest_efer, value);
  std::uint32_t const controls = vmx::read(vmcs::entry_controls);
  std::uint32_t const mode =
      (value & core::efer::long_mode_active) != 0 ? entry_control::ia32e_guest : 0;
  vmx::write(vmcs::entry_controls, (controls & ~entry_control::ia32e_guest) | mode);
}

void VmxVcpu::apply_event(core::EntryPlan const& plan) noexcept {
  vmx::write(vmcs::entry_interruption_information,
             deliverable(plan.interruption_information, vmx::read(vmcs::guest_cr0)));
  vmx::write(vmcs::entry_error_code, plan.error_code);
  vmx::write(vmcs::entry_instruction_length, plan.instruction_length);
  if (plan.set_cr2) vmx::write_cr2(plan.cr2);
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// A vCPU's beginning, its way in and out of the CPU, and VM entries.
#include "baremetal/vmx/vcpu.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/enable.hpp"
#include "baremetal/vmx/guest_rules.hpp"
#include "baremetal/vmx/guest_state_vmcs.hpp"
#include "baremetal/vmx/invalidate.hpp"
#include "core/check.hpp"

extern "C" [[noreturn]] void hv_vmcs_panic() noexcept;

namespace acrn::baremetal {
namespace {

using core::Expected;
using core::Unexpected;
using core::Unit;

constexpr std::uint32_t status_exit = 0;
constexpr std::uint32_t status_no_vmcs = 1;

// Source: Intel SDM vol. 1 (Sep 2023), table 10-2 "Layout of 64-bit-Mode FXSAVE Area", and
// section 11.6.4 "Initialization of SSE/SSE2 Extensions".
constexpr std::uint16_t initial_fcw = 0x037f;
constexpr std::uint16_t initial_mxcsr = 0x1f80;
constexpr std::size_t fcw_offset = 0;
constexpr std::size_t mxcsr_offset = 24;

/// STAR, LSTAR, CSTAR, FMASK, KERNEL_GS_BASE; the last one exists only with RDTSCP.
constexpr std::array<std::uint32_t, 6> switched_msrs{0xc000'0081, 0xc000'0082, 0xc000'0083,
                                                     0xc000'0084, 0xc000'0102, 0xc000'0103};

std::uint32_t extended_features() noexcept {
  constexpr std::uint32_t leaf = 0x8000'0001;
  return cpuid(0x8000'0000).eax >= leaf ? cpuid(leaf).edx : 0;
}

bool avx_is_enabled() noexcept {
  constexpr std::uint64_t sse_and_avx = 6;
  return (vmx::read_cr4() & cr4::os_xsave) != 0 && (vmx::read_xcr0() & sse_and_avx) == sse_and_avx;
}

}  // namespace

static_assert(core::VcpuCpu<VmxVcpu>);

Expected<Unit, VmxRefusal> VmxVcpu::initialise(VmxVcpuConfig const& config) noexcept {
  VmxCapabilities const capabilities = read_vmx_capabilities();
  vmcs_ = config.frames.take_page();
  if (vmcs_ == 0) return Unexpected{VmxRefusal::no_memory};
  *reinterpret_cast<std::uint32_t*>(vmcs_) = capabilities.revision();
  if (!vmx::vmclear(vmcs_) || !vmx::vmptrld(vmcs_)) return Unexpected{VmxRefusal::vmcs_failed};
  limits_ = limits_of(capabilities);
  timer_shift_ = capabilities.preemption_timer_shift();
  has_avx_ = avx_is_enabled();
  has_tsc_aux_ = (extended_features() & 1U << 27U) != 0;
  has_1gib_pages_ = (extended_features() & 1U << 26U) != 0;
  vpid_ = capabilities.has_vpid() ? config.vpid : std::uint16_t{0};
  write_host_state();
  write_controls(capabilities, config);
  arm_preemption_timer(preemption_ticks_max);
  start(config.start);
  invalidate_vpid(vpid_);
  return Unit{};
}

void VmxVcpu::write_controls(VmxCapabilities const& capabilities,
                             VmxVcpuConfig const& config) noexcept {
  VmxControls const controls =
      choose_controls(capabilities, {.io_bitmaps = config.io_bitmap != nullptr,
                                     .msr_bitmap = config.msr_bitmap != nullptr,
                                     .vpid = vpid_ != 0});
  processor_controls_ = controls.processor;
  vmx::write(vmcs::pin_controls, controls.pin);
  vmx::write(vmcs::processor_controls, controls.processor);
  vmx::write(vmcs::secondary_controls, controls.secondary);
  vmx::write(vmcs::exit_controls, controls.exit);
  vmx::write(vmcs::entry_controls, controls.entry);
  for (auto const& field :
       {vmcs::exception_bitmap.encoding, vmcs::page_fault_mask.encoding,
        vmcs::page_fault_match.encoding, vmcs::cr3_target_count.encoding,
        vmcs::exit_msr_store_count.encoding, vmcs::exit_msr_load_count.encoding,
        vmcs::entry_msr_load_count.encoding, vmcs::entry_interruption_information.encoding,
        vmcs::tsc_offset.encoding}) {
    vmx::write_encoding(static_cast<std::uint32_t>(field), 0);
  }
  if (config.io_bitmap != nullptr) {
    vmx::write(vmcs::io_bitmap_a,
               reinterpret_cast<std::uint64_t>(config.io_bitmap->page_a().data()));
    vmx::write(vmcs::io_bitmap_b,
               reinterpret_cast<std::uint64_t>(config.io_bitmap->page_b().data()));
  }
  if (config.msr_bitmap != nullptr) {
    vmx::write(vmcs::msr_bitmap, reinterpret_cast<std::uint64_t>(config.msr_bitmap->page().data()));
  }
  vmx::write(vmcs::ept_pointer, config.ept->pointer());
  if (vpid_ != 0) vmx::write(vmcs::vpid, vpid_);
  vmx::write(vmcs::cr0_mask, cr0_host_owned);
  vmx::write(vmcs::cr4_mask, cr4_host_owned);
}

void VmxVcpu::start(GuestStart const& start) noexcept {
  GuestState const state = start_state(start, limits_);
  write_guest_state(state);
  // The guest sees neither what VMX operation adds nor what it lacks.
  vmx::write(vmcs::cr0_shadow, state.cr0 & ~cr0::numeric_error);
  vmx::write(vmcs::cr4_shadow, state.cr4 & cr4_guest_owned);
  std::uint32_t const controls = vmx::read(vmcs::entry_controls);
  vmx::write(vmcs::entry_controls, (controls & ~entry_control::ia32e_guest) | state.entry_controls);
  vmx::write(vmcs::entry_interruption_information, 0U);
  registers_.values.fill(0);
  write_register(core::Register::rbx, start.rbx);
  write_register(core::Register::rsi, start.rsi);
  write_register(core::Register::rdi, start.rdi);
  known_ = 0;
  read_end_state();
  cr2_ = 0;
  msrs_.fill(0);
  floating_point_ = {};
  floating_point_.bytes[fcw_offset] = static_cast<std::uint8_t>(initial_fcw);
  floating_point_.bytes[fcw_offset + 1] = initial_fcw >> 8U;
  floating_point_.bytes[mxcsr_offset] = static_cast<std::uint8_t>(initial_mxcsr);
  floating_point_.bytes[mxcsr_offset + 1] = initial_mxcsr >> 8U;
  put_state_into_cpu();
}

void VmxVcpu::put_state_into_cpu() noexcept {
  asm volatile("fxrstor64 %0" : : "m"(floating_point_));
  vmx::write_cr2(cr2_);
  std::size_t const count = has_tsc_aux_ ? switched_msr_count : switched_msr_count - 1;
  for (std::size_t index = 0; index < count; ++index) {
    write_msr(switched_msrs[index], msrs_[index]);
  }
}

void VmxVcpu::load() noexcept {
  core::check(vmx::vmptrld(vmcs_), "a vCPU is loaded on a CPU that runs VMX");
  put_state_into_cpu();
}

void VmxVcpu::unload() noexcept {
  asm volatile("fxsave64 %0" : "=m"(floating_point_));
  cr2_ = read_cr2();
  std::size_t const count = has_tsc_aux_ ? switched_msr_count : switched_msr_count - 1;
  for (std::size_t index = 0; index < count; ++index) {
    msrs_[index] = read_msr(switched_msrs[index]);
  }
}

void VmxVcpu::note_failure(std::uint32_t status) noexcept {
  failure_ = {};
  if (status == status_no_vmcs) {
    failure_.kind = EntryFailureKind::no_current_vmcs;
    return;
  }
  if (status != status_exit) {
    failure_.kind = EntryFailureKind::instruction;
    failure_.number = vmx::read(vmcs::instruction_error);
    return;
  }
  constexpr std::uint16_t reason_msr_loading = 34;
  constexpr std::uint16_t reason_machine_check = 41;
  failure_.number = reason_;
  failure_.qualification = vmx::read(vmcs::exit_qualification);
  switch (static_cast<std::uint16_t>(reason_)) {
    case reason_msr_loading:
      failure_.kind = EntryFailureKind::msr_loading;
      return;
    case reason_machine_check:
      failure_.kind = EntryFailureKind::machine_check;
      return;
    default:
      failure_.kind = EntryFailureKind::guest_state;
      failure_.rule = first_violated_rule(read_guest_state(), limits_);
      return;
  }
}

void VmxVcpu::set_tsc_offset(std::uint64_t offset) noexcept {
  vmx::write(vmcs::tsc_offset, offset);
}

}  // namespace acrn::baremetal

void hv_vmcs_panic() noexcept {
  acrn::core::panic("VMREAD, VMWRITE, INVEPT or INVVPID failed: no such field, or no current VMCS",
                    "baremetal/vmx/enter.S", 0);
}

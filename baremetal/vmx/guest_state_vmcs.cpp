// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/guest_state_vmcs.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/vmx/control_registers.hpp"
#include "baremetal/vmx/instructions.hpp"

extern "C" void hv_vmx_exit() noexcept;

namespace acrn::baremetal {
namespace {

using vmx::read;
using vmx::write;

constexpr std::uint32_t field_step = 2;

void write_segment(std::uint32_t index, GuestSegment const& segment) noexcept {
  std::uint32_t const offset = index * field_step;
  vmx::write_encoding(vmcs::guest_selectors + offset, segment.selector);
  vmx::write_encoding(vmcs::guest_limits + offset, segment.state.limit);
  vmx::write_encoding(vmcs::guest_access_rights + offset, segment.state.access_rights);
  vmx::write_encoding(vmcs::guest_bases + offset, segment.state.base);
}

struct [[gnu::packed]] TablePointer {
  std::uint16_t limit;
  std::uint64_t base;
};

/// The base in the descriptor of the task register. Source: Intel SDM vol. 3A (Sep 2023), figure
/// 8-4 "Format of TSS and LDT Descriptors in 64-bit Mode".
std::uint64_t task_base(std::uint64_t gdt_base, std::uint16_t selector) noexcept {
  auto const* const words =
      reinterpret_cast<std::uint64_t const*>(gdt_base + (selector & ~std::uint64_t{7}));
  std::uint64_t const low = words[0];
  return core::bits<39, 16>(low) | core::bits<63, 56>(low) << 24U | words[1] << 32U;
}

void write_host_tables() noexcept {
  TablePointer gdt;
  TablePointer idt;
  std::uint16_t task;
  asm volatile("sgdt %0; sidt %1; str %2" : "=m"(gdt), "=m"(idt), "=r"(task));
  write(vmcs::host_gdtr_base, gdt.base);
  write(vmcs::host_idtr_base, idt.base);
  write(vmcs::host_tr, task);
  write(vmcs::host_tr_base, task_base(gdt.base, task));
}

}  // namespace

void write_guest_state(GuestState const& state) noexcept {
  for (std::uint32_t index = 0; index < vmcs_segment_count; ++index) {
    write_segment(index, state.segments[index]);
  }
  write(vmcs::guest_cr0, state.cr0);
  write(vmcs::guest_cr3, state.cr3);
  write(vmcs::guest_cr4, state.cr4);
  write(vmcs::guest_dr7, state.dr7);
  write(vmcs::guest_debugctl, state.debugctl);
  write(vmcs::guest_efer, state.efer);
  write(vmcs::guest_pat, state.pat);
  write(vmcs::guest_sysenter_cs, 0U);
  write(vmcs::guest_sysenter_esp, state.sysenter_esp);
  write(vmcs::guest_sysenter_eip, state.sysenter_eip);
  write(vmcs::guest_gdtr_base, state.gdtr.base);
  write(vmcs::guest_gdtr_limit, state.gdtr.limit);
  write(vmcs::guest_idtr_base, state.idtr.base);
  write(vmcs::guest_idtr_limit, state.idtr.limit);
  write(vmcs::guest_rip, state.rip);
  write(vmcs::guest_rsp, state.rsp);
  write(vmcs::guest_rflags, state.rflags);
  write(vmcs::activity, state.activity);
  write(vmcs::interruptibility, state.interruptibility);
  write(vmcs::pending_debug, state.pending_debug);
  write(vmcs::link_pointer, state.link_pointer);
  write(vmcs::guest_pdpte0, state.pdptes[0]);
  write(vmcs::guest_pdpte1, state.pdptes[1]);
  write(vmcs::guest_pdpte2, state.pdptes[2]);
  write(vmcs::guest_pdpte3, state.pdptes[3]);
}

core::SegmentState read_segment(std::uint32_t index) noexcept {
  std::uint32_t const offset = index * field_step;
  return {.base = vmx::read_encoding(vmcs::guest_bases + offset),
          .limit = static_cast<std::uint32_t>(vmx::read_encoding(vmcs::guest_limits + offset)),
          .access_rights =
              static_cast<std::uint32_t>(vmx::read_encoding(vmcs::guest_access_rights + offset))};
}

GuestState read_guest_state() noexcept {
  GuestState state{
      .cr0 = read(vmcs::guest_cr0),
      .cr3 = read(vmcs::guest_cr3),
      .cr4 = read(vmcs::guest_cr4),
      .dr7 = read(vmcs::guest_dr7),
      .debugctl = read(vmcs::guest_debugctl),
      .efer = read(vmcs::guest_efer),
      .pat = read(vmcs::guest_pat),
      .sysenter_esp = read(vmcs::guest_sysenter_esp),
      .sysenter_eip = read(vmcs::guest_sysenter_eip),
      .gdtr = {.base = read(vmcs::guest_gdtr_base), .limit = read(vmcs::guest_gdtr_limit)},
      .idtr = {.base = read(vmcs::guest_idtr_base), .limit = read(vmcs::guest_idtr_limit)},
      .rip = read(vmcs::guest_rip),
      .rsp = read(vmcs::guest_rsp),
      .rflags = read(vmcs::guest_rflags),
      .activity = read(vmcs::activity),
      .interruptibility = read(vmcs::interruptibility),
      .pending_debug = read(vmcs::pending_debug),
      .link_pointer = read(vmcs::link_pointer),
      .pdptes = {read(vmcs::guest_pdpte0), read(vmcs::guest_pdpte1), read(vmcs::guest_pdpte2),
                 read(vmcs::guest_pdpte3)},
      .pin_controls = read(vmcs::pin_controls),
      .entry_controls = read(vmcs::entry_controls),
      .interruption_information = read(vmcs::entry_interruption_information)};
  for (std::uint32_t index = 0; index < vmcs_segment_count; ++index) {
    state.segments[index] = {.selector = static_cast<std::uint16_t>(
                                 vmx::read_encoding(vmcs::guest_selectors + index * field_step)),
                             .state = read_segment(index)};
  }
  return state;
}

void write_host_state() noexcept {
  constexpr std::uint32_t msr_pat = 0x277;
  constexpr std::uint32_t msr_efer = 0xc000'0080;
  constexpr std::uint32_t msr_fs_base = 0xc000'0100;
  constexpr std::uint32_t msr_gs_base_now = 0xc000'0101;
  std::uint16_t cs;
  std::uint16_t ss;
  asm volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
  write(vmcs::host_cs, cs);
  write(vmcs::host_ss, ss);
  write(vmcs::host_es, std::uint16_t{0});
  write(vmcs::host_ds, std::uint16_t{0});
  write(vmcs::host_fs, std::uint16_t{0});
  write(vmcs::host_gs, std::uint16_t{0});
  write_host_tables();
  write(vmcs::host_fs_base, read_msr(msr_fs_base));
  write(vmcs::host_gs_base, read_msr(msr_gs_base_now));
  write(vmcs::host_cr0, vmx::read_cr0());
  write(vmcs::host_cr3, read_cr3());
  write(vmcs::host_cr4, vmx::read_cr4());
  write(vmcs::host_pat, read_msr(msr_pat));
  write(vmcs::host_efer, read_msr(msr_efer));
  write(vmcs::host_sysenter_cs, 0U);
  write(vmcs::host_sysenter_esp, std::uint64_t{0});
  write(vmcs::host_sysenter_eip, std::uint64_t{0});
  write(vmcs::host_rip, reinterpret_cast<std::uint64_t>(&hv_vmx_exit));
}

}  // namespace acrn::baremetal

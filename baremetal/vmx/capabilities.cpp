// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/capabilities.hpp"

#include <array>

#include "baremetal/machine/vtx.hpp"
#include "baremetal/vmx/controls.hpp"

namespace acrn::baremetal {
namespace {

struct Requirement {
  VmxRefusal refusal;
  bool (*is_met)(VmxCapabilities const&) noexcept;
  std::string_view sentence;
};

template <std::uint32_t controls>
bool pin(VmxCapabilities const& cpu) noexcept {
  return cpu.pin.allows(controls);
}
template <std::uint32_t controls>
bool processor(VmxCapabilities const& cpu) noexcept {
  return cpu.processor.allows(controls);
}
template <std::uint32_t controls>
bool secondary(VmxCapabilities const& cpu) noexcept {
  return cpu.secondary.allows(controls);
}
template <std::uint32_t controls>
bool on_exit(VmxCapabilities const& cpu) noexcept {
  return cpu.exit.allows(controls);
}
template <std::uint32_t controls>
bool on_entry(VmxCapabilities const& cpu) noexcept {
  return cpu.entry.allows(controls);
}
template <std::uint64_t bits>
bool ept_vpid(VmxCapabilities const& cpu) noexcept {
  return (cpu.ept_vpid & bits) == bits;
}
bool offers_vmx(VmxCapabilities const& cpu) noexcept { return cpuid_offers_vmx(cpu.cpuid_1_ecx); }
bool firmware_allows(VmxCapabilities const& cpu) noexcept {
  return vtx_from_feature_control(cpu.feature_control) == Vtx::available;
}
bool vmcs_fits_page(VmxCapabilities const& cpu) noexcept {
  return core::bits<44, 32>(cpu.basic) <= 4096;
}
bool vmcs_is_write_back(VmxCapabilities const& cpu) noexcept {
  return core::bits<53, 50>(cpu.basic) == 6;
}
bool cr3_is_free(VmxCapabilities const& cpu) noexcept {
  constexpr std::uint32_t cr3 =
      processor_control::cr3_load_exiting | processor_control::cr3_store_exiting;
  return (cpu.processor.required() & cr3) == 0;
}

constexpr std::uint64_t four_levels = 1U << 6U;
constexpr std::uint64_t write_back = 1U << 14U;
constexpr std::uint64_t invept_single_context = 1U << 20U | 1U << 25U;

/// In the order of asking: what later rows ask is meaningless where an earlier row refuses.
constexpr std::array requirements{
    Requirement{VmxRefusal::no_vmx, offers_vmx, {}},
    Requirement{VmxRefusal::locked_by_firmware, firmware_allows, {}},
    Requirement{VmxRefusal::vmcs_too_large, vmcs_fits_page,
                "This CPU reports a VMCS of more than 4 KiB, which the Intel SDM rules out; run on "
                "another machine or emulator."},
    Requirement{VmxRefusal::vmcs_not_write_back, vmcs_is_write_back,
                "This CPU does not want its VMCS in write-back memory, which this hypervisor uses; "
                "run on another machine or emulator."},
    Requirement{VmxRefusal::no_secondary_controls, processor<processor_control::secondary_controls>,
                "This CPU has no secondary VM-execution controls, hence no EPT; "
                "use an Intel CPU of 2010 (Westmere) or later."},
    Requirement{VmxRefusal::no_ept, secondary<secondary_control::ept>,
                "This CPU has no EPT, which this hypervisor gives guests memory by; "
                "use an Intel CPU of 2010 (Westmere) or later."},
    Requirement{VmxRefusal::no_ept_four_levels, ept_vpid<four_levels>,
                "This CPU's EPT has no four-level tables, the only kind this hypervisor builds; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_ept_write_back, ept_vpid<write_back>,
                "This CPU's EPT tables cannot be in write-back memory, where this hypervisor has "
                "them; use another CPU or CPU model."},
    Requirement{VmxRefusal::no_invept, ept_vpid<invept_single_context>,
                "This CPU has no single-context INVEPT, so a change of a guest's memory map would "
                "go unseen; use another CPU or CPU model."},
    Requirement{
        VmxRefusal::no_unrestricted_guest, secondary<secondary_control::unrestricted_guest>,
        "This CPU cannot run guests in real mode or without paging (no unrestricted guest); "
        "use an Intel CPU of 2010 (Westmere) or later."},
    Requirement{VmxRefusal::no_external_interrupt_exiting,
                pin<pin_control::external_interrupt_exiting>,
                "This CPU has no external-interrupt exiting, so a guest would take the machine's "
                "interrupts; use another CPU or CPU model."},
    Requirement{VmxRefusal::no_nmi_exiting, pin<pin_control::nmi_exiting>,
                "This CPU has no NMI exiting, which other CPUs stop a guest by; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_preemption_timer, pin<pin_control::preemption_timer>,
                "This CPU has no VMX preemption timer, so a guest might never give the CPU back; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_hlt_exiting, processor<processor_control::hlt_exiting>,
                "This CPU has no HLT exiting, which idle guests are noticed by; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_tsc_offsetting, processor<processor_control::tsc_offsetting>,
                "This CPU has no TSC offsetting, so a guest's time cannot begin at 0; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_io_bitmaps, processor<processor_control::io_bitmaps>,
                "This CPU has no I/O bitmaps, which choose the ports that exit; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_msr_bitmaps, processor<processor_control::msr_bitmaps>,
                "This CPU has no MSR bitmaps, which choose the MSRs that exit; "
                "use another CPU or CPU model."},
    Requirement{
        VmxRefusal::no_interrupt_window, processor<processor_control::interrupt_window>,
        "This CPU has no interrupt-window exiting, so interrupts for a guest might wait for "
        "ever; use another CPU or CPU model."},
    Requirement{VmxRefusal::no_mov_dr_exiting, processor<processor_control::mov_dr_exiting>,
                "This CPU has no MOV-DR exiting, so guests would share debug registers; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::forced_cr3_exiting, cr3_is_free,
                "This CPU exits at every access to CR3 (it has no true VMX controls), which this "
                "hypervisor does not handle; use an Intel CPU of 2010 (Westmere) or later."},
    Requirement{VmxRefusal::no_64_bit_host, on_exit<exit_control::host_64_bit>,
                "This CPU's VM exits cannot come back to 64-bit code; use a 64-bit CPU."},
    Requirement{
        VmxRefusal::no_acknowledge_on_exit, on_exit<exit_control::acknowledge_interrupt>,
        "This CPU cannot acknowledge interrupts at VM exits; use another CPU or CPU model."},
    Requirement{VmxRefusal::no_ia32e_guest, on_entry<entry_control::ia32e_guest>,
                "This CPU cannot enter 64-bit guests; use a 64-bit CPU."},
    Requirement{VmxRefusal::no_efer_switching,
                [](VmxCapabilities const& cpu) noexcept {
                  return on_entry<entry_control::load_efer>(cpu) &&
                         on_exit<exit_control::save_efer | exit_control::load_efer>(cpu);
                },
                "This CPU does not switch IA32_EFER at VM entries and exits; "
                "use another CPU or CPU model."},
    Requirement{VmxRefusal::no_pat_switching,
                [](VmxCapabilities const& cpu) noexcept {
                  return on_entry<entry_control::load_pat>(cpu) &&
                         on_exit<exit_control::save_pat | exit_control::load_pat>(cpu);
                },
                "This CPU does not switch IA32_PAT at VM entries and exits; "
                "use another CPU or CPU model."},
};

}  // namespace

std::optional<VmxRefusal> missing_for_guests(VmxCapabilities const& capabilities) noexcept {
  for (Requirement const& requirement : requirements) {
    if (!requirement.is_met(capabilities)) return requirement.refusal;
  }
  return std::nullopt;
}

std::string_view sentence(VmxRefusal refusal) noexcept {
  switch (refusal) {
    case VmxRefusal::no_vmx:
      return sentence(Vtx::absent);
    case VmxRefusal::locked_by_firmware:
      return sentence(Vtx::off_by_firmware);
    case VmxRefusal::no_memory:
      return "There is no memory left for the structures of VMX; give the machine more memory or "
             "the guests less.";
    case VmxRefusal::vmxon_failed:
      return "VMXON failed although this CPU has all that it needs; another hypervisor may hold "
             "VMX.";
    case VmxRefusal::vmcs_failed:
      return "VMCLEAR or VMPTRLD refused a fresh VMCS; this CPU or emulator does not follow the "
             "Intel SDM.";
    default:
      break;
  }
  for (Requirement const& requirement : requirements) {
    if (requirement.refusal == refusal) return requirement.sentence;
  }
  return "VMX is refused for an unknown reason.";
}

}  // namespace acrn::baremetal

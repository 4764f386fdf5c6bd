// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx/controls.hpp"

namespace acrn::baremetal {
namespace {

/// Required bits, and of the wanted ones those that the CPU has.
constexpr std::uint32_t adjusted(ControlCapability capability, std::uint32_t wanted) noexcept {
  return (wanted | capability.required()) & capability.allowed();
}

}  // namespace

VmxControls choose_controls(VmxCapabilities const& capabilities, ControlChoice choice) noexcept {
  namespace processor = processor_control;
  // CR8 would reach the machine's own interrupt controller, the counters another guest's.
  std::uint32_t wanted =
      processor::tsc_offsetting | processor::hlt_exiting | processor::mwait_exiting |
      processor::rdpmc_exiting | processor::cr8_load_exiting | processor::cr8_store_exiting |
      processor::mov_dr_exiting | processor::monitor_exiting | processor::secondary_controls;
  wanted |= choice.io_bitmaps ? processor::io_bitmaps : processor::unconditional_io_exiting;
  if (choice.msr_bitmap) wanted |= processor::msr_bitmaps;
  std::uint32_t secondary = secondary_control::ept | secondary_control::unrestricted_guest |
                            secondary_control::rdtscp | secondary_control::invpcid |
                            secondary_control::wbinvd_exiting;
  if (choice.vpid) secondary |= secondary_control::vpid;
  return {.pin = adjusted(capabilities.pin, pin_control::external_interrupt_exiting |
                                                pin_control::nmi_exiting |
                                                pin_control::preemption_timer),
          .processor = adjusted(capabilities.processor, wanted),
          .secondary = adjusted(capabilities.secondary, secondary),
          .exit = adjusted(capabilities.exit,
                           exit_control::save_debug_controls | exit_control::host_64_bit |
                               exit_control::acknowledge_interrupt | exit_control::save_pat |
                               exit_control::load_pat | exit_control::save_efer |
                               exit_control::load_efer),
          .entry =
              adjusted(capabilities.entry, entry_control::load_debug_controls |
                                               entry_control::load_pat | entry_control::load_efer)};
}

}  // namespace acrn::baremetal

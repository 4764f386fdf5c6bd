// SPDX-License-Identifier: BSD-3-Clause
// The VM-execution, exit and entry controls that this hypervisor uses, bit by bit.
#pragma once

#include <cstdint>

#include "baremetal/vmx/capabilities.hpp"

namespace acrn::baremetal {

/// Source: Intel SDM vol. 3C (Sep 2023), table 25-5 "Definitions of Pin-Based VM-Execution
/// Controls".
namespace pin_control {
inline constexpr std::uint32_t external_interrupt_exiting = 1U << 0U;
inline constexpr std::uint32_t nmi_exiting = 1U << 3U;
inline constexpr std::uint32_t virtual_nmis = 1U << 5U;
inline constexpr std::uint32_t preemption_timer = 1U << 6U;
}  // namespace pin_control

/// Source: as above, table 25-6 "Definitions of Primary Processor-Based VM-Execution Controls".
namespace processor_control {
inline constexpr std::uint32_t interrupt_window = 1U << 2U;
inline constexpr std::uint32_t tsc_offsetting = 1U << 3U;
inline constexpr std::uint32_t hlt_exiting = 1U << 7U;
inline constexpr std::uint32_t mwait_exiting = 1U << 10U;
inline constexpr std::uint32_t rdpmc_exiting = 1U << 11U;
inline constexpr std::uint32_t cr3_load_exiting = 1U << 15U;
inline constexpr std::uint32_t cr3_store_exiting = 1U << 16U;
inline constexpr std::uint32_t cr8_load_exiting = 1U << 19U;
inline constexpr std::uint32_t cr8_store_exiting = 1U << 20U;
inline constexpr std::uint32_t mov_dr_exiting = 1U << 23U;
inline constexpr std::uint32_t unconditional_io_exiting = 1U << 24U;
inline constexpr std::uint32_t io_bitmaps = 1U << 25U;
inline constexpr std::uint32_t msr_bitmaps = 1U << 28U;
inline constexpr std::uint32_t monitor_exiting = 1U << 29U;
inline constexpr std::uint32_t secondary_controls = 1U << 31U;
}  // namespace processor_control

/// Source: as above, table 25-7 "Definitions of Secondary Processor-Based VM-Execution Controls".
namespace secondary_control {
inline constexpr std::uint32_t ept = 1U << 1U;
inline constexpr std::uint32_t rdtscp = 1U << 3U;
inline constexpr std::uint32_t vpid = 1U << 5U;
inline constexpr std::uint32_t wbinvd_exiting = 1U << 6U;
inline constexpr std::uint32_t unrestricted_guest = 1U << 7U;
inline constexpr std::uint32_t invpcid = 1U << 12U;
}  // namespace secondary_control

/// Source: as above, table 25-13 "Definitions of Primary VM-Exit Controls".
namespace exit_control {
inline constexpr std::uint32_t save_debug_controls = 1U << 2U;
inline constexpr std::uint32_t host_64_bit = 1U << 9U;
inline constexpr std::uint32_t acknowledge_interrupt = 1U << 15U;
inline constexpr std::uint32_t save_pat = 1U << 18U;
inline constexpr std::uint32_t load_pat = 1U << 19U;
inline constexpr std::uint32_t save_efer = 1U << 20U;
inline constexpr std::uint32_t load_efer = 1U << 21U;
}  // namespace exit_control

/// Source: as above, table 25-15 "Definitions of VM-Entry Controls".
namespace entry_control {
inline constexpr std::uint32_t load_debug_controls = 1U << 2U;
inline constexpr std::uint32_t ia32e_guest = 1U << 9U;
inline constexpr std::uint32_t load_pat = 1U << 14U;
inline constexpr std::uint32_t load_efer = 1U << 15U;
}  // namespace entry_control

/// What a VMCS gets. The entry controls are those of a guest outside IA-32e mode.
struct VmxControls {
  std::uint32_t pin{};
  std::uint32_t processor{};
  std::uint32_t secondary{};
  std::uint32_t exit{};
  std::uint32_t entry{};
};

/// What of it a vCPU wants beyond what all have.
struct ControlChoice {
  bool io_bitmaps{};  ///< else every port access exits
  bool msr_bitmap{};  ///< else every RDMSR and WRMSR exits
  bool vpid{};
};

/// The controls of a vCPU on a CPU that missing_for_guests() does not refuse: what the CPU
/// requires, what this hypervisor needs, and of what it would like, as much as the CPU has.
VmxControls choose_controls(VmxCapabilities const& capabilities, ControlChoice choice) noexcept;

/// The most TSC ticks that every preemption timer can count.
inline constexpr std::uint64_t preemption_ticks_max = 0xffff'ffff;

/// The preemption timer's start value for an exit after so many TSC ticks, at most
/// preemption_ticks_max: rounded up to the timer's units of 2^shift ticks. The exit may come up to
/// one unit early. 0 ticks are 0 units: what the shift leaves of 2^64 - 1, plus 1, has no low bits.
constexpr std::uint32_t preemption_timer_value(std::uint64_t ticks, std::uint8_t shift) noexcept {
  return static_cast<std::uint32_t>(((ticks - 1) >> shift) + 1);
}

}  // namespace acrn::baremetal

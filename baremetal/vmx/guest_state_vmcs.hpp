// SPDX-License-Identifier: BSD-3-Clause
// Guest and host state between structs and the current VMCS.
#pragma once

#include <cstdint>

#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/guest_state.hpp"
#include "core/exit.hpp"

namespace acrn::baremetal {

/// The guest-state area, without the controls and the event.
void write_guest_state(GuestState const& state) noexcept;
/// The same back, with the pin and entry controls and the event of the entry.
GuestState read_guest_state() noexcept;

core::SegmentState read_segment(std::uint32_t index) noexcept;

/// The calling CPU's state as the host state of the current VMCS; VM exits go to hv_vmx_exit.
void write_host_state() noexcept;

/// The rules' parameters for a CPU.
constexpr GuestStateLimits limits_of(VmxCapabilities const& capabilities) noexcept {
  return {.cr0_fixed0 = capabilities.cr0_fixed0,
          .cr0_fixed1 = capabilities.cr0_fixed1,
          .cr4_fixed0 = capabilities.cr4_fixed0,
          .cr4_fixed1 = capabilities.cr4_fixed1,
          .miscellaneous = capabilities.miscellaneous,
          .physical_bits = capabilities.physical_bits};
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Makes the VMs that a configuration describes: memory, EPT, PC, guest, vCPU.
#pragma once

#include <cstdint>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/hypervisor/guest_vm.hpp"

namespace acrn::baremetal {

/// What VMs are made from. Outlives them.
struct VmSources {
  Configuration const& configuration;
  BootInformation const& boot;
  std::uint64_t tsc_hz{};
  std::int64_t rtc_epoch_seconds{};  ///< what guests' clocks show at the start, since 1970
  bool captures{};                   ///< whether VMs get recorders
};

/// A VM without a vCPU as yet; VMX is on. Null, after a line on the console
/// that says what is missing and what to do, if it cannot be made.
GuestVm* build_user_vm(VmSources const& sources, VmConfiguration const& vm) noexcept;
GuestVm* build_service_vm(VmSources const& sources) noexcept;

/// Makes its vCPU, and leaves it loaded. On the CPU that will run it, where no other is loaded.
/// False after a line on the console.
bool make_vcpu(GuestVm& vm) noexcept;

}  // namespace acrn::baremetal

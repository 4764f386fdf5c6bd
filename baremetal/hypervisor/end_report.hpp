// SPDX-License-Identifier: BSD-3-Clause
// What the console says of a guest: instructions that were refused, entries that failed, its end.
#pragma once

#include <cstdint>

#include "baremetal/hypervisor/guest_vm.hpp"
#include "core/platform/stop.hpp"

namespace acrn::baremetal {

/// How a guest ended, with what the guest said about it.
struct GuestEndReport {
  GuestEnd end{};
  std::uint32_t code{};  ///< of test_exit: the byte; of unsupported_exit: the reason
};

GuestEndReport guest_end_of(core::VcpuStop stop) noexcept;

/// After an exit that ended in a fault: if the guest executed something that core does not emulate,
/// its bytes, RIP and mode. The first few of a VM only.
void tell_refusal(GuestVm& vm) noexcept;
/// Why the CPU did not enter the guest, and the first rule that its state violates.
void tell_entry_failure(GuestVm const& vm) noexcept;
void tell_end(GuestVm const& vm) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Runs one vCPU: exit, core, entry, and again, until it has to wait or its slice is over.
#pragma once

#include <cstdint>

#include "baremetal/hypervisor/guest_vm.hpp"

namespace acrn::baremetal {

class Hypervisor;

/// Why run_slice() came back.
enum class SliceEnd : std::uint8_t {
  slice_over,
  waiting,  ///< for the Service VM
  halted,   ///< for an interrupt; GuestVm::wake_at says when there is one at the latest
  ended,    ///< see GuestVm::end, or a hypercall wants it to stand still
};

/// How long to run. `end` is a value of the host's TSC.
struct Slice {
  enum class Neighbours : std::uint8_t {
    none,  ///< no other vCPU on this CPU: wait on the spot for a forwarded request
    some,
  };
  std::uint64_t end{};
  Neighbours neighbours{};
};

/// Goes on with `vm`, whose vCPU is loaded on this CPU.
SliceEnd run_slice(Hypervisor& hypervisor, GuestVm& vm, Slice const& slice) noexcept;

}  // namespace acrn::baremetal

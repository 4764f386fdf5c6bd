// SPDX-License-Identifier: BSD-3-Clause
// Asynchronous I/O of one VM: its descriptors and the ring that what they match goes to.
#pragma once

#include "core/asyncio/descriptor.hpp"
#include "core/asyncio/ring_sink.hpp"

namespace acrn::core {

/// Touched only while holding the VM's turn. A reset of the VM clears the descriptors, so that none
/// of a firmware's device set-up outlives it, and keeps the ring, whose owner is the service VM;
/// the end of the VM drops both. A reset of one vCPU touches neither.
struct AsyncIo {
  AsyncTable descriptors;
  RingSink ring;

  void reset() noexcept { descriptors.clear(); }
  void drop() noexcept {
    descriptors.clear();
    ring = {};
  }
  /// The descriptor that takes this access, or nullptr: none matches, or there is no ring.
  [[nodiscard]] AsyncDescriptor const* find(Access const& access) const noexcept {
    return ring.exists() ? descriptors.find(access) : nullptr;
  }
};

}  // namespace acrn::core

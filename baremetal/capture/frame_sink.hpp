// SPDX-License-Identifier: BSD-3-Clause
// Where the flush sends a capture's frames.
#pragma once

#include <cstddef>
#include <span>

namespace acrn::baremetal {

/// Takes a capture piece by piece: its start, then frames. Several recorders may share one sink;
/// who owns it sees to it that they flush one after the other.
class FrameSink {
 public:
  /// Takes all of `bytes`, or nothing of them: then false, and the flush counts the rows as
  /// dropped.
  virtual bool write(std::span<std::byte const> bytes) noexcept = 0;

 protected:
  ~FrameSink() = default;
};

}  // namespace acrn::baremetal

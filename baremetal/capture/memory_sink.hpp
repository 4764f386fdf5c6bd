// SPDX-License-Identifier: BSD-3-Clause
// Keeps a capture in memory, to be sent or looked at when the run is over.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "baremetal/capture/frame_sink.hpp"

namespace acrn::baremetal {

class MemorySink final : public FrameSink {
 public:
  /// `memory` outlives the sink.
  explicit MemorySink(std::span<std::byte> memory) noexcept : memory_{memory} {}

  bool write(std::span<std::byte const> bytes) noexcept override {
    if (bytes.size() > memory_.size() - size_) return false;
    if (!bytes.empty()) std::memcpy(memory_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return true;
  }

  /// Everything taken so far: a capture that any reader opens.
  [[nodiscard]] std::span<std::byte const> bytes() const noexcept { return memory_.first(size_); }

 private:
  std::span<std::byte> memory_;
  std::size_t size_{};
};

}  // namespace acrn::baremetal

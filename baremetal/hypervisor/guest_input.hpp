// SPDX-License-Identifier: BSD-3-Clause
// What is typed into a VM's UART: the bytes of a module, from the moment that the guest asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::baremetal {

/// Used by the vCPU's loop of its VM; saw() by whoever shows the VM's text, while the guest waits
/// for the access that brought it.
class GuestInput {
 public:
  /// Nobody types.
  GuestInput() noexcept = default;
  /// `text` is typed once the guest has printed `prompt`; at once if that is empty. Both outlive
  /// this.
  GuestInput(std::span<std::uint8_t const> text, std::string_view prompt) noexcept
      : text_{text}, prompt_{prompt} {}

  /// For a UART in the Service VM: the bytes go there. The ring is in the Service VM's RAM.
  void forward_to(service_vm::ByteRing& ring) noexcept { ring_ = &ring; }
  [[nodiscard]] bool is_forwarded() const noexcept { return ring_ != nullptr; }

  /// Whether there is a byte to be typed now.
  [[nodiscard]] bool is_ready() const noexcept { return typed_ != text_.size() && prompt_.empty(); }
  /// The next byte; is_ready() must hold.
  std::uint8_t take() noexcept { return text_[typed_++]; }
  /// Whether the ring takes a byte.
  [[nodiscard]] bool ring_has_room() const noexcept;
  /// Puts as many bytes as it takes into the ring; true if these were any.
  bool fill_ring() noexcept;

  /// What the guest printed.
  void saw(std::span<std::uint8_t const> text) noexcept {
    if (typed_ == text_.size() || prompt_.empty()) [[likely]]
      return;
    for (std::uint8_t const byte : text) saw(byte);
  }

 private:
  void saw(std::uint8_t byte) noexcept;

  std::span<std::uint8_t const> text_{};
  std::size_t typed_{};
  std::string_view prompt_{};  ///< empty from the moment that it was seen
  std::size_t seen_{};         ///< how many bytes of the prompt stand at the end of the text
  service_vm::ByteRing* ring_{};
};

}  // namespace acrn::baremetal

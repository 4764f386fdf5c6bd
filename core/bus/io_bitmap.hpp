// SPDX-License-Identifier: BSD-3-Clause
// The I/O bitmaps of VMX: which port accesses of a guest exit to the hypervisor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/bus/port_map.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Bitmap A (ports 0 to 0x7FFF), then bitmap B (0x8000 to 0xFFFF): bit p % 8 of byte p / 8 is port
/// p, and 1 means exit. Each is one 4-KiB page whose physical address goes into the VMCS; keep the
/// object in identity-mapped or translated memory that is contiguous per page. Changes are not
/// synchronised with CPUs that run the guest.
/// Source: Intel SDM vol. 3C, section 25.6.4 "I/O-Bitmap Addresses", and section 26.1.3
/// "Instructions That Cause VM Exits Conditionally", IN and OUT.
class alignas(4096) IoBitmap {
 public:
  static constexpr std::size_t page_size_bytes = 4096;
  using Page = std::array<std::uint8_t, page_size_bytes>;

  /// What every port does at first.
  enum class Default : std::uint8_t { direct, exit };

  explicit constexpr IoBitmap(Default initial) noexcept {
    std::uint8_t const fill = initial == Default::exit ? 0xff : 0;
    a_.fill(fill);
    b_.fill(fill);
  }

  /// Every port of the range exits from now on.
  constexpr void deny(PortRange const& range) noexcept { set(range, Default::exit); }
  /// The guest reaches every port of the range directly from now on.
  constexpr void allow(PortRange const& range) noexcept { set(range, Default::direct); }

  /// Whether an access of `size` bytes (1, 2, 4) exits: if any of its bytes' bits is set, or if it
  /// runs past port 0xFFFF.
  [[nodiscard]] constexpr bool exits(Port port, std::uint8_t size) const noexcept {
    for (std::uint32_t at = port.value; at < port.value + std::uint32_t{size}; ++at) {
      if (at > 0xffff || (byte(at) >> (at % 8) & 1U) != 0) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] constexpr Page const& page_a() const noexcept { return a_; }
  [[nodiscard]] constexpr Page const& page_b() const noexcept { return b_; }

 private:
  [[nodiscard]] constexpr std::uint8_t byte(std::uint32_t port) const noexcept {
    return (port < 0x8000 ? a_ : b_)[port / 8 % page_size_bytes];
  }
  constexpr void set(PortRange const& range, Default to) noexcept {
    for (std::uint32_t port = range.first().value; port <= range.last().value; ++port) {
      std::uint8_t& byte = (port < 0x8000 ? a_ : b_)[port / 8 % page_size_bytes];
      unsigned const bit = 1U << port % 8;
      byte = static_cast<std::uint8_t>(to == Default::exit ? byte | bit : byte & ~bit);
    }
  }

  Page a_{};
  Page b_{};
};

static_assert(sizeof(IoBitmap) == 2 * IoBitmap::page_size_bytes);

}  // namespace acrn::core

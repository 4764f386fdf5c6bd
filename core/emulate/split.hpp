// SPDX-License-Identifier: BSD-3-Clause
// Cuts an access that touches more than one range, and puts the value of a read together again.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/emulate_io.hpp"
#include "core/emulate/vm_state.hpp"

namespace acrn::core {

/// Walks one access in ascending order of address, for SpanRule::split. Each piece has 1, 2, 4 or 8
/// bytes and lies within one range or gap of the VM's maps and, for MMIO, within one 4-KiB page;
/// among the pieces that satisfy this, each is as long as it can be (3 bytes are cut 2 + 1).
///
/// Port FFFFH is followed by port 0000H: the SDM speaks of an I/O operation that "wraps around" the
/// 16-bit port space and accesses both (vol. 3C (Sep 2023), section 26.1.3, on the I/O bitmaps).
/// MMIO never wraps: emulate_io refuses such an access before it is cut.
class Splitter {
 public:
  constexpr Splitter() noexcept = default;
  /// `whole` is valid for its space, and its value is cut to its size.
  explicit constexpr Splitter(Access const& whole) noexcept : whole_{whole} {}

  /// Whether every byte has been taken by done().
  [[nodiscard]] constexpr bool is_finished() const noexcept { return offset_ == whole_.size; }

  /// The next piece, by the maps as they are now: the handler of an earlier piece may have changed
  /// them. There is one while !is_finished().
  [[nodiscard]] constexpr Access next(VmState const& vm) const noexcept {
    Access piece = whole_;
    piece.address += offset_;
    std::uint64_t bytes = whole_.size - offset_;
    if (whole_.space == Space::port) {
      Port const port{static_cast<std::uint16_t>(piece.address)};
      piece.address = port.value;
      bytes = std::min(bytes - 1, vm.ports.lookup(port).rest) + 1;
    } else {
      std::uint64_t const in_page =
          guest_page_size_bytes - 1 - piece.address % guest_page_size_bytes;
      bytes = std::min({bytes - 1, vm.mmio.lookup({piece.address}).rest, in_page}) + 1;
    }
    piece.size = static_cast<std::uint8_t>(std::bit_floor(bytes));
    piece.value = truncate(whole_.value >> (8U * offset_), piece.size);
    return piece;
  }

  /// Takes the finished `piece` that next() made; a read's value goes to its place, little-endian.
  constexpr void done(Access const& piece) noexcept {
    gathered_ |= truncate(piece.value, piece.size) << (8U * offset_);
    offset_ = static_cast<std::uint8_t>(offset_ + piece.size);
  }

  /// What the pieces taken so far read or wrote, each at its place; the other bytes are 0.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return gathered_; }

 private:
  Access whole_{};
  std::uint64_t gathered_{};
  std::uint8_t offset_{};
};

}  // namespace acrn::core

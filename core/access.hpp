// SPDX-License-Identifier: BSD-3-Clause
// One guest access to a port or to memory-mapped I/O, and the discipline of its value's width.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/types.hpp"

namespace acrn::core {

/// The widest access that one request can carry, in bytes.
inline constexpr std::uint8_t access_size_max = 8;

/// One access of 1, 2, 4 or 8 bytes. `address` is a port number for Space::port and a
/// guest-physical byte address for Space::mmio. `value` is meaningful only in its low `size` bytes:
/// what the guest writes, or what it is going to read.
struct Access {
  Space space{};
  Direction direction{};
  std::uint8_t size{};
  std::uint64_t address{};
  std::uint64_t value{};
  friend constexpr bool operator==(Access const&, Access const&) = default;
};

namespace detail {
/// By size, so that no access needs a branch for it: every one asks several times.
inline constexpr std::array<std::uint64_t, 16> size_masks = [] {
  std::array<std::uint64_t, 16> masks{};
  for (unsigned size = 0; size < masks.size(); ++size) {
    masks[size] = size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8U * size) - 1;
  }
  return masks;
}();
}  // namespace detail

/// Ones in the low `size` bytes, for 0 to 8; what more gives means nothing.
constexpr std::uint64_t size_mask(std::uint8_t size) noexcept {
  return detail::size_masks.data()[size % detail::size_masks.size()];
}

/// `value` cut to the low `size` bytes.
constexpr std::uint64_t truncate(std::uint64_t value, std::uint8_t size) noexcept {
  return value & size_mask(size);
}

namespace detail {
/// Bit n: hardware can make an access of n bytes. By space, for the same reason.
inline constexpr std::array<std::uint16_t, 4> access_sizes = [] {
  constexpr std::uint16_t narrow = 1U << 1U | 1U << 2U | 1U << 4U;
  constexpr std::uint16_t wide = narrow | 1U << 8U;
  return std::array<std::uint16_t, 4>{narrow, wide, narrow, wide};
}();
}  // namespace detail

/// Whether hardware can make an access of this size: 1, 2, 4 for ports and for registers in PCI
/// configuration space, and 8 too for memory.
constexpr bool is_access_size(Space space, std::uint8_t size) noexcept {
  auto const index = static_cast<std::size_t>(space) % detail::access_sizes.size();
  unsigned const sizes = detail::access_sizes.data()[index];
  return size < 16 && (sizes >> size & 1U) != 0;
}

}  // namespace acrn::core

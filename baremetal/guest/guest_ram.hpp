// SPDX-License-Identifier: BSD-3-Clause
// A guest's RAM as the loaders fill it: bytes from guest-physical address 0 on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/check.hpp"

namespace acrn::baremetal {

/// Guest-physical address n is bytes[n]. Loaders ask fits() before they write.
class GuestRam {
 public:
  explicit constexpr GuestRam(std::span<std::uint8_t> bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] constexpr std::uint64_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] constexpr bool fits(std::uint64_t address, std::uint64_t size) const noexcept {
    return size <= bytes_.size() && address <= bytes_.size() - size;
  }

  void copy(std::uint64_t address, std::span<std::uint8_t const> from) const noexcept {
    core::check(fits(address, from.size()), "GuestRam::copy() stays inside the guest's RAM");
    std::copy(from.begin(), from.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(address));
  }
  void clear(std::uint64_t address, std::uint64_t size) const noexcept {
    core::check(fits(address, size), "GuestRam::clear() stays inside the guest's RAM");
    std::span const part = bytes_.subspan(address, size);
    std::fill(part.begin(), part.end(), std::uint8_t{0});
  }
  /// Writes the low `size` bytes of `value`, little endian.
  void put(std::uint64_t address, std::uint64_t value, unsigned size) const noexcept {
    core::check(fits(address, size), "GuestRam::put() stays inside the guest's RAM");
    for (unsigned i = 0; i < size; ++i) {
      bytes_[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }

 private:
  std::span<std::uint8_t> bytes_;
};

}  // namespace acrn::baremetal

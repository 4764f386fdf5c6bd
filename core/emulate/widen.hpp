// SPDX-License-Identifier: BSD-3-Clause
// How the bytes that a read brought in become the new value of a 64-bit register.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/exit.hpp"

namespace acrn::core {

/// Whether the register's new value depends on its old one.
constexpr bool keeps_old_bits(std::uint8_t size, Extend extend) noexcept {
  return extend == Extend::by_size && size < 4;
}

/// `old` with its low `size` bytes replaced by those of `value`.
constexpr std::uint64_t merge_low(std::uint64_t old, std::uint64_t value,
                                  std::uint8_t size) noexcept {
  return (old & ~size_mask(size)) | truncate(value, size);
}

/// The register's new value. `size` is 1, 2, 4 or 8; bits of `value` above it are ignored; `old`
/// is ignored unless keeps_old_bits(). Source: Intel SDM vol. 1 (Sep 2023), section 3.4.1.1, on
/// 8-, 16- and 32-bit operands in 64-bit mode; vol. 2B, MOVZX and MOVSX.
constexpr std::uint64_t widen(std::uint64_t old, std::uint64_t value, std::uint8_t size,
                              Extend extend) noexcept {
  std::uint64_t const low = truncate(value, size);
  if (keeps_old_bits(size, extend)) {
    return merge_low(old, low, size);
  }
  bool const negative = extend == Extend::sign && (low >> (8U * size - 1) & 1) != 0;
  return negative ? low | ~size_mask(size) : low;
}

}  // namespace acrn::core

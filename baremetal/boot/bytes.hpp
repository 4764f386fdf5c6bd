// SPDX-License-Identifier: BSD-3-Clause
// Little-endian numbers and zero-terminated texts within bytes that others have written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace acrn::baremetal {

/// The unsigned number at `offset`; all of it must lie inside.
template <class Number>
constexpr Number read_little_endian(std::span<std::uint8_t const> bytes,
                                    std::size_t offset) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    word |= std::uint64_t{bytes[offset + i]} << (8U * i);
  }
  return static_cast<Number>(word);
}

/// The text up to the first NUL, or all of it.
inline std::string_view text_until_nul(std::span<std::uint8_t const> bytes) noexcept {
  auto const nul = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return {reinterpret_cast<char const*>(bytes.data()),
          static_cast<std::size_t>(nul - bytes.begin())};
}

}  // namespace acrn::baremetal

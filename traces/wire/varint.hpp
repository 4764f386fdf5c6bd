// SPDX-License-Identifier: BSD-3-Clause
// Variable-length integers as Protobuf writes them: seven bits per byte, lowest first.
// Source: Protocol Buffers documentation, "Encoding", sections "Base 128 Varints", "Signed
// Integers".
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace acrn::traces {

/// The longest varint of 64 bits, in bytes.
inline constexpr std::size_t varint_size_max = 10;

/// How many bytes `value` takes: 1 to 10.
constexpr std::size_t varint_size(std::uint64_t value) noexcept {
  return (static_cast<std::size_t>(std::bit_width(value | 1U)) * 9 + 64) / 64;
}

/// Writes `value` to `at`, which has room for varint_size(value) bytes; returns the byte behind.
constexpr std::byte* put_varint(std::byte* at, std::uint64_t value) noexcept {
  while (value >= 0x80) {
    *at++ = static_cast<std::byte>(value | 0x80U);
    value >>= 7U;
  }
  *at++ = static_cast<std::byte>(value);
  return at;
}

/// Reads one varint from [at, end) into `value`; returns the byte behind it, or nullptr when it is
/// cut or longer than ten bytes. As libprotobuf does, bits beyond 64 are dropped.
constexpr std::byte const* get_varint(std::byte const* at, std::byte const* end,
                                      std::uint64_t& value) noexcept {
  value = 0;
  for (unsigned shift = 0; shift < 70 && at != end; shift += 7) {
    auto const byte = static_cast<std::uint64_t>(*at++);
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80) return at;
  }
  return nullptr;
}

/// Signed differences as small unsigned numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::uint64_t difference) noexcept {
  return (difference << 1U) ^ (0 - (difference >> 63U));
}

/// The inverse of zigzag().
constexpr std::uint64_t unzigzag(std::uint64_t coded) noexcept {
  return (coded >> 1U) ^ (0 - (coded & 1U));
}

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// CRC-32C (Castagnoli), the check of every frame of a capture and the base of the replay digest.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace acrn::traces {

/// The Castagnoli polynomial, bit-reversed. Source: RFC 3720, section 12.1.
inline constexpr std::uint32_t crc32c_polynomial = 0x82F6'3B78;

namespace detail {

/// table[k][b]: what byte `b` adds to the remainder when `k` more bytes follow it.
using Crc32cTable = std::array<std::array<std::uint32_t, 256>, 8>;

consteval Crc32cTable make_crc32c_table() noexcept {
  Crc32cTable table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? crc32c_polynomial : 0U);
    }
    table[0][byte] = remainder;
  }
  for (std::size_t step = 1; step < 8; ++step) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      std::uint32_t const before = table[step - 1][byte];
      table[step][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
    }
  }
  return table;
}
inline constexpr Crc32cTable crc32c_table = make_crc32c_table();

/// Eight bytes at once by table, on the inverted (running) remainder.
constexpr std::uint32_t crc32c_slice8(std::uint32_t running, std::uint64_t word) noexcept {
  std::uint64_t const mixed = word ^ running;
  std::uint32_t result = 0;
  for (std::size_t byte = 0; byte < 8; ++byte) {
    result ^= crc32c_table[7 - byte][(mixed >> (8 * byte)) & 0xFFU];
  }
  return result;
}

/// 0 not asked yet, 1 absent, 2 present. Relaxed: every thread would find the same answer.
inline constinit std::atomic<std::uint8_t> crc32c_instruction{0};

/// Asks CPUID and remembers the answer.
bool probe_crc32c_instruction() noexcept;

/// Whether the CPU has the CRC32 instruction of SSE4.2. It works on general registers only, so
/// code built without SSE may use it too.
inline bool has_crc32c_instruction() noexcept {
  std::uint8_t const known = crc32c_instruction.load(std::memory_order_relaxed);
  return known == 0 ? probe_crc32c_instruction() : known == 2;
}

/// The CRC32 instruction on eight bytes. Source: Intel SDM vol. 2A (Sep 2023), "CRC32".
inline std::uint32_t crc32c_hardware8(std::uint32_t running, std::uint64_t word) noexcept {
  std::uint64_t wide = running;
  asm("crc32q %1, %0" : "+r"(wide) : "rm"(word));
  return static_cast<std::uint32_t>(wide);
}

}  // namespace detail

/// CRC-32C of the bytes so far (`crc`; 0 to begin) followed by `bytes`. Any thread; never fails.
std::uint32_t crc32c(std::uint32_t crc, std::span<std::byte const> bytes) noexcept;

/// The same by table only: for constant expressions, and for CPUs without SSE4.2.
constexpr std::uint32_t crc32c_portable(std::uint32_t crc,
                                        std::span<std::byte const> bytes) noexcept {
  std::uint32_t running = ~crc;
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) {
      word |= static_cast<std::uint64_t>(bytes[at + byte]) << (8 * byte);
    }
    running = detail::crc32c_slice8(running, word);
  }
  for (; at < bytes.size(); ++at) {
    auto const index = (running ^ static_cast<std::uint32_t>(bytes[at])) & 0xFFU;
    running = (running >> 8U) ^ detail::crc32c_table[0][index];
  }
  return ~running;
}

/// crc32c() of the eight bytes of `word`, lowest first.
inline std::uint32_t crc32c_u64(std::uint32_t crc, std::uint64_t word) noexcept {
  return detail::has_crc32c_instruction() ? ~detail::crc32c_hardware8(~crc, word)
                                          : ~detail::crc32c_slice8(~crc, word);
}

}  // namespace acrn::traces

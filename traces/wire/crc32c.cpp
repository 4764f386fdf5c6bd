// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {

namespace {

std::uint32_t crc32c_hardware(std::uint32_t crc, std::span<std::byte const> bytes) noexcept {
  std::uint64_t running = static_cast<std::uint32_t>(~crc);
  std::byte const* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, at, sizeof word);
    asm("crc32q %1, %0" : "+r"(running) : "rm"(word));
  }
  for (; left > 0; --left, ++at) {
    asm("crc32b %1, %0" : "+r"(running) : "rm"(*at));
  }
  return ~static_cast<std::uint32_t>(running);
}

}  // namespace

bool detail::probe_crc32c_instruction() noexcept {
  // Intel SDM vol. 2A (Sep 2023), "CPUID": leaf 1, ECX bit 20 is SSE4.2, which brings CRC32.
  std::uint32_t eax = 1;
  std::uint32_t ebx = 0;
  std::uint32_t ecx = 0;
  std::uint32_t edx = 0;
  asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  bool const present = (ecx >> 20U & 1U) != 0;
  crc32c_instruction.store(present ? 2 : 1, std::memory_order_relaxed);
  return present;
}

std::uint32_t crc32c(std::uint32_t crc, std::span<std::byte const> bytes) noexcept {
  return detail::has_crc32c_instruction() ? crc32c_hardware(crc, bytes)
                                          : crc32c_portable(crc, bytes);
}

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// Checks of what the image supplies itself in place of a C library.
#include <array>
#include <cstddef>
#include <cstring>

#include "baremetal/self_test/checks.hpp"

namespace acrn::baremetal {
namespace {

/// A size that the compiler does not know, so that it calls the function that is under test.
std::size_t opaque(std::size_t size) noexcept {
  asm("" : "+r"(size));
  return size;
}

std::uint64_t as_number(std::array<std::uint8_t, 8> const& bytes) noexcept {
  std::uint64_t number = 0;
  for (std::uint8_t const byte : bytes) number = number << 8U | byte;
  return number;
}

using Bytes = std::array<std::uint8_t, 8>;
constexpr Bytes ascending{1, 2, 3, 4, 5, 6, 7, 8};

}  // namespace

void check_memory_functions(CheckLog& log) noexcept {
  Bytes bytes = ascending;
  std::memcpy(bytes.data(), ascending.data() + 4, opaque(3));
  log.equal("memcpy of 3 bytes", as_number(bytes), 0x0506'0704'0506'0708);

  bytes = ascending;
  std::memmove(bytes.data() + 2, bytes.data(), opaque(5));
  log.equal("memmove upwards over itself", as_number(bytes), 0x0102'0102'0304'0508);
  bytes = ascending;
  std::memmove(bytes.data(), bytes.data() + 2, opaque(5));
  log.equal("memmove downwards over itself", as_number(bytes), 0x0304'0506'0706'0708);
  std::memmove(bytes.data(), bytes.data() + 1, opaque(0));
  log.equal("memmove of nothing", as_number(bytes), 0x0304'0506'0706'0708);

  bytes = ascending;
  // NOLINTNEXTLINE(bugprone-suspicious-memset-usage): only the low byte counts, and shall.
  std::memset(bytes.data() + 1, 0x1aa, opaque(6));
  log.equal("memset of 6 bytes", as_number(bytes), 0x01aa'aaaa'aaaa'aa08);

  bytes = ascending;
  bytes[7] = 0xff;
  log.is_true("memcmp, equal", std::memcmp(bytes.data(), ascending.data(), opaque(7)) == 0);
  log.is_true("memcmp, above", std::memcmp(bytes.data(), ascending.data(), opaque(8)) > 0);
  log.is_true("memcmp, below", std::memcmp(ascending.data(), bytes.data(), opaque(8)) < 0);

  char const* text = "twelve bytes";
  asm("" : "+r"(text));
  log.equal("strlen", std::strlen(text), 12);
  log.equal("strlen of nothing", std::strlen(text + 12), 0);
}

}  // namespace acrn::baremetal

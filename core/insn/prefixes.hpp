// SPDX-License-Identifier: BSD-3-Clause
// The legacy prefixes and REX of an instruction.
#pragma once

#include <array>
#include <cstdint>

#include "core/insn/cursor.hpp"
#include "core/insn/instruction.hpp"

namespace acrn::core {

/// What the prefixes say.
struct Prefixes {
  CodeSize size{};      ///< the code segment's, for all who need the prefixes
  std::uint8_t rex{};   ///< REX with its 4 in bits 7 to 4, or the bits W R X B of a VEX; 0: none
  bool operand_size{};  ///< 66
  bool address_size{};  ///< 67
  bool lock{};          ///< F0
  Repeat repeat{};      ///< the last of F2 and F3
  bool has_segment{};
  Segment segment{};         ///< the last override that counts
  Encoding encoding{};       ///< vex after read_vex(), which sets the rest accordingly
  bool vector_256{};         ///< VEX.L
  bool has_third_operand{};  ///< VEX.vvvv names a register

  [[nodiscard]] constexpr bool has_rex() const noexcept { return rex != 0; }
  /// Bits W, R, X and B: operand size, then bit 3 of ModRM.reg, of SIB.index, and of the base.
  [[nodiscard]] constexpr bool w() const noexcept { return (rex & 8U) != 0; }
  [[nodiscard]] constexpr unsigned r() const noexcept { return (rex & 4U) << 1U; }
  [[nodiscard]] constexpr unsigned x() const noexcept { return (rex & 2U) << 2U; }
  [[nodiscard]] constexpr unsigned b() const noexcept { return (rex & 1U) << 3U; }
};

/// What kind of prefix a byte is.
enum class PrefixKind : std::uint8_t {
  none,
  rex,
  operand_size,
  address_size,
  lock,
  repeat_equal,
  repeat_not_equal,
  segment,
};

/// Source: Intel SDM vol. 2A (Sep 2023), sections 2.1.1 and 2.2.1.
inline constexpr std::array<PrefixKind, 256> prefix_kinds = [] {
  std::array<PrefixKind, 256> kinds{};
  for (unsigned byte = 0x40; byte <= 0x4F; ++byte) kinds[byte] = PrefixKind::rex;
  kinds[0x66] = PrefixKind::operand_size;
  kinds[0x67] = PrefixKind::address_size;
  kinds[0xF0] = PrefixKind::lock;
  kinds[0xF2] = PrefixKind::repeat_not_equal;
  kinds[0xF3] = PrefixKind::repeat_equal;
  for (unsigned byte : {0x26U, 0x2EU, 0x36U, 0x3EU, 0x64U, 0x65U}) {
    kinds[byte] = PrefixKind::segment;
  }
  return kinds;
}();

/// 26, 2E, 36 and 3E carry ES to DS in bits 4 and 3; 64 and 65 are FS and GS. In 64-bit mode only
/// these two count: the others neither override nor undo them.
constexpr void take_segment(Prefixes& prefixes, std::uint8_t byte) noexcept {
  bool const fs_or_gs = byte >= 0x64;
  if (prefixes.size == CodeSize::bits64 && !fs_or_gs) return;
  prefixes.has_segment = true;
  prefixes.segment =
      fs_or_gs ? static_cast<Segment>(byte & 7U) : static_cast<Segment>((byte >> 3U) & 3U);
}

/// Notes what a prefix other than REX says.
constexpr void take_prefix(Prefixes& prefixes, PrefixKind kind, std::uint8_t byte) noexcept {
  switch (kind) {
    case PrefixKind::operand_size:
      prefixes.operand_size = true;
      break;
    case PrefixKind::address_size:
      prefixes.address_size = true;
      break;
    case PrefixKind::lock:
      prefixes.lock = true;
      break;
    case PrefixKind::repeat_equal:
      prefixes.repeat = Repeat::equal;
      break;
    case PrefixKind::repeat_not_equal:
      prefixes.repeat = Repeat::not_equal;
      break;
    case PrefixKind::segment:
      take_segment(prefixes, byte);
      break;
    case PrefixKind::none:
    case PrefixKind::rex:
      break;
  }
}

/// Takes all legacy prefixes, in any order and number, and REX. A REX that another prefix follows
/// is void. Outside 64-bit mode 40 to 4F are INC and DEC of a register. They go where they are to
/// stay, for a copy right after writing single bytes costs the CPU more than reading them.
constexpr void read_prefixes(Cursor& cursor, Prefixes& prefixes) noexcept {
  for (;;) {
    std::uint8_t const byte = cursor.peek();
    PrefixKind const kind = prefix_kinds[byte];
    bool const is_rex = kind == PrefixKind::rex;
    if (kind == PrefixKind::none || (is_rex && prefixes.size != CodeSize::bits64)) return;
    prefixes.rex = is_rex ? byte : std::uint8_t{0};
    take_prefix(prefixes, kind, byte);
    cursor.take();
  }
}

}  // namespace acrn::core

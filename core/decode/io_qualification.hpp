// SPDX-License-Identifier: BSD-3-Clause
// The exit qualification of an I/O instruction: raw word to plain struct and back.
#pragma once

#include <cstdint>

#include "core/bits.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Whether an I/O instruction moves one element between AL/AX/EAX and the port, or memory (INS,
/// OUTS). Values are bit 4 of the qualification.
enum class IoForm : std::uint8_t { plain = 0, string = 1 };

/// Whether a REP prefix was present. Values are bit 5.
enum class IoRepeat : std::uint8_t { none = 0, rep = 1 };

/// Where the instruction took its port from. Values are bit 6.
enum class IoOperand : std::uint8_t { dx = 0, immediate = 1 };

/// What the exit qualification of an I/O instruction says, field by field.
struct IoQualification {
  Port port{};               ///< bits 31:16
  std::uint8_t size{1};      ///< bits 2:0 plus 1, in bytes; see has_valid_size()
  Direction direction{};     ///< bit 3, inverted: 0 is OUT, a write
  IoForm form{};             ///< bit 4
  IoRepeat repeat{};         ///< bit 5
  IoOperand operand{};       ///< bit 6
  std::uint64_t reserved{};  ///< bits 63:32 and 15:7 at their places; the CPU clears them

  /// Whether the size is one that the SDM defines: 1, 2 or 4 bytes.
  [[nodiscard]] constexpr bool has_valid_size() const noexcept {
    return size == 1 || size == 2 || size == 4;
  }
  /// Whether a CPU that follows the SDM can have produced the word.
  [[nodiscard]] constexpr bool is_valid() const noexcept {
    return has_valid_size() && reserved == 0;
  }
  friend constexpr bool operator==(IoQualification const&, IoQualification const&) = default;
};

/// The bits of the word that the SDM does not define.
inline constexpr std::uint64_t io_qualification_reserved =
    place<63, 32>(~std::uint64_t{0}) | place<15, 7>(~std::uint64_t{0});

/// Takes the word apart; loses nothing. Source: Intel SDM vol. 3C (Sep 2023), table 28-5 "Exit
/// Qualification for I/O Instructions".
constexpr IoQualification decode_io_qualification(std::uint64_t raw) noexcept {
  return {.port = {static_cast<std::uint16_t>(bits<31, 16>(raw))},
          .size = static_cast<std::uint8_t>(bits<2, 0>(raw) + 1),
          .direction = bits<3, 3>(raw) != 0 ? Direction::read : Direction::write,
          .form = static_cast<IoForm>(bits<4, 4>(raw)),
          .repeat = static_cast<IoRepeat>(bits<5, 5>(raw)),
          .operand = static_cast<IoOperand>(bits<6, 6>(raw)),
          .reserved = raw & io_qualification_reserved};
}

/// Puts the word together again. `size` must be 1 to 8: that is all the field can hold.
constexpr std::uint64_t encode_io_qualification(IoQualification const& io) noexcept {
  return place<31, 16>(io.port.value) | place<2, 0>(io.size - std::uint64_t{1}) |
         place<3, 3>(io.direction == Direction::read ? 1 : 0) |
         place<4, 4>(static_cast<std::uint64_t>(io.form)) |
         place<5, 5>(static_cast<std::uint64_t>(io.repeat)) |
         place<6, 6>(static_cast<std::uint64_t>(io.operand)) |
         (io.reserved & io_qualification_reserved);
}

/// Whether the word is of an IN or OUT of one byte, not of a string, and one that CPUs make.
constexpr bool is_plain_byte_access(std::uint64_t raw) noexcept {
  constexpr std::uint64_t allowed = 0xffff'0048;  // port, operand, direction; size code 0
  return (raw & ~allowed) == 0;
}

/// The same of 1, 2 or 4 bytes.
constexpr bool is_plain_access(std::uint64_t raw) noexcept {
  constexpr std::uint64_t allowed = 0xffff'004f;  // port, operand, direction, size code
  constexpr unsigned size_codes = 0b1011;         // 0, 1 and 3
  return (raw & ~allowed) == 0 && (size_codes >> bits<2, 0>(raw) & 1U) != 0;
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// Reads the bytes of one instruction in order and remembers when it ran out of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/insn/instruction.hpp"

namespace acrn::core {

/// The integer that starts at `bytes`.
template <class Integer>
constexpr Integer read_little_endian(std::uint8_t const* bytes) noexcept {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < sizeof(Integer); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return static_cast<Integer>(value);
}

/// A signed byte as a wider integer.
constexpr std::int64_t sign_extend(std::uint8_t byte) noexcept {
  return (std::int64_t{byte} ^ 0x80) - 0x80;
}

/// Takes bytes from the front of an instruction, the first 15 at most. A read past the end gives
/// zeroes and sets exhausted() for good; it never touches memory behind the span.
class Cursor {
 public:
  explicit constexpr Cursor(std::span<std::uint8_t const> bytes) noexcept
      : data_{bytes.data()}, size_{std::min<std::size_t>(bytes.size(), instruction_size_max)} {}

  /// The next byte, without taking it. At the end: 0, which is no prefix and escapes to nothing.
  [[nodiscard]] constexpr std::uint8_t peek() const noexcept {
    return position_ < size_ ? data_[position_] : std::uint8_t{0};
  }
  /// The next byte, taken.
  constexpr std::uint8_t take() noexcept {
    if (position_ < size_) return data_[position_++];
    exhausted_ = true;
    return 0;
  }
  /// The next two, four or eight bytes, little endian.
  constexpr std::uint16_t take_word() noexcept {
    return take_count(2) ? read_little_endian<std::uint16_t>(data_ + position_ - 2)
                         : std::uint16_t{0};
  }
  constexpr std::uint32_t take_dword() noexcept {
    return take_count(4) ? read_little_endian<std::uint32_t>(data_ + position_ - 4) : 0;
  }
  constexpr std::uint64_t take_qword() noexcept {
    return take_count(8) ? read_little_endian<std::uint64_t>(data_ + position_ - 8) : 0;
  }

  /// Bytes taken so far.
  [[nodiscard]] constexpr std::uint8_t position() const noexcept {
    return static_cast<std::uint8_t>(position_);
  }
  /// All bytes are taken; the next read would exhaust it.
  [[nodiscard]] constexpr bool at_end() const noexcept { return position_ == size_; }
  [[nodiscard]] constexpr bool exhausted() const noexcept { return exhausted_; }
  /// What exhaustion means: bytes are missing, or the instruction is longer than any may be.
  [[nodiscard]] constexpr DecodeStatus exhausted_status() const noexcept {
    return size_ < instruction_size_max ? DecodeStatus::need_more : DecodeStatus::too_long;
  }

 private:
  /// Takes all of them, or none.
  constexpr bool take_count(std::size_t count) noexcept {
    bool const enough = size_ - position_ >= count;
    if (enough) {
      position_ += count;
    } else {
      exhausted_ = true;
    }
    return enough;
  }

  std::uint8_t const* data_;
  std::size_t size_;
  std::size_t position_{};
  bool exhausted_{};
};

}  // namespace acrn::core

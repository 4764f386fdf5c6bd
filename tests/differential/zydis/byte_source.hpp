// SPDX-License-Identifier: BSD-3-Clause
// Byte strings to decode: pure noise, and ones that follow the grammar of x86 instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/insn/instruction.hpp"
#include "core/insn/opcode_table.hpp"

namespace acrn::tests {

/// A small generator whose state is one number (SplitMix64 by Steele, Lea and Flood, 2014).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t word = (state_ ^ (state_ >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    word = (word ^ (word >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return word ^ (word >> 31U);
  }
  unsigned below(std::size_t limit) { return static_cast<unsigned>(next() % limit); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(next()); }
  /// True in `percent` of 100 cases.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

/// One case. `size` may be less than the instruction needs, or more than any may have.
struct ByteString {
  static constexpr std::size_t size_max = 20;
  std::array<std::uint8_t, size_max> data{};
  std::size_t size{};
  core::CodeSize code{};

  [[nodiscard]] std::span<std::uint8_t const> bytes() const { return {data.data(), size}; }
};

/// Draws cases: a fifth is noise; of the others half start from a row of the opcode table, the rest
/// from any opcode of any map. Some are cut short.
class ByteSource {
 public:
  explicit ByteSource(std::uint64_t seed) : numbers_{seed} {}
  ByteString next();

 private:
  void put(ByteString& out, unsigned byte);
  void prefixes(ByteString& out);
  void rex(ByteString& out, unsigned bits);
  void opcode_of(ByteString& out, core::OpcodeForm const& form);
  void vex_opcode_of(ByteString& out, core::OpcodeForm const& form, std::uint8_t opcode);
  void any_opcode(ByteString& out);
  void operands(ByteString& out, core::Match when);

  Numbers numbers_;
};

}  // namespace acrn::tests

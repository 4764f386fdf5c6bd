// SPDX-License-Identifier: BSD-3-Clause
// Byte strings to decode: pure noise, and ones that follow the grammar of x86 instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/insn/instruction.hpp"
#include "core/insn/opcode_table.hpp"
#include "tests/support/numbers.hpp"

namespace acrn::tests {

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

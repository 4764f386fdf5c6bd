// SPDX-License-Identifier: BSD-3-Clause
// One row of the opcode table: an opcode, what must hold for the row to apply, and its operands.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/insn/instruction.hpp"
#include "core/insn/opcode.hpp"

namespace acrn::core {

/// How many bytes an operand has. Letters as in Intel SDM vol. 2D (Sep 2023), section A.2.2.
enum class OperandSize : std::uint8_t {
  none,
  b,      ///< 1
  w,      ///< 2
  d,      ///< 4
  q,      ///< 8
  dq,     ///< 16
  v,      ///< 2, 4 or 8 by operand size
  y,      ///< 4, or 8 with operand size 8
  z,      ///< 2, or 4 with operand size 4 or 8
  stack,  ///< 2 or 8: v of instructions whose operand size in 64-bit mode is 8
  x,      ///< 16, or 32 with VEX.L
};

/// What an operand is.
enum class OperandKind : std::uint8_t {
  none,
  memory,              ///< ModRM with mod other than 3
  offset,              ///< moffs: a bare address in the instruction
  source_string,       ///< segment:rSI
  destination_string,  ///< ES:rDI
  reg,                 ///< ModRM.reg, a general-purpose register
  accumulator,         ///< AL, AX, EAX or RAX
  vector,              ///< ModRM.reg, an XMM or YMM register
  immediate,           ///< zero-extended if its size is b; else as SDM's z, sign-extended
  immediate_signed,    ///< one byte, sign-extended
  one,                 ///< the constant 1
  cl,
};

struct Operand {
  OperandKind kind{};
  OperandSize size{};
  bool aligned{};  ///< #GP(0) unless the address is a multiple of the size
};

/// When a row applies: `(key & mask) == value`, with the bits of `key_*`. Rows of one opcode
/// exclude each other.
struct Match {
  std::uint16_t mask{};
  std::uint16_t value{};
  friend constexpr Match operator|(Match a, Match b) noexcept {
    return {static_cast<std::uint16_t>(a.mask | b.mask),
            static_cast<std::uint16_t>(a.value | b.value)};
  }
};

inline constexpr std::uint16_t key_reg = 7;         ///< ModRM.reg
inline constexpr std::uint16_t key_66 = 1U << 3U;   ///< 66 and neither F2 nor F3
inline constexpr std::uint16_t key_f3 = 1U << 4U;   ///< the last of F2 and F3 is F3
inline constexpr std::uint16_t key_f2 = 1U << 5U;   ///< the last of F2 and F3 is F2
inline constexpr std::uint16_t key_w = 1U << 6U;    ///< REX.W or VEX.W, in 64-bit mode
inline constexpr std::uint16_t key_l = 1U << 7U;    ///< VEX.L
inline constexpr std::uint16_t key_vex = 1U << 8U;  ///< VEX encoding
inline constexpr std::uint16_t key_64 = 1U << 9U;   ///< 64-bit mode

/// An opcode, or `count` of them that differ in their condition code.
struct OpcodeRange {
  OpcodeMap map{};
  std::uint8_t first{};
  std::uint8_t count{1};
};

/// One form. `first` and `second` are in the SDM's order: destination before source.
struct OpcodeForm {
  std::string_view mnemonic{};
  OpcodeRange opcode{};
  Match when{};
  Operation operation{};
  Operand first{};
  Operand second{};
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The short words in which the rows of the opcode table are written.
#pragma once

#include "core/insn/opcode_form.hpp"

namespace acrn::core::opcode_table {

using enum Operation;

// Opcodes. NOLINTBEGIN(readability-identifier-naming)
constexpr OpcodeRange b1(std::uint8_t first) noexcept { return {OpcodeMap::one_byte, first, 1}; }
constexpr OpcodeRange b2(std::uint8_t first, std::uint8_t count = 1) noexcept {
  return {OpcodeMap::two_byte, first, count};
}
constexpr OpcodeRange b3(std::uint8_t first) noexcept {
  return {OpcodeMap::three_byte_38, first, 1};
}
// NOLINTEND(readability-identifier-naming)

// When a row applies. `any` and all others but `vex` mean the legacy encoding.
inline constexpr Match any{};
inline constexpr Match np{key_66 | key_f3 | key_f2, 0};  ///< no mandatory prefix allowed
inline constexpr Match no_repeat{key_f3 | key_f2, 0};    ///< 66 is an operand size as usual
inline constexpr Match p66{key_66 | key_f3 | key_f2, key_66};
inline constexpr Match pf3{key_f3, key_f3};
inline constexpr Match w0{key_w, 0};
inline constexpr Match w1{key_w, key_w};
inline constexpr Match l0{key_l, 0};
inline constexpr Match vex{key_vex, key_vex};
inline constexpr Match only64{key_64, key_64};
inline constexpr Match not64{key_64, 0};
/// The opcode extension "/number" in ModRM.reg.
constexpr Match ext(std::uint16_t number) noexcept { return {key_reg, number}; }

// Operands: kind and size letter of appendix A, with m for a memory-only E.
inline constexpr Operand mb{OperandKind::memory, OperandSize::b};
inline constexpr Operand mw{OperandKind::memory, OperandSize::w};
inline constexpr Operand md{OperandKind::memory, OperandSize::d};
inline constexpr Operand mq{OperandKind::memory, OperandSize::q};
inline constexpr Operand mdq{OperandKind::memory, OperandSize::dq};
inline constexpr Operand mdq_aligned{OperandKind::memory, OperandSize::dq, true};
inline constexpr Operand mx{OperandKind::memory, OperandSize::x};
inline constexpr Operand mx_aligned{OperandKind::memory, OperandSize::x, true};
inline constexpr Operand mv{OperandKind::memory, OperandSize::v};
inline constexpr Operand my{OperandKind::memory, OperandSize::y};
inline constexpr Operand mz{OperandKind::memory, OperandSize::z};
inline constexpr Operand mstack{OperandKind::memory, OperandSize::stack};
inline constexpr Operand gb{OperandKind::reg, OperandSize::b};
inline constexpr Operand gv{OperandKind::reg, OperandSize::v};
inline constexpr Operand gy{OperandKind::reg, OperandSize::y};
inline constexpr Operand vec{OperandKind::vector};
inline constexpr Operand ab{OperandKind::accumulator, OperandSize::b};
inline constexpr Operand av{OperandKind::accumulator, OperandSize::v};
inline constexpr Operand ob{OperandKind::offset, OperandSize::b};
inline constexpr Operand ov{OperandKind::offset, OperandSize::v};
inline constexpr Operand xb{OperandKind::source_string, OperandSize::b};
inline constexpr Operand xv{OperandKind::source_string, OperandSize::v};
inline constexpr Operand yb{OperandKind::destination_string, OperandSize::b};
inline constexpr Operand yv{OperandKind::destination_string, OperandSize::v};
inline constexpr Operand ib{OperandKind::immediate, OperandSize::b};
inline constexpr Operand ibs{OperandKind::immediate_signed, OperandSize::b};
inline constexpr Operand iz{OperandKind::immediate, OperandSize::z};
inline constexpr Operand one{OperandKind::one};
inline constexpr Operand cl{OperandKind::cl};

}  // namespace acrn::core::opcode_table

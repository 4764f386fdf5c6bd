// SPDX-License-Identifier: BSD-3-Clause
// What follows from a row of the opcode table, worked out at compile time for the decoder.
#pragma once

#include <array>
#include <cstdint>

#include "core/insn/instruction.hpp"
#include "core/insn/opcode_form.hpp"

namespace acrn::core {

/// Which of the sizes of a form applies: by operand size in general registers, or VEX.L.
enum class SizeColumn : std::uint8_t { bits16, bits32, bits64, vector256 };
inline constexpr unsigned size_column_count = 4;
using SizeColumns = std::array<std::uint8_t, size_column_count>;

/// Bytes of an operand in each column.
constexpr SizeColumns size_columns(OperandSize size) noexcept {
  switch (size) {
    case OperandSize::none:
      return {0, 0, 0, 0};
    case OperandSize::b:
      return {1, 1, 1, 1};
    case OperandSize::w:
      return {2, 2, 2, 2};
    case OperandSize::d:
      return {4, 4, 4, 4};
    case OperandSize::q:
      return {8, 8, 8, 8};
    case OperandSize::dq:
      return {16, 16, 16, 16};
    case OperandSize::v:
      return {2, 4, 8, 0};
    case OperandSize::y:
      return {4, 4, 8, 0};
    case OperandSize::z:
      return {2, 4, 4, 0};
    case OperandSize::stack:
      return {2, 8, 8, 0};
    case OperandSize::x:
      return {16, 16, 16, 32};
  }
  return {};
}

/// Flags of FormTraits.
enum class FormFlag : std::uint8_t {
  lockable = 1U << 0U,         ///< a LOCK prefix is allowed
  locks_itself = 1U << 1U,     ///< XCHG
  aligned_operand = 1U << 2U,  ///< see Instruction::aligned
  fixed_register = 1U << 3U,   ///< the register is rAX, not ModRM.reg
  repeats = 1U << 4U,          ///< F2 and F3 are repeat prefixes
  conditional = 1U << 5U,      ///< the opcode's low bits are a condition
  has_immediate = 1U << 6U,    ///< bytes follow the address
  byte_register = 1U << 7U,    ///< ModRM.reg names an 8-bit register
};

/// A row as the decoder uses it.
struct FormTraits {
  Match when{};
  Operation operation{};
  OperandKind place{};      ///< where the memory operand comes from
  OperandKind immediate{};  ///< none, immediate, immediate_signed or one
  OperandSize immediate_size{};
  Other other{};
  Destination destination{};
  First first{};
  Encoding encoding{};
  std::uint8_t flags{};
  SizeColumns memory_size{};
  SizeColumns operand_size{};

  [[nodiscard]] constexpr bool has(FormFlag flag) const noexcept {
    return (flags & static_cast<unsigned>(flag)) != 0;
  }
};

constexpr bool is_memory(OperandKind kind) noexcept {
  return kind == OperandKind::memory || kind == OperandKind::offset ||
         kind == OperandKind::source_string || kind == OperandKind::destination_string;
}

constexpr bool is_register(OperandKind kind) noexcept {
  return kind == OperandKind::reg || kind == OperandKind::accumulator;
}

/// The operand besides memory, as the executor sees it.
constexpr Other other_of(OperandKind kind) noexcept {
  switch (kind) {
    case OperandKind::reg:
    case OperandKind::accumulator:
      return Other::reg;
    case OperandKind::vector:
      return Other::vector;
    case OperandKind::immediate:
    case OperandKind::immediate_signed:
    case OperandKind::one:
      return Other::immediate;
    case OperandKind::cl:
      return Other::cl;
    default:
      return Other::none;
  }
}

/// What the operation does to its first operand; only XCHG and XADD write the second one as well.
constexpr Destination destination_of(Operation operation, bool memory_is_first) noexcept {
  switch (operation) {
    case Operation::cmp:
    case Operation::test:
    case Operation::bt:
    case Operation::movs:  // ES:rDI is implied
    case Operation::scas:
    case Operation::cmps:
    case Operation::push:
      return Destination::none;
    case Operation::xchg:
    case Operation::xadd:
      return Destination::both;
    default:
      return memory_is_first ? Destination::memory : Destination::other;
  }
}

/// The read-modify-write operations that LOCK may precede. Source: Intel SDM vol. 2A (Sep 2023),
/// "LOCK - Assert LOCK# Signal Prefix".
constexpr bool is_lockable(Operation operation) noexcept {
  switch (operation) {
    case Operation::add:
    case Operation::bit_or:
    case Operation::adc:
    case Operation::sbb:
    case Operation::bit_and:
    case Operation::sub:
    case Operation::bit_xor:
    case Operation::inc:
    case Operation::dec:
    case Operation::bit_not:
    case Operation::neg:
    case Operation::xchg:
    case Operation::xadd:
    case Operation::cmpxchg:
    case Operation::cmpxchg8b:
    case Operation::cmpxchg16b:
    case Operation::bts:
    case Operation::btr:
    case Operation::btc:
      return true;
    default:
      return false;
  }
}

constexpr bool is_string(Operation operation) noexcept {
  return operation >= Operation::movs && operation <= Operation::cmps;
}

constexpr bool is_conditional(Operation operation) noexcept {
  return operation == Operation::setcc || operation == Operation::cmovcc;
}

constexpr std::uint8_t flags_of(OpcodeForm const& form, Operand memory, Operand other,
                                Destination destination) noexcept {
  unsigned flags = 0;
  auto const set = [&flags](FormFlag flag, bool on) {
    flags |= on ? static_cast<unsigned>(flag) : 0U;
  };
  bool const written = destination == Destination::memory || destination == Destination::both;
  bool const constant =
      other.kind == OperandKind::immediate || other.kind == OperandKind::immediate_signed;
  set(FormFlag::lockable, written && is_lockable(form.operation));
  set(FormFlag::locks_itself, form.operation == Operation::xchg);
  set(FormFlag::aligned_operand, memory.aligned);
  set(FormFlag::fixed_register, other.kind == OperandKind::accumulator);
  set(FormFlag::repeats, is_string(form.operation));
  set(FormFlag::conditional, is_conditional(form.operation));
  set(FormFlag::has_immediate, constant);
  set(FormFlag::byte_register, other.kind == OperandKind::reg && other.size == OperandSize::b);
  return static_cast<std::uint8_t>(flags);
}

constexpr FormTraits traits_of(OpcodeForm const& form) noexcept {
  // MOVS and CMPS have two memory operands; the overridable one is described, ES:rDI implied.
  bool const memory_is_first =
      is_memory(form.first.kind) && form.second.kind != OperandKind::source_string;
  Operand const memory = memory_is_first ? form.first : form.second;
  Operand const other = memory_is_first ? form.second : form.first;
  bool const is_immediate = other_of(other.kind) == Other::immediate;
  Destination const destination = destination_of(form.operation, memory_is_first);
  return {
      .when = form.when | Match{key_vex, 0},
      .operation = form.operation,
      .place = memory.kind,
      .immediate = is_immediate ? other.kind : OperandKind::none,
      .immediate_size = is_immediate ? other.size : OperandSize::none,
      .other = other_of(other.kind),
      .destination = destination,
      .first = memory_is_first ? First::memory : First::other,
      .encoding = (form.when.value & key_vex) != 0 ? Encoding::vex : Encoding::legacy,
      .flags = flags_of(form, memory, other, destination),
      .memory_size = size_columns(memory.size),
      .operand_size = size_columns(is_register(other.kind) ? other.size : memory.size),
  };
}

}  // namespace acrn::core

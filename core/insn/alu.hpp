// SPDX-License-Identifier: BSD-3-Clause
// What the arithmetic, logic, bit and shift operations compute: result and flags, nothing else.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/insn/instruction.hpp"

namespace acrn::core {

/// The flags that operations change.
inline constexpr std::uint64_t status_flags = rflags::carry | rflags::parity | rflags::adjust |
                                              rflags::zero | rflags::sign | rflags::overflow;

/// Operands of `a op b`. Bits above `size` bytes (1, 2, 4 or 8) are ignored.
struct AluInput {
  std::uint64_t a{};
  std::uint64_t b{};  ///< the shift count for shifts and rotates, the bit number for BT and kin
  std::uint8_t size{};
  std::uint64_t flags{};  ///< RFLAGS before
};

/// `value` is cut to the size. `flags` is all of RFLAGS after; in it, the status flags outside
/// `defined` are those that the SDM leaves undefined: no test may rely on them.
struct AluResult {
  std::uint64_t value{};
  std::uint64_t flags{};
  std::uint64_t defined{status_flags};
  friend constexpr bool operator==(AluResult const&, AluResult const&) = default;
};

/// `value`'s low `size` bytes in opposite order.
constexpr std::uint64_t swap_bytes(std::uint64_t value, std::uint8_t size) noexcept {
  return size == 0 ? 0 : __builtin_bswap64(value) >> (64U - 8U * size);
}

/// `flag` if `on`, else 0.
constexpr std::uint64_t flag_if(std::uint64_t flag, bool on) noexcept { return on ? flag : 0; }

namespace alu_detail {

constexpr bool top_bit(std::uint64_t value, std::uint8_t size) noexcept {
  return (value >> (8U * size - 1U) & 1U) != 0;
}

/// SF, ZF and PF of a result.
constexpr std::uint64_t result_flags(std::uint64_t value, std::uint8_t size) noexcept {
  bool const even = count_ones(value & 0xffU) % 2 == 0;
  return flag_if(rflags::parity, even) | flag_if(rflags::zero, truncate(value, size) == 0) |
         flag_if(rflags::sign, top_bit(value, size));
}

/// Flags of a sum or difference. `carries` holds at each bit whether that bit carried or borrowed.
constexpr AluResult arithmetic(AluInput const& in, std::uint64_t value,
                               std::uint64_t carries) noexcept {
  // The sign overflows where the carry into the top bit differs from the one out of it.
  std::uint64_t const top = carries >> (8U * in.size - 2U);
  std::uint64_t const flags = result_flags(value, in.size) |
                              flag_if(rflags::carry, top_bit(carries, in.size)) |
                              flag_if(rflags::adjust, (carries & 8U) != 0) |
                              flag_if(rflags::overflow, ((top ^ top >> 1U) & 1U) != 0);
  return {.value = truncate(value, in.size), .flags = (in.flags & ~status_flags) | flags};
}

constexpr AluResult add(AluInput const& in, std::uint64_t carry) noexcept {
  std::uint64_t const value = in.a + in.b + carry;
  return arithmetic(in, value, (in.a & in.b) | ((in.a | in.b) & ~value));
}

constexpr AluResult subtract(AluInput const& in, std::uint64_t borrow) noexcept {
  std::uint64_t const value = in.a - in.b - borrow;
  return arithmetic(in, value, (~in.a & in.b) | ((~in.a | in.b) & value));
}

/// CF and OF are 0, AF is undefined.
constexpr AluResult logic(AluInput const& in, std::uint64_t value) noexcept {
  return {.value = truncate(value, in.size),
          .flags = (in.flags & ~status_flags) | result_flags(value, in.size),
          .defined = status_flags & ~rflags::adjust};
}

/// INC and DEC leave CF alone.
constexpr AluResult keep_carry(AluResult result, std::uint64_t flags) noexcept {
  result.flags = (result.flags & ~rflags::carry) | (flags & rflags::carry);
  return result;
}

/// BT takes the bit into CF; ZF stays; the others are undefined and stay too.
constexpr AluResult bit_test(Operation operation, AluInput const& in) noexcept {
  std::uint64_t const mask = std::uint64_t{1} << (in.b & (8U * in.size - 1U));
  std::uint64_t value = in.a;
  if (operation == Operation::bts) value |= mask;
  if (operation == Operation::btr) value &= ~mask;
  if (operation == Operation::btc) value ^= mask;
  return {.value = truncate(value, in.size),
          .flags = (in.flags & ~rflags::carry) | flag_if(rflags::carry, (in.a & mask) != 0),
          .defined = rflags::carry | rflags::zero};
}

/// The count that shifts and rotates use: 5 bits of it, 6 for 8-byte operands.
constexpr unsigned masked_count(AluInput const& in) noexcept {
  return static_cast<unsigned>(in.b) & (in.size == 8 ? 63U : 31U);
}

/// SHL, SHR, SAR by 1 to 63 bits.
constexpr AluResult shift(Operation operation, AluInput const& in) noexcept {
  unsigned const count = masked_count(in);
  unsigned const width = 8U * in.size;
  std::uint64_t const a = truncate(in.a, in.size);
  bool const negative = top_bit(a, in.size);
  std::uint64_t value = 0;
  bool carry = false;
  bool overflow = false;
  if (operation == Operation::shl) {
    value = truncate(a << count, in.size);
    carry = count <= width && (a >> (width - count) & 1U) != 0;
    overflow = top_bit(value, in.size) != carry;
  } else {
    bool const fill = operation == Operation::sar && negative;
    std::uint64_t const extended = fill ? a | ~size_mask(in.size) : a;
    std::uint64_t const before =
        extended >> (count - 1U) | (fill ? ~(~std::uint64_t{0} >> (count - 1U)) : 0);
    carry = (before & 1U) != 0;
    value = truncate(before >> 1U | (fill ? std::uint64_t{1} << 63U : 0), in.size);
    overflow = operation == Operation::shr && negative;
  }
  std::uint64_t defined = status_flags & ~rflags::adjust;
  if (count != 1) defined &= ~rflags::overflow;
  if (operation != Operation::sar && count >= width) defined &= ~rflags::carry;
  std::uint64_t const flags = result_flags(value, in.size) | flag_if(rflags::carry, carry) |
                              flag_if(rflags::overflow, overflow);
  return {.value = value, .flags = (in.flags & ~status_flags) | flags, .defined = defined};
}

/// ROL and ROR by 1 to 63 bits: only CF, and OF of a rotation by 1, are written.
constexpr AluResult rotate(Operation operation, AluInput const& in) noexcept {
  unsigned const width = 8U * in.size;
  unsigned const count = masked_count(in) % width;
  unsigned const left = operation == Operation::rol ? count : (width - count) % width;
  std::uint64_t const a = truncate(in.a, in.size);
  std::uint64_t const value = left == 0 ? a : truncate(a << left | a >> (width - left), in.size);
  bool const top = top_bit(value, in.size);
  bool const carry = operation == Operation::rol ? (value & 1U) != 0 : top;
  bool const other = operation == Operation::rol ? carry : (value >> (width - 2U) & 1U) != 0;
  std::uint64_t constexpr written = rflags::carry | rflags::overflow;
  return {.value = value,
          .flags = (in.flags & ~written) | flag_if(rflags::carry, carry) |
                   flag_if(rflags::overflow, top != other),
          .defined = masked_count(in) == 1 ? status_flags : status_flags & ~rflags::overflow};
}

}  // namespace alu_detail

/// Computes `operation`. CMP and TEST give what they would store, too; XADD gives the sum; NOT,
/// NEG, INC and DEC look at `a` only. Operations that compute nothing (MOV) give `b` and keep the
/// flags. Source: Intel SDM vol. 2 (Sep 2023), the operations' own pages; vol. 1, appendix A, table
///
constexpr AluResult alu(Operation operation, AluInput const& in) noexcept {
  using namespace alu_detail;
  std::uint64_t const carry = in.flags & rflags::carry;
  switch (operation) {
    case Operation::add:
    case Operation::xadd:
      return add(in, 0);
    case Operation::adc:
      return add(in, carry);
    case Operation::sub:
    case Operation::cmp:
      return subtract(in, 0);
    case Operation::sbb:
      return subtract(in, carry);
    case Operation::neg:
      return subtract({.a = 0, .b = in.a, .size = in.size, .flags = in.flags}, 0);
    case Operation::inc:
      return keep_carry(add({in.a, 1, in.size, in.flags}, 0), in.flags);
    case Operation::dec:
      return keep_carry(subtract({in.a, 1, in.size, in.flags}, 0), in.flags);
    case Operation::bit_and:
    case Operation::test:
      return logic(in, in.a & in.b);
    case Operation::bit_or:
      return logic(in, in.a | in.b);
    case Operation::bit_xor:
      return logic(in, in.a ^ in.b);
    case Operation::bit_not:
      return {.value = truncate(~in.a, in.size), .flags = in.flags};
    case Operation::bt:
    case Operation::bts:
    case Operation::btr:
    case Operation::btc:
      return bit_test(operation, in);
    case Operation::shl:
    case Operation::shr:
    case Operation::sar:
    case Operation::rol:
    case Operation::ror:
      if (masked_count(in) == 0) return {.value = truncate(in.a, in.size), .flags = in.flags};
      return operation == Operation::rol || operation == Operation::ror ? rotate(operation, in)
                                                                        : shift(operation, in);
    default:
      return {.value = truncate(in.b, in.size), .flags = in.flags};
  }
}

/// Whether the condition holds. Source: Intel SDM vol. 1 (Sep 2023), appendix B, table B-1.
constexpr bool holds(Condition condition, std::uint64_t flags) noexcept {
  bool const sign = (flags & rflags::sign) != 0;
  bool const overflow = (flags & rflags::overflow) != 0;
  bool const zero = (flags & rflags::zero) != 0;
  bool const carry = (flags & rflags::carry) != 0;
  auto const code = static_cast<unsigned>(condition);
  bool positive = false;
  switch (static_cast<Condition>(code & ~1U)) {
    case Condition::overflow:
      positive = overflow;
      break;
    case Condition::below:
      positive = carry;
      break;
    case Condition::equal:
      positive = zero;
      break;
    case Condition::not_above:
      positive = carry || zero;
      break;
    case Condition::sign:
      positive = sign;
      break;
    case Condition::parity:
      positive = (flags & rflags::parity) != 0;
      break;
    case Condition::less:
      positive = sign != overflow;
      break;
    default:  // Condition::not_greater: bit 0 is cut off, no other is left
      positive = zero || sign != overflow;
      break;
  }
  return positive != ((code & 1U) != 0);
}

}  // namespace acrn::core

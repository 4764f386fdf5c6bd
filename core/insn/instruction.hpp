// SPDX-License-Identifier: BSD-3-Clause
// A decoded instruction with a memory operand: what the decoder says and the executor acts on.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/exit.hpp"

namespace acrn::core {

/// Default operand and address size of the code segment: CS.D, or CS.L for 64 bits.
enum class CodeSize : std::uint8_t { bits16, bits32, bits64 };

/// What is done. The two operands are Instruction::memory and Instruction::other; `destination`
/// says which of them is written. Forms that differ in the size or the kind of operands only share
/// an operation. Names of C++ operators are spelt out.
enum class Operation : std::uint8_t {
  mov,     ///< MOV and MOVNTI
  movzx,   ///< memory of memory.size, zero-extended to operand_size
  movsx,   ///< MOVSX and MOVSXD: memory of memory.size, sign-extended to operand_size
  movbe,   ///< bytes swapped on the way
  add,     ///< ADD
  bit_or,  ///< OR
  adc,     ///< ADC
  sbb,     ///< SBB
  bit_and,
  sub,
  bit_xor,
  cmp,         ///< writes flags only; the order of the operands is in `first`
  test,        ///< writes flags only
  inc,         ///< keeps CF
  dec,         ///< keeps CF
  bit_not,     ///< keeps all flags
  neg,         ///< NEG
  xchg,        ///< locked with or without the prefix
  xadd,        ///< register gets the old memory, memory the sum
  cmpxchg,     ///< compares rAX of operand_size with memory; `other` is what is stored
  cmpxchg8b,   ///< EDX:EAX with memory, ECX:EBX stored; ZF only
  cmpxchg16b,  ///< RDX:RAX with memory, RCX:RBX stored; ZF only; needs alignment
  bt,   ///< of other == immediate: bit number modulo operand width, the address is as decoded.
  bts,  ///< Of other == reg: the memory operand is a bit string, and the executor moves the
  btr,  ///< address by operand_size * floor(signed register / operand width).
  btc,
  rol,  ///< rotates and shifts: the count is `other`, cl or immediate, not yet masked
  ror,
  shl,  ///< SHL, and its alias /6
  shr,
  sar,
  movs,  ///< memory is the source, rSI with its segment; the destination is ES:rDI
  stos,  ///< memory is ES:rDI; the source is rAX of operand_size
  lods,  ///< memory is rSI with its segment; the destination is rAX of operand_size
  scas,  ///< memory is ES:rDI; rAX minus memory
  cmps,  ///< memory is rSI with its segment; memory minus ES:rDI
  push,  ///< memory is read, then stored below the top of the stack
  pop,   ///< memory is written; its address is computed with rSP after the increment
  setcc,
  cmovcc,       ///< memory is read whatever the condition; a false 32-bit one zeroes the upper half
  vector_load,  ///< memory to the vector register; above memory.size up to bit 127: zeroes
  vector_store,  ///< the low memory.size bytes of the vector register to memory
};

/// The operand that is not `memory`.
enum class Other : std::uint8_t {
  none,  ///< there is none, or the operation implies it
  reg,   ///< Instruction::reg, its low operand_size bytes (memory.size for stores of MOVZX kind)
  high_byte,  ///< bits 15 to 8 of Instruction::reg, which is rax, rcx, rdx or rbx
  immediate,  ///< Instruction::immediate
  cl,         ///< CL as a shift count
  vector,     ///< vector register Instruction::vector_index
};

/// What is written besides flags and implied registers.
enum class Destination : std::uint8_t { none, memory, other, both };

/// Which operand comes first in the SDM's operand order: `a op b`. It matters for SUB, SBB and CMP.
enum class First : std::uint8_t { memory, other };

/// Condition codes as encoded in SETcc and CMOVcc. Source: Intel SDM vol. 2D (Sep 2023), table B-10
/// "Encoding of Conditional Test (tttn) Field". Bit 0 negates.
enum class Condition : std::uint8_t {
  overflow,
  not_overflow,
  below,  ///< CF
  not_below,
  equal,  ///< ZF
  not_equal,
  not_above,  ///< CF or ZF
  above,
  sign,
  not_sign,
  parity,
  not_parity,
  less,  ///< SF != OF
  not_less,
  not_greater,  ///< ZF or SF != OF
  greater,
};

/// The repeat prefix of a string operation; none for all others. On MOVS, STOS and LODS both
/// prefixes repeat until the count is 0; on SCAS and CMPS they also look at ZF.
enum class Repeat : std::uint8_t { none, equal /* F3 */, not_equal /* F2 */ };

/// How the instruction is encoded. VEX loads zero the vector register up to its full width, legacy
/// ones keep bits 128 and up. VEX is undefined in real and virtual-8086 mode, which CodeSize cannot
/// tell: that check, and those of CR4.OSFXSR, CR4.OSXSAVE, XCR0 and CR0.TS, are the executor's.
enum class Encoding : std::uint8_t { legacy, vex };

/// Where the memory operand is: segment base + truncation to address_size of
/// (base + index * scale + displacement).
struct MemoryOperand {
  std::int64_t displacement{};  ///< sign-extended; moffs are zero-extended
  Segment segment{};            ///< effective: override, else the default of the base register
  Register base{};              ///< meaningful if has_base
  Register index{};             ///< meaningful if has_index
  std::uint8_t scale{1};        ///< 1, 2, 4 or 8
  std::uint8_t size{};          ///< bytes accessed: 1, 2, 4, 8, 16 or 32
  bool has_base{};
  bool has_index{};
  bool rip_relative{};  ///< the base is RIP of the next instruction, truncated like any other
};

/// One instruction. Small and trivially copyable; all prefixes have been taken into account.
struct Instruction {
  MemoryOperand memory{};
  std::uint64_t immediate{};  ///< sign-extended where the form says so, then cut to operand_size
  std::uint16_t form{};       ///< index of its row in opcode_forms
  Operation operation{};
  std::uint8_t length{};  ///< bytes, 1 to 15
  std::uint8_t
      operand_size{};  ///< bytes of a register operand and of the result: 1, 2, 4, 8, 16, 32
  std::uint8_t address_size{};  ///< bytes, 2, 4 or 8; also the width of rSI, rDI and rCX of strings
  Other other{};
  Destination destination{};
  First first{};
  Register reg{};               ///< of Other::reg and Other::high_byte
  std::uint8_t vector_index{};  ///< of Other::vector: 0 to 15
  Condition condition{};        ///< of setcc and cmovcc
  Repeat repeat{};              ///< of strings
  Encoding encoding{};
  bool lock{};     ///< LOCK, or an XCHG
  bool aligned{};  ///< #GP(0) unless the address is a multiple of memory.size
};
static_assert(sizeof(Instruction) <= 48 && std::is_trivially_copyable_v<Instruction>);

/// Longest instruction the CPU takes; a longer one is #GP(0). Source: Intel SDM vol. 2A (Sep 2023),
/// section 2.3.11 "AVX Instruction Length".
inline constexpr std::uint8_t instruction_size_max = 15;

/// How decoding ended.
enum class DecodeStatus : std::uint8_t {
  decoded,
  need_more,    ///< the bytes end inside the instruction; fewer than 15 were given
  undefined,    ///< the architecture forbids it: #UD
  unsupported,  ///< no row of opcode_forms: also #UD, with the bytes reported
  too_long,     ///< not complete within 15 bytes: #GP(0)
};

/// Why it ended as undefined or unsupported.
enum class DecodeReason : std::uint8_t {
  none,
  opcode,         ///< no row for the opcode with these prefixes, in this code size
  register_form,  ///< the operand that would be memory is a register
  lock,           ///< LOCK on something that is not a lockable read-modify-write of memory
  vex_prefix,     ///< LOCK, 66, F2, F3 or REX before a VEX prefix
  vex_field,      ///< VEX.vvvv names a register, but the form has no third operand
};

/// What decode() found. `instruction` is meaningful if `status` is decoded.
struct Decoded {
  Instruction instruction{};
  DecodeStatus status{};
  DecodeReason reason{};
};

}  // namespace acrn::core

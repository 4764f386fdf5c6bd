// SPDX-License-Identifier: BSD-3-Clause
// What a decoded instruction computes once its memory has been read, and before it is written.
#pragma once

#include <bit>
#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/insn/alu.hpp"
#include "core/insn/instruction.hpp"
#include "core/insn/operand_memory.hpp"
#include "core/insn/string_registers.hpp"

namespace acrn::core {

/// What an instruction works on. `memory` comes as read and leaves as it is to be written; `second`
/// is what a CMPS read first. `flags` is RFLAGS before, then after. Registers go into `commit`.
/// `repeats` says that a repeated string has more elements.
struct Execution {
  OperandData& memory;
  std::uint64_t second{};
  std::uint64_t flags{};
  std::uint8_t stack_size{};  ///< bytes of rSP that count; PUSH and POP only
  bool repeats{};
};

/// The operand that is not memory, as an operation sees it.
template <CpuView Cpu>
constexpr std::uint64_t read_other(Instruction const& insn, Cpu& cpu) {
  switch (insn.other) {
    case Other::reg:
      return truncate(cpu.read_register(insn.reg), insn.operand_size);
    case Other::high_byte:
      return cpu.read_register(insn.reg) >> 8U & 0xffU;
    case Other::immediate:
      return insn.immediate;
    case Other::cl:
      return cpu.read_register(Register::rcx) & 0xffU;
    case Other::none:
    case Other::vector:
      break;
  }
  return 0;
}

/// Writes the register that is the other operand.
template <CpuView Cpu>
constexpr void write_other(Instruction const& insn, Cpu& cpu, std::uint64_t value, Commit& commit) {
  if (insn.other == Other::high_byte) {
    std::uint64_t const old = cpu.read_register(insn.reg);
    commit.set(insn.reg, (old & ~std::uint64_t{0xff00}) | (value & 0xffU) << 8U);
    return;
  }
  bool const keeps = keeps_old_bits(insn.operand_size, Extend::by_size);
  std::uint64_t const old = keeps ? cpu.read_register(insn.reg) : 0;
  commit.set(insn.reg, widen(old, value, insn.operand_size, Extend::by_size));
}

/// Writes the low `size` bytes of a register that the operation implies.
template <CpuView Cpu>
constexpr void write_implied(Register reg, std::uint64_t value, std::uint8_t size, Cpu& cpu,
                             Commit& commit) {
  std::uint64_t const old = keeps_old_bits(size, Extend::by_size) ? cpu.read_register(reg) : 0;
  commit.set(reg, widen(old, value, size, Extend::by_size));
}

/// MOV, MOVZX, MOVSX, MOVBE, SETcc, CMOVcc.
template <CpuView Cpu>
constexpr void execute_move(Instruction const& insn, Cpu& cpu, Execution& work, Commit& commit) {
  std::uint64_t const loaded = work.memory[0];
  bool const stores = insn.destination == Destination::memory;
  std::uint64_t value = stores ? read_other(insn, cpu) : loaded;
  switch (insn.operation) {
    case Operation::movbe:
      value = swap_bytes(value, insn.operand_size);
      break;
    case Operation::movsx:
      value = widen(0, loaded, insn.memory.size, Extend::sign);
      break;
    case Operation::setcc:
      value = holds(insn.condition, work.flags) ? 1 : 0;
      break;
    case Operation::cmovcc:
      if (!holds(insn.condition, work.flags)) value = read_other(insn, cpu);
      break;
    default:
      break;
  }
  if (stores) {
    work.memory[0] = value;
  } else {
    write_other(insn, cpu, value, commit);
  }
}

/// Everything with two operands and a result: arithmetic, logic, bits, shifts.
template <CpuView Cpu>
constexpr void execute_alu(Instruction const& insn, Cpu& cpu, Execution& work, Commit& commit) {
  std::uint64_t const memory = work.memory[0];
  std::uint64_t const other = read_other(insn, cpu);
  bool const memory_first = insn.first == First::memory;
  AluResult const result = alu(insn.operation, {.a = memory_first ? memory : other,
                                                .b = memory_first ? other : memory,
                                                .size = insn.operand_size,
                                                .flags = work.flags});
  work.flags = result.flags;
  if (insn.destination == Destination::memory) {
    work.memory[0] = result.value;
  } else if (insn.destination == Destination::other) {
    write_other(insn, cpu, result.value, commit);
  }
}

/// XCHG, XADD, CMPXCHG. A CMPXCHG that finds another value stores what it found: hardware always
/// writes (vol. 2A, CMPXCHG: "the processor never produces a locked read without also producing a
/// locked write").
template <CpuView Cpu>
constexpr void execute_exchange(Instruction const& insn, Cpu& cpu, Execution& work,
                                Commit& commit) {
  std::uint64_t const memory = work.memory[0];
  std::uint64_t const other = read_other(insn, cpu);
  if (insn.operation == Operation::xchg) {
    work.memory[0] = other;
    write_other(insn, cpu, memory, commit);
    return;
  }
  if (insn.operation == Operation::xadd) {
    AluResult const sum = alu(Operation::xadd, {memory, other, insn.operand_size, work.flags});
    work.flags = sum.flags;
    work.memory[0] = sum.value;
    write_other(insn, cpu, memory, commit);
    return;
  }
  std::uint64_t const expected = cpu.read_register(Register::rax);
  work.flags = alu(Operation::cmp, {expected, memory, insn.operand_size, work.flags}).flags;
  if ((work.flags & rflags::zero) != 0) {
    work.memory[0] = other;
  } else {
    write_implied(Register::rax, memory, insn.operand_size, cpu, commit);
  }
}

/// CMPXCHG8B and CMPXCHG16B: of the flags only ZF changes.
template <CpuView Cpu>
constexpr void execute_exchange_pair(Instruction const& insn, Cpu& cpu, Execution& work,
                                     Commit& commit) {
  auto const half = static_cast<std::uint8_t>(insn.memory.size / 2U);
  std::uint64_t const low = get_bytes(work.memory, 0, half);
  std::uint64_t const high = get_bytes(work.memory, half, half);
  bool const equal = truncate(cpu.read_register(Register::rax), half) == low &&
                     truncate(cpu.read_register(Register::rdx), half) == high;
  work.flags = (work.flags & ~rflags::zero) | flag_if(rflags::zero, equal);
  if (equal) {
    put_bytes(work.memory, 0, half, cpu.read_register(Register::rbx));
    put_bytes(work.memory, half, half, cpu.read_register(Register::rcx));
  } else {
    write_implied(Register::rax, low, half, cpu, commit);
    write_implied(Register::rdx, high, half, cpu, commit);
  }
}

/// One element of MOVS, STOS, LODS, SCAS, CMPS.
template <CpuView Cpu>
constexpr void execute_string(Instruction const& insn, Cpu& cpu, Execution& work, Commit& commit) {
  StringElement const element{insn.operand_size, insn.address_size, insn.repeat, work.flags};
  std::uint64_t const memory = work.memory[0];
  bool compares = false;
  if (insn.operation == Operation::stos) {
    work.memory[0] = truncate(cpu.read_register(Register::rax), insn.operand_size);
  } else if (insn.operation == Operation::lods) {
    write_implied(Register::rax, memory, insn.operand_size, cpu, commit);
  } else if (insn.operation != Operation::movs) {
    compares = true;
    bool const scas = insn.operation == Operation::scas;
    std::uint64_t const first = scas ? cpu.read_register(Register::rax) : work.second;
    work.flags = alu(Operation::cmp, {first, memory, insn.operand_size, work.flags}).flags;
  }
  bool const walks_source = insn.operation == Operation::movs ||
                            insn.operation == Operation::lods || insn.operation == Operation::cmps;
  if (walks_source) move_pointer(element, Register::rsi, cpu, commit);
  if (insn.operation != Operation::lods) move_pointer(element, Register::rdi, cpu, commit);
  bool const equal = (work.flags & rflags::zero) != 0;
  bool const goes_on = !compares || equal == (insn.repeat == Repeat::equal);
  work.repeats = count_element(element, cpu, commit) && goes_on;
}

/// PUSH and POP: the value goes from memory to memory, rSP moves.
template <CpuView Cpu>
constexpr void execute_stack(Instruction const& insn, Cpu& cpu, Execution const& work,
                             Commit& commit) {
  std::uint64_t const old = cpu.read_register(Register::rsp);
  std::uint64_t const moved =
      insn.operation == Operation::push ? old - insn.operand_size : old + insn.operand_size;
  commit.set(Register::rsp, widen(old, moved, work.stack_size, Extend::by_size));
}

/// Vector loads fill the register with zeros above what they read.
template <CpuView Cpu>
constexpr void execute_vector(Instruction const& insn, Cpu& cpu, Execution& work, Commit& commit) {
  if (insn.operation == Operation::vector_store) {
    work.memory = std::bit_cast<OperandData>(cpu.read_vector(insn.vector_index));
    return;
  }
  commit.vector = std::bit_cast<VectorValue>(work.memory);
  commit.vector_index = insn.vector_index;
  commit.vector_width = insn.encoding == Encoding::vex ? 32 : 16;
}

/// Computes the instruction.
template <CpuView Cpu>
constexpr void execute(Instruction const& insn, Cpu& cpu, Execution& work, Commit& commit) {
  switch (insn.operation) {
    case Operation::mov:
    case Operation::movzx:
    case Operation::movsx:
    case Operation::movbe:
    case Operation::setcc:
    case Operation::cmovcc:
      return execute_move(insn, cpu, work, commit);
    case Operation::xchg:
    case Operation::xadd:
    case Operation::cmpxchg:
      return execute_exchange(insn, cpu, work, commit);
    case Operation::cmpxchg8b:
    case Operation::cmpxchg16b:
      return execute_exchange_pair(insn, cpu, work, commit);
    case Operation::movs:
    case Operation::stos:
    case Operation::lods:
    case Operation::scas:
    case Operation::cmps:
      return execute_string(insn, cpu, work, commit);
    case Operation::push:
    case Operation::pop:
      return execute_stack(insn, cpu, work, commit);
    case Operation::vector_load:
    case Operation::vector_store:
      return execute_vector(insn, cpu, work, commit);
    default:
      return execute_alu(insn, cpu, work, commit);
  }
}

}  // namespace acrn::core

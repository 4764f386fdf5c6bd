// SPDX-License-Identifier: BSD-3-Clause
// Which memory operands an instruction has, where each begins, and in which order they are used.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/insn/instruction.hpp"
#include "core/paging/linear.hpp"

namespace acrn::core {

/// Stands for an operand that an instruction does not have.
inline constexpr std::uint8_t no_operand = 0xff;

/// The transfers of an instruction, by operand: 0 is Instruction::memory, 1 the other one that
/// MOVS, CMPS (ES:rDI), PUSH and POP (the stack) have.
struct MemoryPlan {
  std::uint8_t first_read{no_operand};
  std::uint8_t second_read{no_operand};
  std::uint8_t write{no_operand};  ///< after the reads
  friend constexpr bool operator==(MemoryPlan const&, MemoryPlan const&) = default;
};

/// `stores` says that the destination is memory.
constexpr MemoryPlan memory_plan(Operation operation, bool stores) noexcept {
  switch (operation) {
    case Operation::movs:
    case Operation::push:
      return {.first_read = 0, .write = 1};
    case Operation::pop:
      return {.first_read = 1, .write = 0};
    case Operation::cmps:
      return {.first_read = 0, .second_read = 1};
    case Operation::stos:
    case Operation::vector_store:
    case Operation::setcc:
      return {.write = 0};
    case Operation::mov:
    case Operation::movbe:
      if (stores) return {.write = 0};
      return {.first_read = 0};
    case Operation::xchg:
    case Operation::xadd:
    case Operation::cmpxchg:
    case Operation::cmpxchg8b:
    case Operation::cmpxchg16b:
      return {.first_read = 0, .write = 0};
    case Operation::lods:
    case Operation::scas:
    case Operation::vector_load:
      return {.first_read = 0};
    default:
      if (stores) return {.first_read = 0, .write = 0};
      return {.first_read = 0};
  }
}

/// By operation and whether it stores: instructions come in too random an order for a branch.
inline constexpr auto memory_plans = [] {
  constexpr auto count = static_cast<std::size_t>(Operation::vector_store) + 1;
  std::array<std::array<MemoryPlan, 2>, count> plans{};
  for (std::size_t i = 0; i < count; ++i) {
    plans[i] = {memory_plan(static_cast<Operation>(i), false),
                memory_plan(static_cast<Operation>(i), true)};
  }
  return plans;
}();

constexpr MemoryPlan memory_plan(Instruction const& insn) noexcept {
  return memory_plans[static_cast<std::size_t>(insn.operation)]
                     [insn.destination == Destination::memory ? 1 : 0];
}

/// How far a bit string's operand lies from its base: the register counts bits, and is signed.
/// Source: Intel SDM vol. 1 (Sep 2023), section 4.6.1 "Bit Field Data Type"; vol. 2A, BT.
constexpr std::uint64_t bit_string_offset(std::uint64_t bit, std::uint8_t operand_size) noexcept {
  auto const number = static_cast<std::int64_t>(widen(0, bit, operand_size, Extend::sign));
  int const width_log2 = operand_size == 8 ? 6 : operand_size == 4 ? 5 : 4;
  return static_cast<std::uint64_t>(number >> width_log2) * operand_size;
}

/// The offset of operand 0 in its segment, before it is cut to the address size.
template <CpuView Cpu>
constexpr std::uint64_t memory_offset(Instruction const& insn, std::uint8_t stack_size, Cpu& cpu) {
  MemoryOperand const& memory = insn.memory;
  auto offset = static_cast<std::uint64_t>(memory.displacement);
  if (memory.has_base) {
    std::uint64_t base = cpu.read_register(memory.base);
    // POP computes the address with the stack pointer as it leaves it (vol. 2B, POP).
    if (insn.operation == Operation::pop && memory.base == Register::rsp) {
      base = widen(base, base + insn.operand_size, stack_size, Extend::by_size);
    }
    offset += base;
  }
  if (memory.has_index) offset += cpu.read_register(memory.index) * memory.scale;
  if (memory.rip_relative) offset += cpu.rip() + insn.length;
  bool const bit_string = insn.operation >= Operation::bt && insn.operation <= Operation::btc &&
                          insn.other == Other::reg;
  if (bit_string) offset += bit_string_offset(cpu.read_register(insn.reg), insn.operand_size);
  return offset;
}

/// One operand of an instruction.
struct OperandUse {
  std::uint8_t operand{};
  AccessKind kind{};
  std::uint8_t stack_size{};  ///< bytes of rSP that count; 0: the instruction has no stack operand
};

/// Where the operand is.
template <CpuView Cpu>
constexpr SegmentedAccess operand_access(Instruction const& insn, OperandUse use, Cpu& cpu) {
  if (use.operand == 0) {
    return {.segment = insn.memory.segment,
            .offset = memory_offset(insn, use.stack_size, cpu),
            .address_size = insn.address_size,
            .size = insn.memory.size,
            .kind = use.kind};
  }
  if (use.stack_size == 0) {
    return {.segment = Segment::es,
            .offset = cpu.read_register(Register::rdi),
            .address_size = insn.address_size,
            .size = insn.operand_size,
            .kind = use.kind};
  }
  std::uint64_t const top = cpu.read_register(Register::rsp);
  return {.segment = Segment::ss,
          .offset = use.kind == AccessKind::write ? top - insn.operand_size : top,
          .address_size = use.stack_size,
          .size = insn.operand_size,
          .kind = use.kind};
}

}  // namespace acrn::core

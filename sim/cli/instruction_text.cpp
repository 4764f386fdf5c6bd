// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/instruction_text.hpp"

#include <fmt/format.h>

#include <array>

#include "core/access.hpp"
#include "core/insn/names.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::Instruction;
using core::MemoryOperand;
using core::Operation;
using core::Other;
using core::Register;

constexpr std::array<std::string_view, 8> roots{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI"};

std::string_view pointer_name(std::uint8_t address_size) {
  return address_size == 8 ? "RIP" : address_size == 4 ? "EIP" : "IP";
}

std::string offset_text(Instruction const& insn) {
  MemoryOperand const& memory = insn.memory;
  std::string text;
  if (memory.rip_relative) text = pointer_name(insn.address_size);
  if (memory.has_base) text = register_text(memory.base, insn.address_size);
  if (memory.has_index) {
    text += fmt::format("{}{}*{}", text.empty() ? "" : "+",
                        register_text(memory.index, insn.address_size), memory.scale);
  }
  auto const displacement = static_cast<std::uint64_t>(memory.displacement);
  if (text.empty()) return fmt::format("{:#x}", core::truncate(displacement, insn.address_size));
  if (memory.displacement == 0) return text;
  bool const negative = memory.displacement < 0;
  return text + fmt::format("{}{:#x}", negative ? '-' : '+',
                            negative ? std::uint64_t{0} - displacement : displacement);
}

bool is_string(Instruction const& insn) {
  return insn.operation >= Operation::movs && insn.operation <= Operation::cmps;
}

/// MOVS and CMPS have a second memory operand.
std::string second_memory_text(Instruction const& insn) {
  if (insn.operation != Operation::movs && insn.operation != Operation::cmps) return "";
  return fmt::format("{} ES:[{}]", size_word(insn.operand_size),
                     register_text(Register::rdi, insn.address_size));
}

}  // namespace

std::string register_text(Register reg, std::uint8_t size) {
  auto const number = static_cast<unsigned>(reg);
  if (number >= roots.size()) {
    return fmt::format("R{}{}", number, size == 1 ? "B" : size == 2 ? "W" : size == 4 ? "D" : "");
  }
  std::string_view const root = roots[number];
  if (size == 1) return number < 4 ? fmt::format("{}L", root[0]) : fmt::format("{}L", root);
  return fmt::format("{}{}", size == 8 ? "R" : size == 4 ? "E" : "", root);
}

std::string_view size_word(std::uint8_t size) {
  switch (size) {
    case 1:
      return "byte";
    case 2:
      return "word";
    case 4:
      return "dword";
    case 8:
      return "qword";
    case 16:
      return "xmmword";
    default:
      return "ymmword";
  }
}

std::string memory_text(Instruction const& insn) {
  return fmt::format("{}:[{}]", capitals(name(insn.memory.segment)), offset_text(insn));
}

std::string other_text(Instruction const& insn) {
  switch (insn.other) {
    case Other::none:
      return "";
    case Other::reg:
      return register_text(insn.reg, insn.operand_size);
    case Other::high_byte:
      return fmt::format("{}H", roots[static_cast<unsigned>(insn.reg) % 4][0]);
    case Other::immediate:
      return fmt::format("{:#x}", insn.immediate);
    case Other::cl:
      return "CL";
    case Other::vector:
      return fmt::format("{}MM{}", insn.memory.size == 32 ? 'Y' : 'X', insn.vector_index);
  }
  return "?";
}

std::string_view repeat_text(Instruction const& insn) {
  bool const compares = insn.operation == Operation::scas || insn.operation == Operation::cmps;
  switch (insn.repeat) {
    case core::Repeat::none:
      return "";
    case core::Repeat::equal:
      return compares ? "REPE" : "REP";
    case core::Repeat::not_equal:
      return compares ? "REPNE" : "REP";
  }
  return "?";
}

std::string mnemonic_text(Instruction const& insn) {
  std::string text{mnemonic(insn)};
  constexpr std::string_view condition = "cc";  // as the SDM writes SETcc
  if (!text.ends_with(condition)) return text;
  text.resize(text.size() - condition.size());
  return text + capitals(name(insn.condition));
}

std::string instruction_text(Instruction const& insn) {
  std::string text;
  // XCHG locks without the prefix, which would say nothing.
  if (insn.lock && insn.operation != Operation::xchg) text += "LOCK ";
  if (insn.repeat != core::Repeat::none) text += fmt::format("{} ", repeat_text(insn));
  text += mnemonic_text(insn);
  std::string const memory = fmt::format("{} {}", size_word(insn.memory.size), memory_text(insn));
  std::string const second = second_memory_text(insn);
  std::string const other = is_string(insn) && !second.empty() ? second : other_text(insn);
  bool const memory_first = insn.first == core::First::memory;
  text += ' ' + (memory_first || other.empty() ? memory : other);
  if (!other.empty()) text += ", " + (memory_first ? other : memory);
  return text;
}

}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/compare.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "core/insn/opcode_table.hpp"

namespace acrn::tests {

namespace {

using core::Instruction;
using core::MemoryOperand;

/// Collects "what: ours, theirs" for each thing that differs.
class Differences {
 public:
  template <class T>
  void expect(char const* what, T ours, T theirs) {
    if (ours == theirs) return;
    text_ += std::string{text_.empty() ? "" : "; "} + what + " " + std::to_string(ours) +
             ", Zydis " + std::to_string(theirs);
  }
  void note(std::string const& sentence) { text_ += (text_.empty() ? "" : "; ") + sentence; }
  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  std::string text_;
};

std::uint64_t masked(std::int64_t value, unsigned bytes) {
  auto const word = static_cast<std::uint64_t>(value);
  return bytes >= 8 ? word : word & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

/// Number of a general-purpose register of `bytes` bytes; -1 for another kind or width.
int register_number(ZydisRegister reg, unsigned bytes) {
  ZydisRegisterClass const kind = ZydisRegisterGetClass(reg);
  bool const matches =
      (kind == ZYDIS_REGCLASS_GPR8 && bytes == 1) || (kind == ZYDIS_REGCLASS_GPR16 && bytes == 2) ||
      (kind == ZYDIS_REGCLASS_GPR32 && bytes == 4) || (kind == ZYDIS_REGCLASS_GPR64 && bytes == 8);
  return matches ? ZydisRegisterGetId(reg) : -1;
}

/// Zydis numbers AH to BH between BL and SPL; 16 + n stands for them here.
int byte_register_number(ZydisRegister reg) {
  if (reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH) return 16 + reg - ZYDIS_REGISTER_AH;
  if (reg >= ZYDIS_REGISTER_AL && reg <= ZYDIS_REGISTER_BL) return reg - ZYDIS_REGISTER_AL;
  if (reg >= ZYDIS_REGISTER_SPL && reg <= ZYDIS_REGISTER_R15B) return 4 + reg - ZYDIS_REGISTER_SPL;
  return -1;
}

int segment_number(ZydisRegister reg) { return ZydisRegisterGetId(reg); }

/// The operand that core calls `memory`: of a string's two the one with our base, else the named.
ZydisDecodedOperand const* memory_operand(Instruction const& ours, Reference const& theirs) {
  for (ZydisDecodedOperand const& operand : theirs.all_operands()) {
    if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY) continue;
    if (!core::is_string(ours.operation)) {
      if (operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT) return &operand;
      continue;
    }
    if (register_number(operand.mem.base, ours.address_size) ==
        static_cast<int>(ours.memory.base)) {
      return &operand;
    }
  }
  return nullptr;
}

void compare_memory(Instruction const& ours, ZydisDecodedOperand const& theirs, Differences& out) {
  MemoryOperand const& memory = ours.memory;
  unsigned const width = ours.address_size;
  out.expect("memory size", unsigned{memory.size}, unsigned{theirs.size} / 8);
  out.expect("segment", static_cast<int>(memory.segment), segment_number(theirs.mem.segment));
  bool const rip = theirs.mem.base == ZYDIS_REGISTER_RIP || theirs.mem.base == ZYDIS_REGISTER_EIP;
  out.expect("RIP-relative", int{memory.rip_relative}, int{rip});
  int const base = memory.has_base ? static_cast<int>(memory.base) : -1;
  out.expect("base", base, register_number(theirs.mem.base, width));
  int const index = memory.has_index ? static_cast<int>(memory.index) : -1;
  out.expect("index", index, register_number(theirs.mem.index, width));
  if (memory.has_index) {
    // Zydis gives 0 for the pairs of 16-bit addressing.
    out.expect("scale", int{memory.scale}, width == 2 ? 1 : int{theirs.mem.scale});
  }
  out.expect("displacement", masked(memory.displacement, width),
             masked(theirs.mem.disp.value, width));
}

ZydisDecodedOperand const* visible_operand(Reference const& theirs, ZydisOperandType type) {
  for (ZydisDecodedOperand const& operand : theirs.all_operands()) {
    if (operand.type == type && operand.visibility != ZYDIS_OPERAND_VISIBILITY_HIDDEN) {
      return &operand;
    }
  }
  return nullptr;
}

void compare_register(Instruction const& ours, Reference const& theirs, Differences& out) {
  ZydisDecodedOperand const* const operand = visible_operand(theirs, ZYDIS_OPERAND_TYPE_REGISTER);
  if (operand == nullptr) {
    if (!core::is_string(ours.operation)) out.note("Zydis has no register operand");
    return;  // rAX of a string is hidden
  }
  ZydisRegister const reg = operand->reg.value;
  if (ours.other == core::Other::vector) {
    bool const wide = ours.memory.size == 32;
    int const first = wide ? ZYDIS_REGISTER_YMM0 : ZYDIS_REGISTER_XMM0;
    out.expect("vector", int{ours.vector_index}, static_cast<int>(reg) - first);
  } else if (ours.operand_size == 1) {
    int const high = ours.other == core::Other::high_byte ? 16 : 0;
    out.expect("byte register", static_cast<int>(ours.reg) + high, byte_register_number(reg));
  } else if (ours.other == core::Other::cl) {
    if (reg != ZYDIS_REGISTER_CL) out.note("Zydis does not count with CL");
  } else {
    out.expect("register", static_cast<int>(ours.reg), register_number(reg, ours.operand_size));
  }
}

void compare_other(Instruction const& ours, Reference const& theirs, Differences& out) {
  switch (ours.other) {
    case core::Other::none:
      break;
    case core::Other::reg:
    case core::Other::high_byte:
    case core::Other::vector:
      compare_register(ours, theirs, out);
      break;
    case core::Other::cl: {
      ZydisDecodedOperand const* const count = visible_operand(theirs, ZYDIS_OPERAND_TYPE_REGISTER);
      if (count == nullptr || count->reg.value != ZYDIS_REGISTER_CL) out.note("Zydis has no CL");
      break;
    }
    case core::Other::immediate: {
      ZydisDecodedOperand const* const constant =
          visible_operand(theirs, ZYDIS_OPERAND_TYPE_IMMEDIATE);
      if (constant == nullptr) {
        out.note("Zydis has no immediate");
      } else {
        out.expect("immediate",
                   masked(static_cast<std::int64_t>(ours.immediate), ours.operand_size),
                   masked(constant->imm.value.s, ours.operand_size));
      }
      break;
    }
  }
}

void compare_prefixes(Instruction const& ours, Reference const& theirs, Differences& out) {
  ZydisInstructionAttributes const has = theirs.instruction.attributes;
  bool const exchange = ours.operation == core::Operation::xchg;
  if (!exchange) {
    out.expect("lock", int{ours.lock}, (has & ZYDIS_ATTRIB_HAS_LOCK) != 0 ? 1 : 0);
  }
  bool const equal = (has & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE)) != 0;
  bool const not_equal = (has & ZYDIS_ATTRIB_HAS_REPNE) != 0;
  out.expect("REP or REPE", ours.repeat == core::Repeat::equal ? 1 : 0, equal ? 1 : 0);
  out.expect("REPNE", ours.repeat == core::Repeat::not_equal ? 1 : 0, not_equal ? 1 : 0);
}

}  // namespace

std::string expected_mnemonic(Instruction const& instruction) {
  constexpr std::array<char const*, 16> conditions{"o", "no", "b", "nb", "z", "nz", "be", "nbe",
                                                   "s", "ns", "p", "np", "l", "nl", "le", "nle"};
  std::string text{core::opcode_forms[instruction.form].mnemonic};
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (core::is_conditional(instruction.operation)) {
    text.replace(text.size() - 2, 2, conditions[static_cast<std::size_t>(instruction.condition)]);
  }
  if (core::is_string(instruction.operation)) {
    constexpr std::array<char, 9> letters{0, 'b', 'w', 0, 'd', 0, 0, 0, 'q'};
    text += letters[instruction.memory.size];
  }
  return text;
}

std::string difference(Instruction const& ours, Reference const& theirs) {
  Differences out;
  out.expect("length", unsigned{ours.length}, unsigned{theirs.instruction.length});
  std::string const mnemonic = expected_mnemonic(ours);
  if (mnemonic != theirs.mnemonic()) out.note(mnemonic + ", Zydis " + theirs.mnemonic());
  out.expect("address size", unsigned{ours.address_size},
             unsigned{theirs.instruction.address_width} / 8);
  bool const vex = theirs.instruction.encoding == ZYDIS_INSTRUCTION_ENCODING_VEX;
  out.expect("VEX", ours.encoding == core::Encoding::vex ? 1 : 0, vex ? 1 : 0);
  ZydisDecodedOperand const* const memory = memory_operand(ours, theirs);
  if (memory == nullptr) {
    out.note("Zydis has no such memory operand");
  } else {
    compare_memory(ours, *memory, out);
  }
  compare_other(ours, theirs, out);
  compare_prefixes(ours, theirs, out);
  return out.text();
}

}  // namespace acrn::tests

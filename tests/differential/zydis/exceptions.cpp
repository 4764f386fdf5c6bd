// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/exceptions.hpp"

#include "core/insn/opcode_table.hpp"

namespace acrn::tests {

namespace {

bool is_movsxd(core::Instruction const& instruction) {
  return core::opcode_forms[instruction.form].mnemonic == "MOVSXD";
}

bool has_void_base(core::Instruction const& ours, Reference const& theirs) {
  auto const& raw = theirs.instruction.raw;
  return theirs.instruction.machine_mode == ZYDIS_MACHINE_MODE_LONG_64 && ours.address_size == 4 &&
         raw.modrm.mod == 0 && raw.modrm.rm == 4 && raw.sib.base == 5 &&
         theirs.instruction.raw.disp.size == 32 && !ours.memory.has_base;
}

bool names_r13d(Reference const& theirs) {
  for (ZydisDecodedOperand const& operand : theirs.all_operands()) {
    if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY && operand.mem.base == ZYDIS_REGISTER_R13D) {
      return true;
    }
  }
  return false;
}

}  // namespace

Expectation expected_of_zydis(core::Instruction const& ours, Reference const& theirs) {
  Expectation out{.instruction = ours, .exception = nullptr};
  core::MemoryOperand& memory = out.instruction.memory;
  if (is_movsxd(ours) && ours.operand_size == 2) {
    out.exception = "MOVSXD of a word";
    memory.size = 4;
  }
  if (has_void_base(ours, theirs) && names_r13d(theirs) &&
      memory.displacement == theirs.instruction.raw.disp.value) {
    out.exception = "SIB base 101 with REX.B and 67";
    memory.has_base = true;
    memory.base = core::Register::r13;
    memory.displacement = 0;
  }
  return out;
}

}  // namespace acrn::tests

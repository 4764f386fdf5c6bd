// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/reference.hpp"

#include <algorithm>
#include <stdexcept>

namespace acrn::tests {

std::string Reference::mnemonic() const {
  return accepted ? ZydisMnemonicGetString(instruction.mnemonic) : "";
}

bool Reference::names_memory() const {
  auto const all = all_operands();
  return std::any_of(all.begin(), all.end(), [](ZydisDecodedOperand const& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_MEMORY &&
           operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT;
  });
}

ReferenceDecoder::ReferenceDecoder() {
  struct Mode {
    ZydisMachineMode machine;
    ZydisStackWidth stack;
  };
  constexpr std::array<Mode, 3> modes{{{ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16},
                                       {ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32},
                                       {ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64}}};
  for (std::size_t i = 0; i < modes.size(); ++i) {
    if (ZYAN_FAILED(ZydisDecoderInit(&decoders_[i], modes[i].machine, modes[i].stack))) {
      throw std::runtime_error{"Zydis refuses to decode for this code size"};
    }
  }
}

Reference ReferenceDecoder::decode(std::span<std::uint8_t const> bytes, core::CodeSize size) const {
  Reference out;
  ZyanStatus const status =
      ZydisDecoderDecodeFull(&decoders_[static_cast<std::size_t>(size)], bytes.data(), bytes.size(),
                             &out.instruction, out.operands.data());
  out.accepted = ZYAN_SUCCESS(status) != 0;
  out.wants_more = status == ZYDIS_STATUS_NO_MORE_DATA;
  out.too_long = status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG;
  return out;
}

}  // namespace acrn::tests

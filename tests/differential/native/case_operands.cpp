// SPDX-License-Identifier: BSD-3-Clause
// The parts of CaseMaker that fill immediates, and memory for comparisons.
#include <cstring>

#include "tests/differential/native/case_maker.hpp"

namespace acrn::tests {

using core::OperandKind;
using core::Operation;
using core::Register;

unsigned CaseMaker::immediate_size() const {
  if (has_operand(OperandKind::immediate_signed)) return 1;
  return has_operand(OperandKind::immediate) ? operand_bytes(OperandKind::immediate) : 0;
}

void CaseMaker::put_immediates() {
  bool const counts = is_shift() && numbers_.chance(70);
  put(counts ? numbers_.below(72) : draw_value(), immediate_size());
}

/// Comparisons of random numbers find no equal ones: every second time memory holds what rAX, or
/// the pair, does.
void CaseMaker::match_operands() {
  if (!numbers_.chance(50)) return;
  auto* const memory = out_.before.arena.data() + (out_.target - region_.address(place::arena));
  switch (form_.operation) {
    case Operation::cmpxchg:
    case Operation::scas:
      std::memcpy(memory, &reg(Register::rax), out_.memory_size);
      break;
    case Operation::cmpxchg8b:
    case Operation::cmpxchg16b:
      std::memcpy(memory, &reg(Register::rax), out_.memory_size / 2);
      std::memcpy(memory + out_.memory_size / 2, &reg(Register::rdx), out_.memory_size / 2);
      break;
    default:
      break;
  }
}

}  // namespace acrn::tests

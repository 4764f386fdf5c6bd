// SPDX-License-Identifier: BSD-3-Clause
// Which flags the manual defines after an instruction: written from its pages, not from core.
#pragma once

#include <cstdint>

#include "core/exit.hpp"
#include "core/insn/instruction.hpp"

namespace acrn::tests {

/// The status flags that have a defined value after `operation` on operands of `size` bytes,
/// unchanged ones included. `count` is that of a shift or rotate, as the instruction has it.
/// Source: Intel SDM vol. 2 (Sep 2023), "Flags Affected" of each.
constexpr std::uint64_t defined_flags(core::Operation operation, unsigned size, unsigned count) {
  using enum core::Operation;
  using namespace core::rflags;
  constexpr std::uint64_t all = carry | parity | adjust | zero | sign | overflow;
  unsigned const used = count % (size == 8 ? 64U : 32U);
  std::uint64_t undefined = 0;
  switch (operation) {
    case bit_and:
    case bit_or:
    case bit_xor:
    case test:
      undefined = adjust;
      break;
    case bt:
    case bts:
    case btr:
    case btc:
      undefined = overflow | sign | adjust | parity;
      break;
    case shl:
    case shr:
    case sar:
      if (used == 0) break;
      undefined = adjust;
      if (used > 1) undefined |= overflow;
      if (operation != sar && used >= 8 * size) undefined |= carry;
      break;
    case rol:
    case ror:
      if (used > 1) undefined = overflow;
      break;
    default:
      break;
  }
  return all & ~undefined;
}

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// From an operand's address to the guest-physical bytes that it is, with every check on the way.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/emulate/instruction_end.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/paging/control_bits.hpp"
#include "core/paging/linear.hpp"
#include "core/paging/linear_span.hpp"

namespace acrn::core {

/// Whether an operand must lie at a multiple of its size, whatever CR0 and RFLAGS say.
enum class Alignment : std::uint8_t { any, required };

/// The state of the CPU that the addresses of one instruction depend on.
template <CpuView Cpu>
constexpr AddressingState addressing_state(Cpu& cpu, std::uint64_t flags) {
  return addressing_state(cpu.control(), flags, cpu.segment(Segment::cs), cpu.segment(Segment::ss));
}

/// Bytes of the stack pointer that count. Source: Intel SDM vol. 1 (Sep 2023), section 6.2.3
/// "Address-Size Attributes for Stack Accesses".
template <CpuView Cpu>
constexpr std::uint8_t stack_pointer_size(AddressingState const& state, Cpu& cpu) {
  if (state.rules == SegmentRules::long_mode) return 8;
  return cpu.segment(Segment::ss).is_big() ? 4 : 2;
}

/// Finds operands of one instruction. What it refuses it puts into `step`.
template <CpuView Cpu, GuestMemory Memory>
struct OperandFinder {
  AddressingState const& state;
  Cpu& cpu;
  Memory& memory;
  Step& step;

  /// Sets `span`, or ends the step and answers false. Fills in the state of `access`'s segment. By
  /// reference: a copy of what was just written field by field stalls the CPU.
  [[gnu::always_inline]] bool find(SegmentedAccess& access, Alignment alignment, LinearSpan& span) {
    bool const flat = state.rules == SegmentRules::long_mode && access.segment != Segment::fs &&
                      access.segment != Segment::gs;
    if (!flat) access.state = cpu.segment(access.segment);
    auto const range = linear_range(state, access);
    if (!range) return refuse(range.error());
    if (alignment == Alignment::required && range->start.value % access.size != 0) {
      end_with(step, Fault{.vector = Vector::general_protection});
      return false;
    }
    RangeTranslator<Memory> const translator{state, memory};
    auto const found = translator.translate(*range, page_access(state, access.kind), span);
    if (!found) return refuse(found.error());
    if (checks_alignment() && range->start.value % std::min<unsigned>(access.size, 8) != 0) {
      end_with(step, Fault{.vector = Vector::alignment_check});
      return false;
    }
    return true;
  }

 private:
  bool refuse(TranslationError const& error) {
    end_with(step, error);
    return false;
  }
  /// Source: Intel SDM vol. 3A (Sep 2023), section 6.15, "Interrupt 17: Alignment Check Exception".
  [[nodiscard]] bool checks_alignment() const noexcept {
    constexpr std::uint64_t alignment_mask = 1U << 18U;  // CR0.AM
    return state.alignment_check && state.privilege == Privilege::user &&
           (state.control.cr0 & alignment_mask) != 0;
  }
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// How an emulated instruction ends: with RIP, RFLAGS and traps as a CPU leaves them, or with a
// fault.
#pragma once

#include <cstdint>

#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/insn/instruction.hpp"
#include "core/paging/control_bits.hpp"
#include "core/paging/translation_error.hpp"

namespace acrn::core {

/// The size of code in that segment. Source: Intel SDM vol. 3A (Sep 2023), section 3.4.5 "Segment
/// Descriptors", flags L and D/B; L counts in IA-32e mode only.
constexpr CodeSize code_size(ControlState const& control, SegmentState const& cs) noexcept {
  if ((control.efer & efer::long_mode_active) != 0 && cs.is_long()) return CodeSize::bits64;
  return cs.is_big() ? CodeSize::bits32 : CodeSize::bits16;
}

/// Bytes of the instruction pointer that count: 2, 4 or 8.
constexpr std::uint8_t instruction_pointer_size(CodeSize size) noexcept {
  return static_cast<std::uint8_t>(2U << static_cast<unsigned>(size));
}

/// Completes `commit` after an instruction, or after one element of a repeated one
/// (`commit.rip_advance` is 0 then), whose flags are `flags`. Each element traps if TF is set, and
/// each ends the blocking by STI and MOV SS. RF, which lets an instruction breakpoint pass once, is
/// cleared by an instruction that completes and set while elements are left. Source: Intel SDM
/// vol. 3B (Sep 2023), sections 18.3.1.1 and 18.3.1.4.
constexpr void end_flags(Commit& commit, std::uint64_t before, std::uint64_t flags) noexcept {
  std::uint64_t const after =
      commit.rip_advance == 0 ? flags | rflags::resume : flags & ~rflags::resume;
  if (after != before) commit.set_rflags(after);
  commit.single_step = (before & rflags::trap) != 0;
}

template <CpuView Cpu>
[[gnu::noinline]] constexpr std::uint8_t ask_instruction_pointer_size(Cpu& cpu) {
  return instruction_pointer_size(code_size(cpu.control(), cpu.segment(Segment::cs)));
}

/// The same after an instruction that changes no flags, and that was not decoded: the code segment
/// is asked only where the width of RIP can matter.
template <CpuView Cpu>
[[gnu::always_inline]] constexpr void end_plain_instruction(Commit& commit, Cpu& cpu) {
  std::uint64_t const flags = cpu.rflags();
  if ((flags & (rflags::trap | rflags::resume)) != 0) [[unlikely]] {
    end_flags(commit, flags, flags);
  }
  std::uint64_t const rip = cpu.rip();
  if (((rip ^ (rip + commit.rip_advance)) >> 16U) != 0) [[unlikely]] {
    commit.rip_size = ask_instruction_pointer_size(cpu);
  }
}

/// Ends with an exception. RIP and registers stay as they were.
constexpr void end_with(Step& step, Fault const& fault) noexcept {
  step.kind = StepKind::fault;
  step.fault = fault;
}

/// Ends because emulation cannot be right.
constexpr void end_with(Step& step, Unsupported why) noexcept {
  step.kind = StepKind::unsupported;
  step.unsupported = why;
}

/// Ends as the failed translation demands.
constexpr void end_with(Step& step, TranslationError const& error) noexcept {
  switch (error.failure) {
    case TranslationFailure::general_protection:
      return end_with(step, Fault{Vector::general_protection, error.error_code});
    case TranslationFailure::stack_fault:
      return end_with(step, Fault{Vector::stack_segment, error.error_code});
    case TranslationFailure::page_fault:
      return end_with(step, Fault{Vector::page_fault, error.error_code, error.address});
    case TranslationFailure::table_not_ram:
    case TranslationFailure::table_update_refused:
      return end_with(step, Unsupported::page_tables);
    case TranslationFailure::memory_not_ram:
      return end_with(step, Unsupported::code_not_ram);
  }
}

/// Ends without any effect: the guest runs the instruction again, whatever it is by then.
constexpr void end_without_effect(Step& step) noexcept {
  step.kind = StepKind::done;
  step.commit.start(0);
  step.commit.ends_blocking = false;
}

}  // namespace acrn::core

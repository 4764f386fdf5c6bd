// SPDX-License-Identifier: BSD-3-Clause
// One MMIO instruction that nobody decoded yet: fetched, decoded, checked, performed, committed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <span>

#include "core/decode/ept_qualification.hpp"
#include "core/emulate/guest.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/operand_finder.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/insn/decoder.hpp"
#include "core/insn/execute.hpp"
#include "core/insn/memory_plan.hpp"
#include "core/insn/operand_memory.hpp"
#include "core/paging/fetch.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// The state machine of one instruction, or of one element of a repeated string. Order of events:
/// all operands are found and checked; memory is read, ascending; what changes is computed; memory
/// is written, ascending; the commit is published. A fault of the first part has no effect at all.
/// If an access fails later, what came before it has happened, writes to RAM included, and no
/// register has changed.
///
/// Missing: the checks of CR0.TS, CR4.OSFXSR, CR4.OSXSAVE and XCR0. An instruction that trapped on
/// its memory operand has passed them in the CPU.
class InstructionOp {
 public:
  /// `step` becomes the first access, or the end.
  template <CpuView Cpu, GuestMemory Memory>
  void start(VmExit const& exit, Profile const& profile, Guest<Cpu, Memory> guest, Step& step) {
    EptQualification const ept = decode_ept_qualification(exit.qualification);
    code_.count = 0;
    decoded_.reason = DecodeReason::none;
    if (ept.linear_address_valid && !ept.final_translation) {
      return end_with(step, Unsupported::page_tables);
    }
    std::uint64_t const flags = guest.cpu.rflags();
    AddressingState const state = addressing_state(guest.cpu, flags);
    if (!decode_code(exit, state, guest, step)) return;
    if (refuses(profile, state)) return end_with(step, Fault{Vector::invalid_opcode});
    plan_ = memory_plan(insn());
    operands_.start(
        {.gpa = exit.gpa,
         .readable = ept.readable,
         .write_space = ept.is_write_protection() ? Space::write_protect : Space::mmio});
    if (insn().repeat != Repeat::none && has_no_elements(guest.cpu)) {
      step.kind = StepKind::done;
      step.commit.start(insn().length);
      step.commit.rip_size = rip_size_;
      return end_flags(step.commit, flags, flags);
    }
    if (!find_operands(state, guest, step)) return;
    if (!operands_.covers(0, exit.gpa) && !operands_.covers(1, exit.gpa)) {
      return end_without_effect(step);  // another CPU changed the code or the page tables
    }
    bool const blind =
        insn().operation == Operation::bit_or || insn().operation == Operation::bit_and;
    if (blind && plan_.write == 0 && profile.old_value == OldValueRule::zero) {
      plan_.first_read = no_operand;
    }
    stage_ = Stage::first_read;
    proceed(guest, step);
  }

  /// Takes the value of `step`'s access, and goes on.
  template <CpuView Cpu, GuestMemory Memory>
  void next(std::uint64_t value, Guest<Cpu, Memory> guest, Step& step) {
    operands_.answered(step.access, value);
    proceed(guest, step);
  }

  /// What was decoded: a whole instruction at least, if one was found; bytes of the next may
  /// follow.
  [[nodiscard]] std::span<std::uint8_t const> bytes() const noexcept { return code_.view(); }
  /// Why it was not decoded.
  [[nodiscard]] DecodeReason reason() const noexcept { return decoded_.reason; }
  /// Whether the reads and the write are to be one atomic access.
  [[nodiscard]] bool is_locked() const noexcept { return insn().lock; }

 private:
  enum class Stage : std::uint8_t { first_read, second_read, write };

  /// Fills code_ and decoded_, or ends the step and answers false.
  template <CpuView Cpu, GuestMemory Memory>
  bool decode_code(VmExit const& exit, AddressingState const& state, Guest<Cpu, Memory> guest,
                   Step& step) {
    CodePointer const where{.cs = guest.cpu.segment(Segment::cs), .rip = guest.cpu.rip()};
    CodeSize const size = code_size(state.control, where.cs);
    rip_size_ = instruction_pointer_size(size);
    keep(exit.instruction_bytes);
    decode_bytes(exit.instruction_bytes, size);  // the kept ones were written just now
    bool const short_of = decoded_.status == DecodeStatus::need_more;
    if (short_of && !fetch_rest(state, where, guest, step)) return false;
    if (decoded_.status == DecodeStatus::decoded) return true;
    bool const too_long = decoded_.status == DecodeStatus::too_long;
    end_with(step, Fault{too_long ? Vector::general_protection : Vector::invalid_opcode});
    return false;
  }

  /// Fetches and decodes until the instruction is whole, or ends the step and answers false. Out of
  /// the way of exits that bring their instruction.
  template <CpuView Cpu, GuestMemory Memory>
  [[gnu::noinline]] bool fetch_rest(AddressingState const& state, CodePointer const& where,
                                    Guest<Cpu, Memory> guest, Step& step) {
    CodeSize const size = code_size(state.control, where.cs);
    while (decoded_.status == DecodeStatus::need_more) {  // each round adds a byte, up to 15
      auto const more = fetch_more(state, guest.memory, where, code_);
      if (!more) {
        end_with(step, more.error());
        return false;
      }
      decode_bytes(code_.view(), size);
    }
    return true;
  }

  /// Copies what the exit brought, mostly as much as an instruction can have.
  void keep(std::span<std::uint8_t const> given) noexcept {
    if (given.size() >= code_.bytes.size()) {
      for (std::size_t i = 0; i < instruction_length_max; ++i) code_.bytes[i] = given[i];
      code_.count = instruction_length_max;
      return;
    }
    std::copy_n(given.begin(), given.size(), code_.bytes.begin());
    code_.count = static_cast<std::uint8_t>(given.size());
  }

  /// In place: copies of what was just written byte by byte are slow.
  void decode_bytes(std::span<std::uint8_t const> code, CodeSize size) noexcept {
    ::new (static_cast<void*>(&decoded_)) Decoded{decode(code, size)};
  }
  [[nodiscard]] Instruction const& insn() const noexcept { return decoded_.instruction; }

  /// What decodes and is undefined all the same: VEX where there is none, LOCK where the profile
  /// has none. XCHG locks without the prefix.
  [[nodiscard]] bool refuses(Profile const& profile, AddressingState const& state) const noexcept {
    bool const old_mode =
        state.rules == SegmentRules::real_mode || state.rules == SegmentRules::virtual_8086;
    if (old_mode && insn().encoding == Encoding::vex) return true;
    constexpr std::uint8_t lock_prefix = 0xf0;
    bool const prefixed = insn().operation != Operation::xchg || code_.bytes.front() == lock_prefix;
    return insn().lock && prefixed && profile.lock == LockRule::undefined;
  }

  template <CpuView Cpu>
  [[nodiscard]] bool has_no_elements(Cpu& cpu) const {
    return elements_left({.address_size = insn().address_size, .repeat = insn().repeat}, cpu) == 0;
  }

  /// Sets the spans of all operands in the order of their use, or ends the step: false.
  template <CpuView Cpu, GuestMemory Memory>
  bool find_operands(AddressingState const& state, Guest<Cpu, Memory> guest, Step& step) {
    bool const stack = insn().operation == Operation::push || insn().operation == Operation::pop;
    stack_size_ = stack ? stack_pointer_size(state, guest.cpu) : std::uint8_t{0};
    std::uint8_t const first = plan_.first_read != no_operand ? plan_.first_read : plan_.write;
    std::uint8_t last = plan_.second_read != no_operand ? plan_.second_read : plan_.write;
    if (last == no_operand) last = first;
    for (std::uint8_t operand = first;; operand = last) {
      AccessKind const kind = operand == plan_.write ? AccessKind::write : AccessKind::read;
      SegmentedAccess access = operand_access(insn(), {operand, kind, stack_size_}, guest.cpu);
      OperandFinder<Cpu, Memory> finder{state, guest.cpu, guest.memory, step};
      auto const alignment = insn().aligned ? Alignment::required : Alignment::any;
      if (!finder.find(access, alignment, operands_.span(operand))) return false;
      if (operand == last) return true;
    }
  }

  /// Makes transfers until one needs an access, or the instruction is done.
  template <CpuView Cpu, GuestMemory Memory>
  void proceed(Guest<Cpu, Memory> guest, Step& step) {
    step.kind = StepKind::access;
    switch (stage_) {
      case Stage::first_read:
        if (needs_access(plan_.first_read, Direction::read, guest.memory, step)) return;
        second_ = operands_.data()[0];
        stage_ = Stage::second_read;
        [[fallthrough]];
      case Stage::second_read:
        if (needs_access(plan_.second_read, Direction::read, guest.memory, step)) return;
        compute(guest.cpu, step.commit);
        stage_ = Stage::write;
        [[fallthrough]];
      case Stage::write:
        if (needs_access(plan_.write, Direction::write, guest.memory, step)) return;
        step.kind = StepKind::done;
    }
  }

  template <GuestMemory Memory>
  bool needs_access(std::uint8_t operand, Direction direction, Memory& memory, Step& step) {
    return operand != no_operand &&
           operands_.needs_access({operand, direction}, memory, step.access);
  }

  /// Fills the commit. It is published when the step is done, after the writes.
  template <CpuView Cpu>
  void compute(Cpu& cpu, Commit& commit) {
    std::uint64_t const flags = cpu.rflags();
    commit.start(insn().length);
    Execution work{
        .memory = operands_.data(), .second = second_, .flags = flags, .stack_size = stack_size_};
    execute(insn(), cpu, work, commit);
    if (work.repeats) commit.rip_advance = 0;
    commit.rip_size = rip_size_;
    end_flags(commit, flags, work.flags);
  }

  OperandMemory operands_{};
  Decoded decoded_{};
  std::uint64_t second_{};  // the first of two reads
  CodeBytes code_{};
  MemoryPlan plan_{};
  Stage stage_{};
  std::uint8_t rip_size_{};
  std::uint8_t stack_size_{};
};

}  // namespace acrn::core

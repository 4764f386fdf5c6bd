// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/model_runner.hpp"

#include <cstdint>
#include <span>

#include "core/emulate/io_op.hpp"
#include "core/emulate/step.hpp"
#include "core/insn/alu.hpp"
#include "core/profile.hpp"
#include "tests/support/mmio_machine.hpp"

namespace acrn::tests {

namespace {

using core::fakes::CpuMode;
using core::fakes::WholeCpu;

/// No RAM anywhere.
struct NoRam {
  bool read(core::Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) { return false; }
  bool write(core::Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  bool compare_exchange(core::Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};

/// One instruction on its way.
class Run {
 public:
  Run(Region const& region, InstructionCase const& test)
      : test_{test},
        arena_address_{region.address(place::arena)},
        cpu_{test.code == core::CodeSize::bits64 ? CpuMode::long64 : CpuMode::protected32} {
    core::SegmentState const code = region.code_state(test.code);
    cpu_[core::Segment::cs] = code;
    cpu_[core::Segment::es] = region.data_state(test.segments.es);
    cpu_[core::Segment::ss] = region.data_state(test.segments.ss);
    cpu_[core::Segment::ds] = region.data_state(test.segments.ds);
    cpu_[core::Segment::gs] = region.data_state(test.segments.gs);
    // Outside 64-bit code it is the compatibility mode of a 64-bit kernel.
    cpu_.controls.efer = core::efer::long_mode_active;
    cpu_.registers = test.before.registers;
    cpu_.vectors = test.before.vectors;
    cpu_.flags = test.before.flags | core::rflags::fixed;
    cpu_.instruction_pointer = region.address(place::slot) - code.base;
    outcome_.after.arena = test.before.arena;
  }

  Outcome run() {
    std::uint64_t const next = cpu_.instruction_pointer + test_.size;
    constexpr unsigned element_limit = 64;
    for (unsigned element = 0; element < element_limit; ++element) {
      if (!run_once()) return outcome_;
      if (cpu_.instruction_pointer == next) return finish();
      if (op_.step().commit.register_count == 0) return broken("it found no operand at the target");
    }
    return broken("RIP did not reach the end of the instruction");
  }

 private:
  /// One exit; false if it did not end in a commit.
  bool run_once() {
    core::VmExit const exit{.reason = core::ExitReason::ept_violation,
                            .qualification = 0x182,  // a write, by a translated linear address
                            .gpa = {element_address()},
                            .instruction_bytes = test_.code_bytes()};
    core::Step* step = &op_.start(exit, core::architectural, cpu_, ram_);
    while (step->kind == core::StepKind::access) {
      std::uint64_t value = 0;
      if (!answer(step->access, value)) return false;
      step = &op_.next(value, cpu_, ram_);
    }
    if (step->kind == core::StepKind::fault) {
      outcome_.fault = static_cast<std::uint8_t>(step->fault.vector);
      finish();
      return false;
    }
    if (step->kind == core::StepKind::unsupported) {
      broken("the executor does not support it");
      return false;
    }
    cpu_.apply(step->commit);
    return true;
  }

  /// Where the next element's trap is: as far from the target as rSI or rDI has moved.
  std::uint64_t element_address() {
    auto const moved = [&](core::Register reg) {
      return cpu_[reg] - test_.before.registers.at(static_cast<std::size_t>(reg));
    };
    if (!test_.repeated) return test_.target;
    bool const source = moved(core::Register::rsi) != 0;
    auto const distance = moved(source ? core::Register::rsi : core::Register::rdi);
    // The distance is small: what its register's width has cut off is found by its sign.
    return test_.target + static_cast<std::uint64_t>(std::int64_t{
                              static_cast<std::int16_t>(static_cast<std::uint16_t>(distance))});
  }

  /// Makes an access to the arena; bits above a read's size are hostile.
  bool answer(core::Access const& access, std::uint64_t& value) {
    std::uint64_t const offset = access.address - arena_address_;
    if (access.space != core::Space::mmio || offset > arena_size - access.size) {
      broken("an access is outside the arena");
      return false;
    }
    auto* const bytes = outcome_.after.arena.data() + offset;
    value = 0xd1d2'd3d4'd5d6'd7d8;
    for (unsigned i = 0; i < access.size; ++i) {
      if (access.direction == core::Direction::write) {
        bytes[i] = static_cast<std::uint8_t>(access.value >> (8 * i));
      } else {
        value = (value & ~(std::uint64_t{0xff} << (8 * i))) | std::uint64_t{bytes[i]} << (8 * i);
      }
    }
    return true;
  }

  Outcome const& broken(char const* why) {
    outcome_.broken = why;
    return finish();
  }

  Outcome const& finish() {
    outcome_.after.registers = cpu_.registers;
    outcome_.after.vectors = cpu_.vectors;
    outcome_.after.flags = cpu_.flags & (core::status_flags | core::rflags::direction);
    return outcome_;
  }

  InstructionCase const& test_;
  std::uint64_t arena_address_;
  WholeCpu cpu_;
  NoRam ram_{};
  core::IoOp op_{};
  Outcome outcome_{};
};

}  // namespace

Outcome ModelRunner::run(InstructionCase const& test) const { return Run{region_, test}.run(); }

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// The operation: what one trapped instruction still needs. Knows nothing of slots or devices.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "core/decode/ept_qualification.hpp"
#include "core/emulate/guest.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/instruction_op.hpp"
#include "core/emulate/pio.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/string_port_op.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// One trapped instruction: IN, OUT, INS, OUTS, and MMIO, given as DecodedMmio or to be decoded
/// here. start() once, then next() with each access's value, until the step is no access. Registers
/// change in the commit of StepKind::done only. Steps are answered by reference to the operation's
/// own, good until its next call. Trivially copyable and free of pointers: can be forked and
/// checkpointed.
///
/// A repeated string is one element per exit: the commit keeps RIP while elements are left. A done
/// step that keeps RIP and changes nothing says that the guest changed under the exit and is to run
/// the instruction again.
///
/// LOCK: the accesses of an is_locked() operation are atomic for the VM as long as the host keeps
/// the VM's turn from start() to the end, as VcpuIo does for all that the hypervisor answers. A
/// pair that is forwarded is two requests, and others may come between.
class IoOp {
 public:
  /// The first step of `exit`. StepKind::unsupported says that the exit is not emulated.
  template <CpuView Cpu, GuestMemory Memory>
  Step& start(VmExit const& exit, Profile const& profile, Cpu& cpu, Memory& memory) {
    length_ = exit.instruction_length;
    if (exit.reason == ExitReason::io_instruction) {
      return start_io(exit, profile, cpu, memory);
    }
    if (exit.reason != ExitReason::ept_violation) return refuse(Unsupported::exit_reason);
    if (decode_ept_qualification(exit.qualification).fetch) [[unlikely]] {
      return refuse(Unsupported::instruction_fetch);
    }
    if (exit.mmio.size != 0) return start_decoded(exit);
    form_ = Form::instruction;
    return start_many(exit, profile, Guest<Cpu, Memory>{cpu, memory});
  }

  /// The step after the current access got `value`; only its low bytes count, and only for reads.
  template <CpuView Cpu, GuestMemory Memory>
  Step& next(std::uint64_t value, Cpu& cpu, Memory& memory) {
    if (form_ >= Form::instruction) [[unlikely]] {
      return next_many(value, Guest<Cpu, Memory>{cpu, memory});
    }
    std::uint8_t const size = step_.access.size;
    step_.kind = StepKind::done;
    step_.commit.start(length_);
    end_plain_instruction(step_.commit, cpu);
    if (step_.access.direction == Direction::write) {
      return step_;
    }
    if (form_ == Form::pio) {
      step_.commit.set(Register::rax, emulate_pio_complete(value, size, in32_, cpu));
    } else {
      std::uint64_t const old = keeps_old_bits(size, extend_) ? cpu.read_register(destination_) : 0;
      step_.commit.set(destination_, widen(old, value, size, extend_));
    }
    return step_;
  }

  /// The step after an access that nobody could make: #GP(0), as ACRN answers. RIP is kept.
  Step& fail() noexcept {
    step_.kind = StepKind::fault;
    step_.fault = {.vector = Vector::general_protection};
    return step_;
  }

  /// The current step. Whoever makes its access may change the access's value.
  [[nodiscard]] Step& step() noexcept { return step_; }
  [[nodiscard]] Step const& step() const noexcept { return step_; }

  /// Whether the instruction's accesses are to be atomic.
  [[nodiscard]] bool is_locked() const noexcept {
    return form_ == Form::instruction && instruction_.is_locked();
  }
  /// The instruction's bytes, for a report of what was refused with #UD. There are some if it was
  /// decoded here, and bytes of the next one may follow.
  [[nodiscard]] std::span<std::uint8_t const> instruction_bytes() const noexcept {
    if (form_ != Form::instruction) return {};
    return instruction_.bytes();
  }
  /// Why the decoder refused it, if it did.
  [[nodiscard]] DecodeReason decode_reason() const noexcept {
    return form_ == Form::instruction ? instruction_.reason() : DecodeReason::none;
  }

 private:
  enum class Form : std::uint8_t { pio, mmio, instruction, string_port };

  template <CpuView Cpu, GuestMemory Memory>
  Step& start_io(VmExit const& exit, Profile const& profile, Cpu& cpu, Memory& memory) {
    bool const string = decode_io_qualification(exit.qualification).form == IoForm::string;
    if (string && profile.string_io == StringIoRule::emulate) [[unlikely]] {
      form_ = Form::string_port;
      return start_many(exit, profile, Guest<Cpu, Memory>{cpu, memory});
    }
    form_ = Form::pio;
    in32_ = profile.in32;
    pio_instr_vmexit_handler(exit, cpu, step_);
    return step_;
  }

  /// Operations of many accesses are kept out of the way of plain ones, each as one piece of code:
  /// what their parts tell each other then stays in registers.
  template <CpuView Cpu, GuestMemory Memory>
  [[gnu::noinline, gnu::flatten]] Step& start_many(VmExit const& exit, Profile const& profile,
                                                   Guest<Cpu, Memory> guest) {
    if (form_ == Form::instruction) {
      instruction_.start(exit, profile, guest, step_);
    } else {
      string_port_.start(exit, guest, step_);
    }
    return step_;
  }

  template <CpuView Cpu, GuestMemory Memory>
  [[gnu::noinline, gnu::flatten]] Step& next_many(std::uint64_t value, Guest<Cpu, Memory> guest) {
    if (form_ == Form::instruction) {
      instruction_.next(value, guest, step_);
    } else {
      string_port_.next(value, guest, step_);
    }
    return step_;
  }

  Step& start_decoded(VmExit const& exit) noexcept {
    form_ = Form::mmio;
    DecodedMmio const& mmio = exit.mmio;
    if (!is_access_size(Space::mmio, mmio.size)) [[unlikely]] {
      return refuse(Unsupported::mmio_size);
    }
    destination_ = mmio.destination;
    extend_ = mmio.extend;
    bool const write = mmio.direction == Direction::write;
    bool const protection =
        write && decode_ept_qualification(exit.qualification).is_write_protection();
    step_.kind = StepKind::access;
    step_.access = {.space = protection ? Space::write_protect : Space::mmio,
                    .direction = mmio.direction,
                    .size = mmio.size,
                    .address = exit.gpa.value,
                    .value = write ? truncate(mmio.value, mmio.size) : size_mask(mmio.size)};
    return step_;
  }

  Step& refuse(Unsupported why) noexcept {
    step_.kind = StepKind::unsupported;
    step_.unsupported = why;
    return step_;
  }

  Step step_{};
  Form form_{};
  std::uint8_t length_{};
  In32Rule in32_{};
  Register destination_{};
  Extend extend_{};
  InstructionOp instruction_{};
  StringPortOp string_port_{};
};

static_assert(std::is_trivially_copyable_v<IoOp>, "an operation can be forked and checkpointed");

}  // namespace acrn::core

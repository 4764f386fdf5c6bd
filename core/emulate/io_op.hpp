// SPDX-License-Identifier: BSD-3-Clause
// The operation: what one trapped instruction still needs. Knows nothing of slots or devices.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/decode/ept_qualification.hpp"
#include "core/emulate/pio.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// One trapped instruction: plain IN and OUT, and MMIO given as DecodedMmio. start() once, then
/// next() with each access's value, until the step is no access. Registers change in the commit of
/// StepKind::done only. Steps are answered by reference to the operation's own, good until its next
/// call. Trivially copyable and free of pointers: can be forked and checkpointed.
class IoOp {
 public:
  /// The first step of `exit`. StepKind::unsupported says that the exit is not emulated.
  template <CpuView Cpu, GuestMemory Memory>
  Step& start(VmExit const& exit, Profile const& profile, Cpu& cpu, Memory& /*memory*/) {
    length_ = exit.instruction_length;
    if (exit.reason == ExitReason::io_instruction) {
      form_ = Form::pio;
      in32_ = profile.in32;
      pio_instr_vmexit_handler(exit, cpu, step_);
      return step_;
    }
    if (exit.reason == ExitReason::ept_violation) {
      form_ = Form::mmio;
      return start_mmio(exit);
    }
    return refuse(Unsupported::exit_reason);
  }

  /// The step after the current access got `value`; only its low bytes count, and only for reads.
  template <CpuView Cpu, GuestMemory Memory>
  Step& next(std::uint64_t value, Cpu& cpu, Memory& /*memory*/) {
    std::uint8_t const size = step_.access.size;
    step_.kind = StepKind::done;
    step_.commit.start(length_);
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
    step_.fault = {.vector = Vector::general_protection, .error_code = 0};
    return step_;
  }

  /// The current step. Whoever makes its access may change the access's value.
  [[nodiscard]] Step& step() noexcept { return step_; }
  [[nodiscard]] Step const& step() const noexcept { return step_; }

 private:
  enum class Form : std::uint8_t { pio, mmio };

  Step& start_mmio(VmExit const& exit) noexcept {
    EptQualification const ept = decode_ept_qualification(exit.qualification);
    if (ept.fetch) [[unlikely]] {
      return refuse(Unsupported::instruction_fetch);
    }
    DecodedMmio const& mmio = exit.mmio;
    if (!is_access_size(Space::mmio, mmio.size)) [[unlikely]] {
      return refuse(Unsupported::mmio_size);
    }
    destination_ = mmio.destination;
    extend_ = mmio.extend;
    bool const write = mmio.direction == Direction::write;
    bool const protection = write && ept.is_write_protection();
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
};

static_assert(std::is_trivially_copyable_v<IoOp>, "an operation can be forked and checkpointed");

}  // namespace acrn::core

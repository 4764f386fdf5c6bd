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
/// StepKind::done only. Trivially copyable and free of pointers: can be forked and checkpointed.
class IoOp {
 public:
  /// The first step of `exit`. StepKind::unsupported says that the exit is not emulated.
  template <CpuView Cpu, GuestMemory Memory>
  Step start(VmExit const& exit, Profile const& profile, Cpu& cpu, Memory& /*memory*/) {
    length_ = exit.instruction_length;
    switch (exit.reason) {
      case ExitReason::io_instruction: {
        form_ = Form::pio;
        in32_ = profile.in32;
        Step const step = pio_instr_vmexit_handler(exit, cpu);
        size_ = step.access.size;
        direction_ = step.access.direction;
        return step;
      }
      case ExitReason::ept_violation:
        return start_mmio(exit);
    }
    return Step::make_unsupported(Unsupported::exit_reason);
  }

  /// The step after an access that got `value`; only its low bytes count, and only for reads.
  template <CpuView Cpu, GuestMemory Memory>
  Step next(std::uint64_t value, Cpu& cpu, Memory& /*memory*/) {
    Step step{.kind = StepKind::done};
    step.commit.rip_advance = length_;
    if (direction_ == Direction::write) {
      return step;
    }
    if (form_ == Form::pio) {
      step.commit.set(Register::rax, emulate_pio_complete(value, size_, in32_, cpu));
    } else {
      std::uint64_t const old =
          keeps_old_bits(size_, extend_) ? cpu.read_register(destination_) : 0;
      step.commit.set(destination_, widen(old, value, size_, extend_));
    }
    return step;
  }

  /// The step after an access that nobody could make: #GP(0), as ACRN answers. RIP is kept.
  [[nodiscard]] static constexpr Step refused() noexcept {
    return Step::make_fault({.vector = Vector::general_protection, .error_code = 0});
  }

 private:
  enum class Form : std::uint8_t { pio, mmio };

  Step start_mmio(VmExit const& exit) noexcept {
    EptQualification const ept = decode_ept_qualification(exit.qualification);
    if (ept.fetch) [[unlikely]] {
      return Step::make_unsupported(Unsupported::instruction_fetch);
    }
    DecodedMmio const& mmio = exit.mmio;
    if (!is_access_size(Space::mmio, mmio.size)) [[unlikely]] {
      return Step::make_unsupported(Unsupported::mmio_size);
    }
    form_ = Form::mmio;
    size_ = mmio.size;
    direction_ = mmio.direction;
    destination_ = mmio.destination;
    extend_ = mmio.extend;
    bool const write = mmio.direction == Direction::write;
    bool const protection = write && ept.is_write_protection();
    return Step::make_access(
        {.space = protection ? Space::write_protect : Space::mmio,
         .direction = mmio.direction,
         .size = mmio.size,
         .address = exit.gpa.value,
         .value = write ? truncate(mmio.value, mmio.size) : size_mask(mmio.size)});
  }

  Form form_{};
  Direction direction_{};
  std::uint8_t size_{};
  std::uint8_t length_{};
  In32Rule in32_{};
  Register destination_{};
  Extend extend_{};
};

static_assert(std::is_trivially_copyable_v<IoOp>, "an operation can be forked and checkpointed");

}  // namespace acrn::core

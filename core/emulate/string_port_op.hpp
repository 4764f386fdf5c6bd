// SPDX-License-Identifier: BSD-3-Clause
// INS and OUTS: one element between memory and a port, and the registers that follow it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/bits.hpp"
#include "core/decode/io_qualification.hpp"
#include "core/emulate/guest.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/operand_finder.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/insn/operand_memory.hpp"
#include "core/insn/string_registers.hpp"

namespace acrn::core {

/// What the VM-exit instruction information says of INS and OUTS.
struct StringIoInformation {
  std::uint8_t address_size{};  ///< bytes: 2, 4 or 8
  Segment segment{};            ///< of OUTS; INS always uses ES
  friend constexpr bool operator==(StringIoInformation, StringIoInformation) = default;
};

/// Takes the word apart; nothing if no CPU makes it. Source: Intel SDM vol. 3C (Sep 2023), table
/// 28-8 "Format of the VM-Exit Instruction-Information Field as Used for INS and OUTS". The segment
/// is undefined for INS: ES is put there.
constexpr std::optional<StringIoInformation> decode_string_io_information(
    std::uint32_t raw, Direction direction) noexcept {
  auto const size_code = bits<9, 7>(raw);
  auto const segment = direction == Direction::read ? std::uint64_t{0} : bits<17, 15>(raw);
  if (size_code > 2 || segment > static_cast<std::uint64_t>(Segment::gs)) return std::nullopt;
  return StringIoInformation{.address_size = static_cast<std::uint8_t>(2U << size_code),
                             .segment = static_cast<Segment>(segment)};
}

/// The state machine of one element. The memory operand is found and checked before the port is
/// touched; it may itself be MMIO. If an access fails later, what came before has happened, and no
/// register has changed.
class StringPortOp {
 public:
  /// `step` becomes the first access, or the end.
  template <CpuView Cpu, GuestMemory Memory>
  void start(VmExit const& exit, Guest<Cpu, Memory> guest, Step& step) {
    io_ = decode_io_qualification(exit.qualification);
    auto const information =
        decode_string_io_information(exit.instruction_information, io_.direction);
    if (!io_.is_valid() || !information) {
      return end_with(step, Unsupported::malformed_qualification);
    }
    std::uint64_t const flags = guest.cpu.rflags();
    AddressingState const state = addressing_state(guest.cpu, flags);
    length_ = exit.instruction_length;
    rip_size_ = instruction_pointer_size(code_size(state.control, guest.cpu.segment(Segment::cs)));
    element_ = {.size = io_.size,
                .address_size = information->address_size,
                .repeat = io_.repeat == IoRepeat::rep ? Repeat::equal : Repeat::none,
                .flags = flags};
    if (elements_left(element_, guest.cpu) == 0) {
      step.commit.start(length_);
      return finish(step);
    }
    operands_.start(nothing_trapped);
    OperandFinder<Cpu, Memory> finder{state, guest.cpu, guest.memory, step};
    SegmentedAccess access{.segment = information->segment,
                           .offset = guest.cpu.read_register(pointer()),
                           .address_size = information->address_size,
                           .size = io_.size,
                           .kind = is_input() ? AccessKind::write : AccessKind::read};
    if (!finder.find(access, Alignment::any, operands_.span(0))) return;
    stage_ = is_input() ? Stage::port : Stage::memory;
    proceed(guest, step);
  }

  /// Takes the value of `step`'s access, and goes on.
  template <CpuView Cpu, GuestMemory Memory>
  void next(std::uint64_t value, Guest<Cpu, Memory> guest, Step& step) {
    if (stage_ == Stage::memory) {
      operands_.answered(step.access, value);
    } else if (is_input()) {
      operands_.data()[0] = truncate(value, io_.size);
      stage_ = Stage::memory;
    } else {
      return commit(guest.cpu, step);
    }
    proceed(guest, step);
  }

 private:
  enum class Stage : std::uint8_t { port, memory };

  [[nodiscard]] bool is_input() const noexcept { return io_.direction == Direction::read; }
  [[nodiscard]] Register pointer() const noexcept {
    return is_input() ? Register::rdi : Register::rsi;
  }

  template <CpuView Cpu, GuestMemory Memory>
  void proceed(Guest<Cpu, Memory> guest, Step& step) {
    step.kind = StepKind::access;
    if (stage_ == Stage::memory) {
      if (operands_.needs_access({.direction = is_input() ? Direction::write : Direction::read},
                                 guest.memory, step.access)) {
        return;
      }
      if (is_input()) return commit(guest.cpu, step);
      stage_ = Stage::port;
    }
    std::uint64_t const value = is_input() ? ~std::uint64_t{0} : operands_.data()[0];
    step.access = {.space = Space::port,
                   .direction = io_.direction,
                   .size = io_.size,
                   .address = io_.port.value,
                   .value = truncate(value, io_.size)};
  }

  template <CpuView Cpu>
  void commit(Cpu& cpu, Step& step) const {
    step.commit.start(length_);
    move_pointer(element_, pointer(), cpu, step.commit);
    if (count_element(element_, cpu, step.commit)) step.commit.rip_advance = 0;
    finish(step);
  }

  void finish(Step& step) const noexcept {
    step.kind = StepKind::done;
    step.commit.rip_size = rip_size_;
    end_flags(step.commit, element_.flags, element_.flags);
  }

  OperandMemory operands_{};
  IoQualification io_{};
  StringElement element_{};
  Stage stage_{};
  std::uint8_t length_{};
  std::uint8_t rip_size_{};
};

}  // namespace acrn::core

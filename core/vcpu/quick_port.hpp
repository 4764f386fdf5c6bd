// SPDX-License-Identifier: BSD-3-Clause
// An IN or OUT of 1, 2 or 4 bytes on its short way: what it asks for, and what it brings.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/decode/io_qualification.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/pio.hpp"
#include "core/emulate/route.hpp"
#include "core/exit.hpp"
#include "core/ioreq/slot_answers.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// Most exits are such, and one of two parties answers nearly all of them: a byte device of the
/// platform, or the device model through the vCPU's slot. For these two, Vcpu spares itself what
/// VcpuIo prepares for all others; in every effect the short way is the long way.
struct QuickPort {
  Port port{};
  Direction direction{};
  std::uint8_t size{};
  Route route{};
  Busy busy{};            ///< why the slot has refused it
  std::uint8_t length{};  ///< of the instruction, bytes; of a request that is under way
  std::uint32_t value{};  ///< what is written, or, once it is answered, what was read
  Ticket ticket{};        ///< of the request that is under way

  [[nodiscard]] constexpr Access access() const noexcept {
    return {Space::port, direction, size, port.value, value};
  }

  /// Completes `commit`, which has been started; the access has been answered.
  template <CpuView Cpu>
  [[gnu::always_inline]] void finish(Commit& commit, Profile const& profile, Cpu& cpu) const {
    if (direction == Direction::read) {
      commit.set_only(Register::rax, emulate_pio_complete(value, size, profile.in32, cpu));
    }
    end_plain_instruction(commit, cpu);
  }
};

}  // namespace acrn::core

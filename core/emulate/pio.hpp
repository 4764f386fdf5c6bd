// SPDX-License-Identifier: BSD-3-Clause
// The two ends of an I/O instruction: from the VM exit to the access, and from its value to RAX.
#pragma once

#include <cstdint>

#include "core/decode/io_qualification.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/widen.hpp"
#include "core/exit.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// Turns the exit of an IN or OUT into the access it asks for. An OUT asks `cpu` for RAX and is cut
/// to its size; an IN asks for nothing and starts as all ones of its size. INS, OUTS and REP are
/// taken for their plain forms (StringIoRule::as_plain). Qualifications that no CPU makes are
/// StepKind::unsupported.
template <CpuView Cpu>
void pio_instr_vmexit_handler(VmExit const& exit, Cpu& cpu, Step& step) {
  IoQualification const io = decode_io_qualification(exit.qualification);
  if (!io.is_valid()) [[unlikely]] {
    step.kind = StepKind::unsupported;
    step.unsupported = Unsupported::malformed_qualification;
    return;
  }
  std::uint64_t const value =
      io.direction == Direction::write ? cpu.read_register(Register::rax) : ~std::uint64_t{0};
  step.kind = StepKind::access;
  step.access = {.space = Space::port,
                 .direction = io.direction,
                 .size = io.size,
                 .address = io.port.value,
                 .value = truncate(value, io.size)};
}

/// RAX after an IN of 1, 2 or 4 bytes. Asks `cpu` for the old RAX only if some of it stays.
template <CpuView Cpu>
[[gnu::always_inline]] inline std::uint64_t emulate_pio_complete(std::uint64_t value,
                                                                 std::uint8_t size, In32Rule rule,
                                                                 Cpu& cpu) {
  bool const keep_upper = size == 4 && rule == In32Rule::keep_upper_half;
  if (!keep_upper && !keeps_old_bits(size, Extend::by_size)) {
    return truncate(value, size);
  }
  return merge_low(cpu.read_register(Register::rax), value, size);
}

}  // namespace acrn::core

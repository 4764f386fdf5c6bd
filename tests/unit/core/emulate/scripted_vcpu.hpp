// SPDX-License-Identifier: BSD-3-Clause
// A vCPU whose slot is scripted, and the exits that the tests of VcpuIo hand to it.
#pragma once

#include <cstdint>

#include "core/decode/io_qualification.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core::fakes {

/// What its RAX holds: every byte is another.
inline constexpr std::uint64_t rax = 0x1122'3344'5566'7788;

/// The exit of an IN or OUT of two bytes' length.
inline VmExit pio_exit(Access const& access) {
  return {.reason = ExitReason::io_instruction,
          .instruction_length = 2,
          .qualification =
              encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                       .size = access.size,
                                       .direction = access.direction})};
}

/// The EPT violation of a MOV of three bytes' length.
inline VmExit mmio_exit(Access const& access, Register destination = Register::rcx) {
  return {.reason = ExitReason::ept_violation,
          .instruction_length = 3,
          .gpa = {access.address},
          .mmio = {.direction = access.direction,
                   .size = access.size,
                   .value = access.value,
                   .destination = destination}};
}

/// A vCPU with a scripted slot, and a VM around it.
struct Vcpu {
  explicit Vcpu(Profile const& chosen = architectural) : profile{chosen} { cpu.registers[0] = rax; }
  Profile const& profile;
  VmState vm{};
  Slot slot{};
  Cpu cpu{};
  Memory memory{};
  Effects effects{};
  VcpuIo io{};
  VcpuEnvironment<Slot, Cpu, Memory> env{vm, profile, slot, cpu, memory, effects};

  Progress begin(VmExit const& exit) {
    effects.clear();
    return io.begin(exit, env, Turn{}, Ticks{});
  }
  Progress resume() { return io.resume(env, Turn{}, Ticks{}); }
  Progress answer(std::uint64_t value) {
    slot.answer = {.kind = Poll::Kind::value, .value = value};
    return resume();
  }
  Progress answer(Poll::Kind kind) {
    slot.answer = {.kind = kind};
    return resume();
  }
};

}  // namespace acrn::core::fakes

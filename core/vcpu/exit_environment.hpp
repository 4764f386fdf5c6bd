// SPDX-License-Identifier: BSD-3-Clause
// What a vCPU's exit touches, and what it hands back besides a plan.
#pragma once

#include <cstdint>
#include <span>

#include "core/emulate/effects.hpp"
#include "core/emulate/step.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/exit.hpp"
#include "core/paging/control_bits.hpp"
#include "core/platform/platform.hpp"
#include "core/profile.hpp"
#include "core/vcpu/control_write.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::core {

/// Everything that an exit of one vCPU touches. Vcpu clears `effects` at the start of each call and
/// has the platform apply them at its end: the host looks only at upcall_wanted() afterwards.
template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
struct ExitEnvironment {
  Platform& platform;
  Profile const& profile;
  Slot& slot;
  Cpu& cpu;
  Memory& memory;
  Effects& effects;
};

/// The part of it that I/O emulation touches.
template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
VcpuEnvironment<Slot, Cpu, Memory> io_environment(
    ExitEnvironment<Slot, Cpu, Memory> const& env) noexcept {
  return {env.platform.state(), env.profile, env.slot, env.cpu, env.memory, env.effects};
}

/// What the host writes into the CPU after an exit is over, before plan_entry().
struct VcpuCommit {
  Commit const& commit;
  ControlWrite const& control;
};

/// What the guest asked for that is not emulated: it got #UD instead.
struct Refusal {
  Unsupported why{};
  DecodeReason decode{};                  ///< why the instruction decoder refused, if it did
  std::span<std::uint8_t const> bytes{};  ///< of the instruction, if it was decoded
};

/// Whether resume(), or the end of a hypercall, is needed.
constexpr bool is_underway(Progress progress) noexcept {
  return progress == Progress::waiting || progress == Progress::busy;
}

/// What decides how an exception is raised.
struct FaultState {
  std::uint64_t flags{};
  std::uint64_t cr0{};

  [[nodiscard]] constexpr bool is_protected() const noexcept {
    return (cr0 & core::cr0::protection_enable) != 0;
  }
};

template <VcpuCpu Cpu>
FaultState fault_state(Cpu& cpu) {
  return {.flags = cpu.rflags(), .cr0 = cpu.control().cr0};
}

}  // namespace acrn::core

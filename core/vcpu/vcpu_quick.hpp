// SPDX-License-Identifier: BSD-3-Clause
// The short way of plain port accesses, of HLT and of VMCALL. Part of vcpu.hpp.
#pragma once

#include "core/vcpu/vcpu.hpp"

namespace acrn::core {

inline FastDevice Vcpu::quick_device(MachineExit const& exit, Platform const& platform) noexcept {
  if (!is_plain_byte_access(exit.qualification)) return FastDevice::none;
  return platform.fast_device(decode_io_qualification(exit.qualification).port);
}

inline bool Vcpu::forwards_quickly(MachineExit const& exit, Platform& platform,
                                   Profile const& profile) noexcept {
  if (!is_plain_access(exit.qualification)) return false;
  IoQualification const io = decode_io_qualification(exit.qualification);
  VmState& vm = platform.state();
  return vm.device_model == DeviceModel::present && !vm.asyncio.ring.exists() &&
         profile.no_handler == NoHandlerRule::forward && vm.ports.is_gap(io.port, io.size);
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline void Vcpu::begin_quickly(
    MachineExit const& exit, FastDevice device, ExitEnvironment<Slot, Cpu, Memory> const& env,
    Ticks now) {
  IoQualification const io = decode_io_qualification(exit.qualification);
  prepare(env, now);
  std::uint8_t value = 0;
  if (io.direction == Direction::read) {
    value = env.platform.fast_read(io.port, now, env.effects, device);
  } else {
    value = static_cast<std::uint8_t>(env.cpu.read_register(Register::rax));
    env.platform.fast_write(io.port, value, now, env.effects, device);
  }
  if (env.effects.any_device()) [[unlikely]] {
    apply_effects(env.platform, env.effects);
  }
  quick_.port = io.port;
  quick_.direction = io.direction;
  quick_.size = 1;
  quick_.route = Route::completed;
  quick_.value = value;
  end_quickly(env, exit.instruction_length);
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline Progress Vcpu::submit_quickly(
    MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now) {
  IoQualification const io = decode_io_qualification(exit.qualification);
  prepare(env, now);
  control_.target = ControlRegister::none;
  quick_.port = io.port;
  quick_.size = io.size;
  quick_.route = Route::forward;
  quick_.direction = io.direction;
  quick_.length = exit.instruction_length;
  std::uint64_t const asked =
      io.direction == Direction::write ? env.cpu.read_register(Register::rax) : ~std::uint64_t{0};
  quick_.value = static_cast<std::uint32_t>(truncate(asked, io.size));
  return send_quickly(env);
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline Progress Vcpu::send_quickly(
    ExitEnvironment<Slot, Cpu, Memory> const& env) {
  auto const ticket = env.slot.submit(quick_.access());
  if (!ticket.has_value()) [[unlikely]] {
    return refuse_quickly(ticket.error(), env.slot, env.cpu);
  }
  quick_.ticket = *ticket;
  phase_ = Phase::quick;
  env.effects.want_upcall();
  return Progress::waiting;
}

inline bool Vcpu::pauses(MachineExit const& exit) noexcept {
  return exit.reason == static_cast<std::uint16_t>(MachineReason::hlt) ||
         exit.reason == static_cast<std::uint16_t>(MachineReason::vmcall);
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline Progress Vcpu::begin_pause(
    MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now) {
  prepare(env, now);
  control_.target = ControlRegister::none;
  return pause(exit, env.cpu);
}

/// HLT, or a hypercall whose commit still lacks RAX.
template <VcpuCpu Cpu>
[[gnu::always_inline]] inline Progress Vcpu::pause(MachineExit const& exit, Cpu& cpu) {
  commit_.start(exit.instruction_length);
  end_plain_instruction(commit_, cpu);
  if (exit.reason == static_cast<std::uint16_t>(MachineReason::vmcall)) {
    phase_ = Phase::hypercall;
    return Progress::waiting;
  }
  phase_ = Phase::over;
  halted_ = !commit_.single_step;  // #DB wakes it
  return Progress::done;
}

/// The slot has taken no request.
template <SlotEnd Slot, VcpuCpu Cpu>
[[gnu::noinline]] Progress Vcpu::refuse_quickly(Busy busy, Slot& slot, Cpu& cpu) {
  quick_.busy = busy;
  if (is_temporary(busy)) {
    phase_ = Phase::quick_refused;
    return Progress::busy;
  }
  if constexpr (AccessListener<Slot>) {
    slot.finished(quick_.access(), quick_.route, AccessEnd::failed);
  }
  Progress const end = fault_with({Vector::general_protection}, fault_state(cpu));
  phase_ = Phase::over_quick;
  return end;
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline Progress Vcpu::poll_quickly(
    ExitEnvironment<Slot, Cpu, Memory> const& env) {
  env.effects.clear();
  Poll const answer = env.slot.poll(quick_.ticket);
  if (answer.kind == Poll::Kind::value) [[likely]] {
    if (quick_.direction == Direction::read) {
      quick_.value = static_cast<std::uint32_t>(truncate(answer.value, quick_.size));
    }
    end_quickly(env, quick_.length);
    return Progress::done;
  }
  if (answer.kind == Poll::Kind::waiting) return Progress::waiting;
  change_nothing();
  phase_ = Phase::over_quick;
  return answer.kind == Poll::Kind::cancelled ? Progress::cancelled : Progress::violation;
}

/// After the access has been answered. The commit comes last, so that a host that is inlined here
/// knows what is in it.
template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::always_inline]] inline void Vcpu::end_quickly(ExitEnvironment<Slot, Cpu, Memory> const& env,
                                                     std::uint8_t length) {
  if constexpr (AccessListener<Slot>) {
    env.slot.finished(quick_.access(), quick_.route, AccessEnd::answered);
  }
  phase_ = Phase::over_quick;
  control_.target = ControlRegister::none;
  commit_.start(length);
  quick_.finish(commit_, env.profile, env.cpu);
}

}  // namespace acrn::core

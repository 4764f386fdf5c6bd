// SPDX-License-Identifier: BSD-3-Clause
// How a vCPU takes exits that have no short way. Part of vcpu.hpp.
#pragma once

#include "core/vcpu/vcpu.hpp"

namespace acrn::core {

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
Progress Vcpu::begin_io(MachineExit const& exit, ExitEnvironment<Slot, Cpu, Memory> const& env,
                        Turn turn, Ticks now) {
  control_.target = ControlRegister::none;
  VmExit const io{.reason = static_cast<ExitReason>(exit.reason),
                  .instruction_length = exit.instruction_length,
                  .qualification = exit.qualification,
                  .gpa = exit.guest_physical,
                  .guest_linear = exit.guest_linear,
                  .instruction_information = exit.instruction_information};
  return end_io(io_.begin(io, io_environment(env), turn, now), env);
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
Progress Vcpu::end_io(Progress progress, ExitEnvironment<Slot, Cpu, Memory> const& env) {
  apply_effects(env.platform, env.effects);
  if (progress == Progress::done) [[likely]] {
    phase_ = Phase::over_io;
    return progress;
  }
  if (is_underway(progress)) {
    phase_ = Phase::io;
    return progress;
  }
  bool const faults = progress == Progress::fault || progress == Progress::unsupported;
  return end_io_badly(progress, faults ? fault_state(env.cpu) : FaultState{});
}

/// Every exit that is no port access without an interrupted delivery.
template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
[[gnu::noinline]] Progress Vcpu::begin_other(MachineExit const& exit,
                                             ExitEnvironment<Slot, Cpu, Memory> const& env,
                                             Turn turn, Ticks now) {
  control_.target = ControlRegister::none;
  events_.interrupt_delivery(exit);
  switch (static_cast<MachineReason>(exit.reason)) {
    case MachineReason::io_instruction:
      return begin_io(exit, env, turn, now);
    case MachineReason::ept_violation:
      return events_.delivering() ? stop_with(StopKind::event_delivery, events_.delivered_vector())
                                  : begin_io(exit, env, turn, now);
    case MachineReason::exception_or_nmi:
      return take_exception(exit, fault_state(env.cpu));
    case MachineReason::external_interrupt:
    case MachineReason::interrupt_window:
    case MachineReason::preemption_timer:
      change_nothing();
      return Progress::done;
    case MachineReason::hlt:
    case MachineReason::vmcall:
      return pause(exit, env.cpu);
    case MachineReason::triple_fault:
      return stop_with(StopKind::triple_fault, 0);
    default:
      return begin_instruction(exit, env, now);
  }
}

template <SlotEnd Slot, VcpuCpu Cpu, GuestMemory Memory>
Progress Vcpu::begin_instruction(MachineExit const& exit,
                                 ExitEnvironment<Slot, Cpu, Memory> const& env, Ticks now) {
  phase_ = Phase::over;
  commit_.start(exit.instruction_length);
  InstructionExit<Cpu, Memory> instruction{
      exit, env.cpu, env.memory, registers_, env.platform.config().ticks_hz,
      now,  commit_, control_};
  switch (instruction.take()) {
    case InstructionEnd::done:
      return Progress::done;
    case InstructionEnd::undefined:
      return fault_with({Vector::invalid_opcode}, fault_state(env.cpu));
    case InstructionEnd::protection:
      return fault_with({Vector::general_protection}, fault_state(env.cpu));
    case InstructionEnd::unsupported:
      break;
  }
  return stop_with(StopKind::unsupported_exit, exit.reason);
}

}  // namespace acrn::core

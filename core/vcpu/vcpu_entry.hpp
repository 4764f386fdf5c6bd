// SPDX-License-Identifier: BSD-3-Clause
// How a vCPU plans an entry. Part of vcpu.hpp; inlined, so that a host that uses little of a plan
// pays for little.
#pragma once

#include "core/vcpu/vcpu.hpp"

namespace acrn::core {

template <VcpuCpu Cpu>
[[gnu::always_inline]] inline EntryPlan Vcpu::plan_entry(Cpu& cpu, Platform& platform, Ticks now) {
  if (halted_ || now >= platform.next_deadline()) [[unlikely]] {
    platform.advance(now);
  }
  EntryPlan plan{.deadline = platform.next_deadline()};
  if (may_inject(platform)) [[unlikely]] {
    plan_event(cpu, platform, plan);
  }
  return plan;
}

/// Something waits, or the guest is halted.
template <VcpuCpu Cpu>
[[gnu::always_inline]] inline void Vcpu::plan_event(Cpu& cpu, Platform& platform, EntryPlan& plan) {
  if (events_.take(plan)) {
    halted_ = false;
    plan.interrupt_window = platform.interrupt_pending() || events_.interrupt_waits();
  } else if (platform.interrupt_pending() || events_.interrupt_waits()) {
    plan_interrupt(cpu.entry_state(), platform, plan);
  }
  plan.halted = halted_;
}

/// An interrupt waits. Source of the conditions: Intel SDM vol. 3C (Sep 2023), section 26.2 "Other
/// Causes of VM Exits", interrupt windows.
[[gnu::always_inline]] inline void Vcpu::plan_interrupt(EntryState const& state, Platform& platform,
                                                        EntryPlan& plan) noexcept {
  constexpr std::uint64_t interrupts_enabled = 1U << 9U;  // RFLAGS.IF
  constexpr std::uint32_t blocking_by_sti_or_mov_ss = 3;
  bool const open = (state.rflags & interrupts_enabled) != 0 &&
                    (state.interruptibility & blocking_by_sti_or_mov_ss) == 0;
  if (!open) {
    plan.interrupt_window = !halted_;  // HLT with interrupts off ends by a reset only
    return;
  }
  bool const upcall = events_.interrupt_waits();
  std::uint8_t const vector = upcall ? events_.take_interrupt() : platform.acknowledge();
  plan.interruption_information = encode_interruption(
      {.vector = vector, .type = InterruptionType::external_interrupt, .valid = true});
  plan.origin = upcall ? InjectOrigin::upcall : InjectOrigin::device;
  plan.interrupt_window = platform.interrupt_pending() || events_.interrupt_waits();
  halted_ = false;
}

}  // namespace acrn::core

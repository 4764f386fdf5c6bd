// SPDX-License-Identifier: BSD-3-Clause
// All CPUs: starting them, giving them work, waking and kicking them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/config/configuration.hpp"
#include "baremetal/machine/cpu_index.hpp"

namespace acrn::baremetal {

/// The number of the CPU that asks. One instruction: it lies at GS base. Whoever changes GS base
/// (a VM exit loads it from the VMCS) must put back what read_msr(msr_gs_base) said before.
inline CpuIndex this_cpu() noexcept {
  std::uint32_t index;
  asm("movl %%gs:0, %0" : "=r"(index));
  return {index};
}

inline constexpr std::uint32_t msr_gs_base = 0xc000'0101;

/// Starts the other CPUs by INIT-SIPI-SIPI: those in `apic_ids` (from the MADT) one by one, or
/// all by broadcast when it is empty. At most `cpus` in all; 0 takes as many as there are. Needs
/// Frames and tsc_hz(). Each started CPU waits, in HLT, for run_on(). Says how many CPUs run.
std::uint32_t start_cpus(Configuration const& configuration,
                         std::span<std::uint32_t const> apic_ids) noexcept;

/// How many CPUs run; 1 before start_cpus().
std::uint32_t cpu_count() noexcept;

/// Makes that CPU call `function(argument)`, and returns at once. The CPU must be another than this
/// and must wait for work; it waits again when the function returns.
void run_on(CpuIndex cpu, void (*function)(void* argument), void* argument) noexcept;
/// Whether the CPU waits for work.
bool is_idle(CpuIndex cpu) noexcept;

/// Sends an NMI: a guest on that CPU exits (basic reason 0), whatever its RFLAGS.IF; in the
/// hypervisor itself the NMI is counted, by nmi_count(), and does what wake() does: it ends the
/// next wait, or the next guest's turn at its entry.
void kick_nmi(CpuIndex cpu) noexcept;
/// NMIs that have arrived on this CPU outside guests.
std::uint64_t nmi_count() noexcept;

/// Ends wait_for_wake() on that CPU: the one that it is in, or its next one.
void wake(CpuIndex cpu) noexcept;
/// Halts until wake() or another interrupt. Interrupts are off before and after. A wake() that
/// came earlier, but after the last wait, ends it at once: so look for work, then wait, and nothing
/// is lost. It may also end without a reason.
void wait_for_wake() noexcept;
/// The same, and ends at the latest when read_tsc() has come to `deadline`.
void wait_for_wake_until(std::uint64_t deadline) noexcept;

/// The vector of wake(). When a VM exit has taken an interrupt off the local APIC ("acknowledge
/// interrupt on exit"), end_interrupt() must follow.
inline constexpr std::uint8_t wake_vector = 0xf0;
void end_interrupt() noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// The local APIC of the CPU that calls: interrupts to other CPUs, and a one-shot timer.
// x2APIC mode where the CPU has it, else xAPIC by its page of registers.
// Missing features: logical destinations, the other local vectors (they are masked).
// Documentation: Intel SDM vol. 3A (Sep 2023), chapter 11.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

inline constexpr std::uint8_t timer_vector = 0xf1;
inline constexpr std::uint8_t spurious_vector = 0xff;

/// Whether the CPU has a local APIC at all; without one there is one CPU, and no wake().
enum class LocalApic : std::uint8_t { absent, xapic, x2apic };

/// Decides the mode, maps the registers and masks both 8259 chips. Once, on the first CPU.
LocalApic find_local_apic() noexcept;
/// Switches the APIC of this CPU on, in the mode found; all its local vectors but LINT1 are masked.
void start_local_apic() noexcept;
/// This CPU's identifier.
std::uint32_t local_apic_id() noexcept;

/// A message to one CPU. `command` is the low half of the interrupt command register.
void send_ipi(std::uint32_t apic_id, std::uint32_t command) noexcept;
/// To this CPU. May be called in an NMI, whatever that has interrupted.
void send_ipi_to_self(std::uint32_t command) noexcept;
/// To all CPUs but this one.
void send_ipi_to_others(std::uint32_t command) noexcept;
inline constexpr std::uint32_t ipi_nmi = 0x4400;
inline constexpr std::uint32_t ipi_init = 0x4500;
inline constexpr std::uint32_t ipi_startup = 0x4600;  // | page number
inline constexpr std::uint32_t ipi_fixed = 0x4000;    // | vector

/// Dismisses the interrupt in service.
void local_apic_end_interrupt() noexcept;

/// Measures the timer where it cannot compare with the TSC. Once, on the first CPU; needs tsc_hz().
void calibrate_timer() noexcept;
/// timer_vector comes once, when read_tsc() has come to `deadline`, or earlier if that is more than
/// a second away. False where there is no local APIC, and so no timer.
[[nodiscard]] bool arm_timer(std::uint64_t deadline) noexcept;
void disarm_timer() noexcept;

}  // namespace acrn::baremetal

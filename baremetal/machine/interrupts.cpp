// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/interrupts.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/cpu_area.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/local_apic.hpp"
#include "baremetal/machine/smp.hpp"

namespace acrn::baremetal {

/// A kick that comes just before VM entry must end the guest's turn all the same: a wake interrupt,
/// which the hypervisor does not take unless it waits, is pending then, and the guest exits at
/// once.
void take_nmi() noexcept {
  if (another_cpu_ends_the_run()) halt_forever();
  send_ipi_to_self(ipi_fixed | wake_vector);
  this_area().nmis.fetch_add(1, std::memory_order_relaxed);
}

/// Waking up is all that the timer is for; vectors.S takes wake()'s. Whatever else firmware has
/// left switched on is counted and dismissed; a spurious interrupt must not be.
void take_interrupt(ExceptionFrame const& frame) noexcept {
  if (frame.vector == spurious_vector) return;
  if (frame.vector != timer_vector) {
    this_area().stray_interrupts.fetch_add(1, std::memory_order_relaxed);
  }
  local_apic_end_interrupt();
}

void end_interrupt() noexcept { local_apic_end_interrupt(); }

std::uint64_t nmi_count() noexcept { return this_area().nmis.load(std::memory_order_relaxed); }

}  // namespace acrn::baremetal

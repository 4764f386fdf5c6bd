// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/smp.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/cpu_area.hpp"
#include "baremetal/machine/local_apic.hpp"
#include "baremetal/machine/smp_start.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/check.hpp"

extern "C" void hv_wait() noexcept;  // vectors.S

namespace acrn::baremetal {

void work_forever(CpuArea& area) noexcept {
  for (;;) {
    // pairs with run_on()
    void (*const work)(void*) = area.work.load(std::memory_order_acquire);
    if (work == nullptr) {
      wait_for_wake();
      continue;
    }
    work(area.argument);
    area.work.store(nullptr, std::memory_order_release);  // pairs with is_idle()
  }
}

void run_on(CpuIndex cpu, void (*function)(void* argument), void* argument) noexcept {
  core::check(cpu != this_cpu() && cpu.value != 0, "only CPUs that start_cpus() started take work");
  core::check(is_idle(cpu), "a CPU takes work when it is idle");
  CpuArea& area = cpu_area(cpu);
  area.argument = argument;
  area.work.store(function, std::memory_order_release);  // pairs with work_forever()
  wake(cpu);
}

bool is_idle(CpuIndex cpu) noexcept {
  // pairs with work_forever()
  return cpu_area(cpu).work.load(std::memory_order_acquire) == nullptr;
}

void kick_nmi(CpuIndex cpu) noexcept { send_ipi(cpu_area(cpu).apic_id, ipi_nmi); }

void wake(CpuIndex cpu) noexcept { send_ipi(cpu_area(cpu).apic_id, ipi_fixed | wake_vector); }

void wait_for_wake() noexcept { hv_wait(); }

void wait_for_wake_until(std::uint64_t deadline) noexcept {
  if (!arm_timer(deadline)) {
    while (read_tsc() < deadline) __builtin_ia32_pause();
    return;
  }
  wait_for_wake();
  disarm_timer();
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/finish.hpp"

#include <atomic>

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/cpu_area.hpp"
#include "baremetal/machine/local_apic.hpp"
#include "baremetal/machine/port_io.hpp"
#include "baremetal/machine/smp.hpp"

namespace acrn::baremetal {
namespace {

// QEMU's isa-debug-exit at its customary place. An absent device reads all ones; a physical machine
// has no hypervisor bit (CPUID leaf 1, ECX bit 31) and its port is left alone.
constexpr core::Port debug_exit{0xf4};
constexpr std::uint8_t nobody_there = 0xff;

constinit std::atomic<CpuArea*> ending{};

bool under_a_hypervisor() noexcept { return (cpuid(1).ecx & 1U << 31U) != 0; }

void stop_others() noexcept {
  for (std::uint32_t index = 0; index < cpu_count(); ++index) {
    CpuArea const& area = cpu_area({index});
    if (&area != &this_area()) send_ipi(area.apic_id, ipi_nmi);
  }
}

}  // namespace

void claim_the_end() noexcept {
  CpuArea* owner = nullptr;
  if (!ending.compare_exchange_strong(owner, &this_area(), std::memory_order_acq_rel)) {
    if (owner != &this_area()) halt_forever();
    return;
  }
  stop_others();
  print_alone();
}

bool another_cpu_ends_the_run() noexcept {
  CpuArea const* const owner = ending.load(std::memory_order_acquire);
  return owner != nullptr && owner != &this_area();
}

void finish(Verdict verdict) noexcept {
  claim_the_end();
  switch (verdict) {
    case Verdict::passed:
      print("hv: end: passed\n");
      break;
    case Verdict::failed:
      print("hv: end: failed\n");
      break;
    case Verdict::crashed:
      print("hv: end: crashed\n");
      break;
  }
  com1_drain();
  if (under_a_hypervisor() && in8(debug_exit) != nobody_there) {
    out8(debug_exit, static_cast<std::uint8_t>(verdict));
  }
  halt_forever();
}

}  // namespace acrn::baremetal

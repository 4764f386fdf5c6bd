// SPDX-License-Identifier: BSD-3-Clause
// Access streams that benchmarks are fed with: made up, but the same every time.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/replay/plan.hpp"
#include "traces/rows.hpp"

namespace acrn::bench {

/// `count` accesses of one vCPU like those of a booting guest: UART, RTC, PIT, PIC, PCI
/// configuration, local APIC, HPET, virtio and a disk. A little more than half of them are
/// forwarded; times are 10 us apart in ticks of 1 ns.
std::vector<traces::AccessRow> synthetic_rows(std::uint64_t count);

/// Those rows as a plan of VM 0.
replay::Plan synthetic_plan(std::uint64_t count);

}  // namespace acrn::bench

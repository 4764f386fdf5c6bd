// SPDX-License-Identifier: BSD-3-Clause
// How the other CPUs come in: from SIPI to the wait for work.
#pragma once

#include "baremetal/machine/cpu_area.hpp"

namespace acrn::baremetal {

/// What a CPU does all its life: waits for run_on(), and does what it is given.
[[noreturn]] void work_forever(CpuArea& area) noexcept;

}  // namespace acrn::baremetal

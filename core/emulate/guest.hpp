// SPDX-License-Identifier: BSD-3-Clause
// What an operation may ask of the guest that it works for.
#pragma once

#include "core/exit.hpp"

namespace acrn::core {

template <CpuView Cpu, GuestMemory Memory>
struct Guest {
  Cpu& cpu;
  Memory& memory;
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The machine's own ports, for the sinks of port_sinks.hpp.
#pragma once

#include <cstdint>

#include "baremetal/machine/port_io.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

struct MachinePorts {
  static void out8(core::Port port, std::uint8_t value) noexcept { baremetal::out8(port, value); }
  static std::uint8_t in8(core::Port port) noexcept { return baremetal::in8(port); }
};

}  // namespace acrn::baremetal

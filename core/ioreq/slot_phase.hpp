// SPDX-License-Identifier: BSD-3-Clause
// What the hypervisor's end of a slot remembers of it, whatever the page says.
#pragma once

#include <cstdint>

namespace acrn::core {

enum class SlotPhase : std::uint8_t {
  idle,            ///< nothing is in flight
  waiting,         ///< a vCPU waits for the answer
  cancelled,       ///< the answer will be thrown away
  awaiting_clear,  ///< withdrawn by a reset; the HSM has not let go of it
};

}  // namespace acrn::core

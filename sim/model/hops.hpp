// SPDX-License-Identifier: BSD-3-Clause
// How the model's actors hand over to each other.
#pragma once

#include <cstdint>

namespace acrn::model {

/// Whether hops between actors may be taken without the kernel where that changes nothing.
enum class Hops : std::uint8_t {
  direct,    ///< a hop that no pending event precedes is taken at once (the default)
  by_event,  ///< every hop is an sc_event; slower, for comparison
};

}  // namespace acrn::model

// SPDX-License-Identifier: BSD-3-Clause
// The map from I/O ports to the devices that answer them inside the hypervisor.
#pragma once

#include <cstddef>

#include "core/bus/range_map.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How many port ranges one VM can register.
inline constexpr std::size_t port_range_count_max = 256;

using PortRange = KeyRange<Port>;

template <std::size_t capacity = port_range_count_max>
using PortMap = RangeMap<Port, capacity>;

}  // namespace acrn::core

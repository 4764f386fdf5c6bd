// SPDX-License-Identifier: BSD-3-Clause
// The map from guest-physical addresses to the devices that answer them inside the hypervisor.
#pragma once

#include <cstddef>

#include "core/bus/range_map.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How many ranges of guest-physical addresses one VM can register.
inline constexpr std::size_t mmio_range_count_max = 256;

using MmioRange = KeyRange<Gpa>;

template <std::size_t capacity = mmio_range_count_max>
using MmioMap = RangeMap<Gpa, capacity>;

}  // namespace acrn::core

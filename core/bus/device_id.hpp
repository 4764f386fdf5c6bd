// SPDX-License-Identifier: BSD-3-Clause
// The number by which a VM's maps name a device in its device table.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace acrn::core {

/// Index of a device in its VM's device table, counted from 0.
using DeviceId = Strong<struct DeviceIdTag, std::uint16_t>;

}  // namespace acrn::core

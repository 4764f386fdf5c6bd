// SPDX-License-Identifier: BSD-3-Clause
// The words that users read for core's enumerations.
#pragma once

#include <string_view>

#include "core/types.hpp"

namespace acrn::core {

/// "pio", "mmio", "pci" or "wp"; "?" for a value outside the enumeration.
std::string_view name(Space space) noexcept;
/// "R" or "W" as traces print it; "?" for a value outside the enumeration.
std::string_view name(Direction direction) noexcept;

}  // namespace acrn::core

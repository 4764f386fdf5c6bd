// SPDX-License-Identifier: BSD-3-Clause
// From the memory map to the page frames that nobody uses yet.
#pragma once

#include <cstdint>
#include <span>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/machine/frame_ranges.hpp"

namespace acrn::baremetal {

/// The available RAM of the map without page 0, what other rows of the map claim, the boot
/// information, the modules, `reserved` (the image, ACPI tables) and what lies at or above
/// `address_limit`.
FrameRanges free_memory(BootInformation const& information, std::span<AddressRange const> reserved,
                        std::uint64_t address_limit) noexcept;

}  // namespace acrn::baremetal

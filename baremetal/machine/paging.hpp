// SPDX-License-Identifier: BSD-3-Clause
// The address space of the image: all RAM at its own address, each page with no more rights than it
// needs. entry.S has built the map of the first 4 GiB.
#pragma once

#include <cstdint>

#include "baremetal/boot/memory_map.hpp"
#include "baremetal/machine/page_tables.hpp"

namespace acrn::baremetal {

/// Makes code read-only, constants read-only and not executable, all other memory below 4 GiB not
/// executable, and leaves page 0 and the pages below the stacks unmapped. Call once, early.
void protect_image() noexcept;

/// Addresses below this can be mapped: half of what 4-level paging reaches, or all that the CPU
/// has wires for.
std::uint64_t physical_address_limit() noexcept;

/// Maps the RAM that the map names above 4 GiB. Needs Frames with memory below 4 GiB, of which it
/// takes the tables. False when there is not enough.
[[nodiscard]] bool map_all_memory(MemoryMap const& map) noexcept;

/// Gives one 4-KiB page its rights, for this CPU at once and for CPUs that start later.
/// False when memory is out.
[[nodiscard]] bool protect_page(std::uint64_t address, PageRights rights) noexcept;

/// Switches caching off for the 2 MiB of device registers at `address`, as protect_page() does.
[[nodiscard]] bool map_device(std::uint64_t address) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// The tables that a guest starts with, and where low memory has them.
#pragma once

#include <cstdint>

#include "baremetal/guest/guest_ram.hpp"
#include "baremetal/vmx/guest_start.hpp"

namespace acrn::baremetal {

inline constexpr std::uint64_t start_gdt_address = 0x1000;
inline constexpr std::uint64_t start_page_tables = 0x2000;  ///< six pages, the PML4 first
inline constexpr std::uint64_t start_tables_end = 0x8000;   ///< the tables lie below
inline constexpr std::uint64_t start_stack_top = 0x9f000;
inline constexpr std::uint64_t conventional_memory = 0x9'fc00;  ///< RAM below the BIOS' data
inline constexpr std::uint64_t high_memory = 0x10'0000;

/// Writes GDT and, for long64, identity page tables over the first 4 GiB, and says how to start at
/// `rip` with them. The RAM must reach to conventional_memory; the mode is not `real`.
GuestStart write_start_tables(GuestRam ram, GuestStart::Mode mode, std::uint64_t rip) noexcept;

}  // namespace acrn::baremetal

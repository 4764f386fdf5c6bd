// SPDX-License-Identifier: BSD-3-Clause
// Page tables that map addresses to themselves, built in place; pure data, so that tests can walk
// them anywhere.
#pragma once

#include <cstdint>
#include <optional>

#include "baremetal/machine/frame_ranges.hpp"

namespace acrn::baremetal {

/// What may be done with a page.
enum class PageRights : std::uint8_t {
  none,          ///< not mapped: guard pages
  read_only,     ///< constants
  read_execute,  ///< code
  read_write,    ///< everything else; not executable
  device,        ///< like read_write, and not cached
};

/// Whether the CPU has 1-GiB pages: CPUID leaf 80000001H, EDX bit 26.
enum class GiantPages : std::uint8_t { absent, present };

/// Four-level paging. Source: Intel SDM vol. 3A (Sep 2023), section 4.5.
class PageTables {
 public:
  /// A zeroed page for a table, or nothing when memory is out.
  using NewTable = std::optional<std::uint64_t> (*)() noexcept;

  /// `root` is the address of the PML4 table.
  PageTables(std::uint64_t root, GiantPages giant_pages, NewTable new_table) noexcept
      : root_{root}, giant_pages_{giant_pages}, new_table_{new_table} {}

  /// Maps what is not mapped yet in `range` (rounded out to 2 MiB) as read_write, with 1-GiB and
  /// 2-MiB pages. False when memory is out; what was mapped until then stays.
  [[nodiscard]] bool map(AddressRange range) noexcept;
  /// Gives the 4-KiB page at `address` its rights; larger pages around it are split. False when
  /// memory is out. The caller drops the translations that CPUs keep.
  [[nodiscard]] bool protect(std::uint64_t address, PageRights rights) noexcept;
  /// The same for the 2-MiB page at `address`, which must not have been split.
  [[nodiscard]] bool protect_large(std::uint64_t address, PageRights rights) noexcept;

 private:
  std::uint64_t* entry(std::uint64_t address, unsigned level) noexcept;

  std::uint64_t root_;
  GiantPages giant_pages_;
  NewTable new_table_;
};

}  // namespace acrn::baremetal

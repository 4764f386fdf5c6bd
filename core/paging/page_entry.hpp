// SPDX-License-Identifier: BSD-3-Clause
// The bits of page-table entries: which mode has which levels, where an entry is, what it maps, and
// which of its bits are reserved.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/paging/control_bits.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Source: Intel SDM vol. 3A (Sep 2023), section 4.1.1 "Four Paging Modes".
enum class PagingMode : std::uint8_t { off, bits32, pae, levels4, levels5 };

constexpr PagingMode paging_mode(ControlState const& control) noexcept {
  if ((control.cr0 & cr0::paging) == 0) return PagingMode::off;
  if ((control.cr4 & cr4::physical_address_extension) == 0) return PagingMode::bits32;
  if ((control.efer & efer::long_mode_active) == 0) return PagingMode::pae;
  return (control.cr4 & cr4::linear_57_bits) == 0 ? PagingMode::levels4 : PagingMode::levels5;
}

/// Bits of an entry. Source: Intel SDM vol. 3A (Sep 2023), figure 4-4 "Formats of CR3 and
/// Paging-Structure Entries with 32-Bit Paging", and table 4-15 ff. for the wider entries.
inline constexpr std::uint64_t entry_present = 1U << 0;
inline constexpr std::uint64_t entry_writable = 1U << 1;
inline constexpr std::uint64_t entry_user = 1U << 2;
inline constexpr std::uint64_t entry_accessed = 1U << 5;
inline constexpr std::uint64_t entry_dirty = 1U << 6;
inline constexpr std::uint64_t entry_page_size = 1U << 7;
inline constexpr std::uint64_t entry_execute_disable = std::uint64_t{1} << 63;

/// What a paging mode and the CPU's limits make of entries. Levels count as the SDM draws them: 1
/// is the page table, 2 the page directory, 3 its pointer table, 4 PML4, 5 PML5.
/// `mode` is paging_mode(control), given so that code for one mode can be compiled as such.
class EntryFormat {
 public:
  constexpr EntryFormat(ControlState const& control, PagingMode mode) noexcept
      : control_{control},
        mode_{mode},
        physical_bits_{std::clamp(control.physical_bits, std::uint8_t{32}, std::uint8_t{52})},
        reserved_{is_32bit() ? 0 : reserved_wide()} {}

  [[nodiscard]] constexpr PagingMode mode() const noexcept { return mode_; }
  [[nodiscard]] constexpr std::uint8_t entry_size() const noexcept { return is_32bit() ? 4 : 8; }
  /// The highest level that lies in memory; under PAE paging level 3 is in registers.
  [[nodiscard]] constexpr unsigned top_level() const noexcept {
    if (mode_ == PagingMode::levels5) return 5;
    return mode_ == PagingMode::levels4 ? 4 : 2;
  }
  /// Bits of a linear address below those that index `level`: log2 of what one entry covers.
  [[nodiscard]] constexpr unsigned shift(unsigned level) const noexcept {
    return 12 + (level - 1) * (is_32bit() ? 10 : 9);
  }
  /// Where the entry for `linear` is within the structure at `table`.
  [[nodiscard]] constexpr Gpa locate(std::uint64_t table, std::uint64_t linear,
                                     unsigned level) const noexcept {
    std::uint64_t const index = (linear >> shift(level)) & (is_32bit() ? 0x3ff : 0x1ff);
    return {table + index * entry_size()};
  }
  /// The structure that a present entry refers to.
  [[nodiscard]] static constexpr std::uint64_t table(std::uint64_t entry) noexcept {
    return place<51, 12>(bits<51, 12>(entry));
  }

  /// Whether the entry maps a page rather than refers to a table. Bit 7 is the PAT bit in level 1,
  /// ignored without CR4.PSE, and reserved from level 4 up.
  [[nodiscard]] constexpr bool is_page(std::uint64_t entry, unsigned level) const noexcept {
    if (level == 1) return true;
    if ((entry & entry_page_size) == 0 || level > 3) return false;
    return !is_32bit() || (control_.cr4 & cr4::page_size_extensions) != 0;
  }
  /// The guest-physical address that a page entry gives `linear`.
  [[nodiscard]] constexpr Gpa translate(std::uint64_t entry, std::uint64_t linear,
                                        unsigned level) const noexcept {
    std::uint64_t const offset_mask = (std::uint64_t{1} << shift(level)) - 1;
    std::uint64_t base = place<51, 12>(bits<51, 12>(entry)) & ~offset_mask;
    if (is_32bit() && level == 2) base |= place<39, 32>(bits<20, 13>(entry));
    return {base | (linear & offset_mask)};
  }

  /// Bits of a present entry that must be 0. Source: Intel SDM vol. 3A (Sep 2023), section 4.3
  /// "32-Bit Paging", section 4.4.2 "Linear-Address Translation with PAE Paging", section 4.5.4
  /// "Linear-Address Translation with 4-Level Paging and 5-Level Paging". The CPU has the PAT, as
  /// all since 1999; without, bit 7 of a page-table entry would be reserved too.
  [[nodiscard]] constexpr std::uint64_t reserved(std::uint64_t entry,
                                                 unsigned level) const noexcept {
    bool const sized = level > 1 && (entry & entry_page_size) != 0;
    return sized ? reserved_ | reserved_by_size(level) : reserved_;
  }

 private:
  [[nodiscard]] constexpr bool is_32bit() const noexcept { return mode_ == PagingMode::bits32; }
  /// In every entry of 8 bytes.
  [[nodiscard]] constexpr std::uint64_t reserved_wide() const noexcept {
    std::uint64_t mask = ~(((std::uint64_t{1} << physical_bits_) - 1));
    if (mode_ != PagingMode::pae) mask &= ~place<62, 52>(0x7ff);
    if ((control_.efer & efer::execute_disable_enable) != 0) mask &= ~entry_execute_disable;
    return mask;
  }
  /// Besides those, in an entry above level 1 with the page-size bit.
  [[nodiscard]] constexpr std::uint64_t reserved_by_size(unsigned level) const noexcept {
    if (is_32bit()) return is_page(entry_page_size, level) ? reserved_pse() : 0;
    if (level > 3 || (level == 3 && !control_.has_1gib_pages)) return entry_page_size;
    return ((std::uint64_t{1} << shift(level)) - 1) & ~place<12, 0>(0x1fff);
  }
  /// A 4-MiB page has address bits 39:32 in bits 20:13, as many as the CPU has.
  [[nodiscard]] constexpr std::uint64_t reserved_pse() const noexcept {
    unsigned const high_bits = std::min<unsigned>(physical_bits_, 40) - 32;
    return place<21, 13>(0x1ff) & ~(((std::uint64_t{1} << high_bits) - 1) << 13);
  }

  ControlState const& control_;
  PagingMode mode_;
  std::uint8_t physical_bits_;
  std::uint64_t reserved_;  // in every entry
};

}  // namespace acrn::core

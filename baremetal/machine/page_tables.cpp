// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/page_tables.hpp"

#include <cstddef>

namespace acrn::baremetal {
namespace {

// Source: Intel SDM vol. 3A (Sep 2023), figure 4-11 "Formats of CR3 and Paging-Structure Entries
// with 4-Level Paging".
constexpr std::uint64_t present = 1U << 0U;
constexpr std::uint64_t writable = 1U << 1U;
constexpr std::uint64_t write_through = 1U << 3U;
constexpr std::uint64_t cache_disable = 1U << 4U;
constexpr std::uint64_t leaf = 1U << 7U;  // page size, in entries that could be tables
constexpr std::uint64_t execute_disable = std::uint64_t{1} << 63U;
constexpr std::uint64_t address_mask = 0x000f'ffff'ffff'f000;

constexpr std::size_t entry_count = 512;
constexpr unsigned top_level = 4;  // PML4; level 1 is the page table
constexpr unsigned large_level = 2;
constexpr unsigned giant_level = 3;

constexpr std::uint64_t size_of_page(unsigned level) noexcept {
  return std::uint64_t{4096} << (9U * (level - 1));
}

constexpr std::uint64_t flags_of(PageRights rights) noexcept {
  switch (rights) {
    case PageRights::none:
      return 0;
    case PageRights::read_only:
      return present | execute_disable;
    case PageRights::read_execute:
      return present;
    case PageRights::read_write:
      return present | writable | execute_disable;
    case PageRights::device:
      return present | writable | execute_disable | write_through | cache_disable;
  }
  return 0;
}

std::uint64_t* table_entry(std::uint64_t table, std::uint64_t address, unsigned level) noexcept {
  std::size_t const index = address / size_of_page(level) % entry_count;
  return reinterpret_cast<std::uint64_t*>(table) + index;
}

/// The 512 smaller pages that are together what the leaf `entry` at `level` maps.
void fill_split(std::uint64_t table, std::uint64_t entry, unsigned level) noexcept {
  std::uint64_t const smaller = level - 1 == 1 ? entry & ~leaf : entry;
  for (std::size_t i = 0; i < entry_count; ++i) {
    reinterpret_cast<std::uint64_t*>(table)[i] = smaller + i * size_of_page(level - 1);
  }
}

}  // namespace

/// The entry for `address` at `level`, with the tables above it made and larger pages split.
std::uint64_t* PageTables::entry(std::uint64_t address, unsigned level) noexcept {
  std::uint64_t table = root_;
  for (unsigned at = top_level; at > level; --at) {
    std::uint64_t& word = *table_entry(table, address, at);
    bool const is_table = (word & present) != 0 && (word & leaf) == 0;
    if (!is_table) {
      std::optional<std::uint64_t> const fresh = new_table_();
      if (!fresh) return nullptr;
      if ((word & leaf) != 0) fill_split(*fresh, word, at);
      word = *fresh | present | writable;
    }
    table = word & address_mask;
  }
  return table_entry(table, address, level);
}

bool PageTables::map(AddressRange range) noexcept {
  constexpr std::uint64_t large = size_of_page(large_level);
  constexpr std::uint64_t giant = size_of_page(giant_level);
  std::uint64_t address = range.begin & ~(large - 1);
  while (address < range.end) {
    std::uint64_t* const upper = entry(address, giant_level);
    if (upper == nullptr) return false;
    if ((*upper & leaf) != 0) {
      address = (address & ~(giant - 1)) + giant;
      continue;
    }
    bool const whole = address % giant == 0 && range.end - address >= giant;
    if (whole && *upper == 0 && giant_pages_ == GiantPages::present) {
      *upper = address | leaf | flags_of(PageRights::read_write);
      address += giant;
      continue;
    }
    std::uint64_t* const lower = entry(address, large_level);
    if (lower == nullptr) return false;
    if (*lower == 0) *lower = address | leaf | flags_of(PageRights::read_write);
    address += large;
  }
  return true;
}

bool PageTables::protect(std::uint64_t address, PageRights rights) noexcept {
  std::uint64_t* const word = entry(address, 1);
  if (word == nullptr) return false;
  *word = (address & address_mask) | flags_of(rights);
  return true;
}

bool PageTables::protect_large(std::uint64_t address, PageRights rights) noexcept {
  std::uint64_t* const word = entry(address, large_level);
  if (word == nullptr) return false;
  *word = (address & ~(size_of_page(large_level) - 1)) | leaf | flags_of(rights);
  return true;
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/paging.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/frames.hpp"

// Places that hv.ld and entry.S name; only their addresses mean something.
extern "C" {
extern std::uint8_t hv_text_start[];
extern std::uint8_t hv_text_end[];
extern std::uint8_t hv_rodata_end[];
extern std::uint8_t hv_stack_guard[];
extern std::uint8_t hv_fault_stack_guard[];
extern std::uint8_t hv_nmi_stack_guard[];
extern std::uint64_t hv_page_map[512];
extern std::uint64_t hv_page_directories[2048];
extern std::uint64_t hv_low_pages[1024];
}

namespace acrn::baremetal {
namespace {

// Source: Intel SDM vol. 3A (Sep 2023), table 4-20 "Format of a Page-Table Entry that Maps a
// 4-KByte Page".
constexpr std::uint64_t present = 1U << 0U;
constexpr std::uint64_t writable = 1U << 1U;
constexpr std::uint64_t execute_disable = std::uint64_t{1} << 63U;

constexpr std::uint64_t address_limit_of_paging = std::uint64_t{1} << 47U;

std::size_t page_of(std::uint8_t const* place) noexcept {
  return reinterpret_cast<std::uintptr_t>(place) >> 12U;
}

std::uint64_t rights_of(std::size_t page) noexcept {
  if (page == 0 || page == page_of(hv_stack_guard) || page == page_of(hv_fault_stack_guard) ||
      page == page_of(hv_nmi_stack_guard)) {
    return 0;
  }
  if (page >= page_of(hv_text_start) && page < page_of(hv_text_end)) return present;
  if (page >= page_of(hv_text_end) && page < page_of(hv_rodata_end)) {
    return present | execute_disable;
  }
  return present | writable | execute_disable;
}

std::optional<std::uint64_t> new_table() noexcept { return Frames::allocate_zeroed(1); }

PageTables tables() noexcept {
  bool const giant = (cpuid(0x8000'0001).edx & 1U << 26U) != 0;
  return {reinterpret_cast<std::uint64_t>(hv_page_map),
          giant ? GiantPages::present : GiantPages::absent, new_table};
}

}  // namespace

void protect_image() noexcept {
  std::span<std::uint64_t, 1024> const entries{hv_low_pages};
  for (std::size_t page = 0; page < entries.size(); ++page) {
    entries[page] = page << 12U | rights_of(page);
  }
  // The first two entries lead to hv_low_pages.
  for (std::uint64_t& entry : std::span<std::uint64_t, 2048>{hv_page_directories}.subspan(2)) {
    entry |= execute_disable;
  }
  write_cr3(read_cr3());
}

/// CPUID leaf 80000008H, EAX bits 7:0, is the number of physical address bits.
std::uint64_t physical_address_limit() noexcept {
  std::uint32_t const bits =
      cpuid(0x8000'0000).eax >= 0x8000'0008 ? cpuid(0x8000'0008).eax & 0xffU : 36;
  return bits >= 47 ? address_limit_of_paging : std::uint64_t{1} << bits;
}

bool map_all_memory(MemoryMap const& map) noexcept {
  PageTables map_tables = tables();
  std::uint64_t const limit = physical_address_limit();
  for (std::size_t i = 0; i < map.size(); ++i) {
    MemoryRange const row = map[i];
    bool const ram = row.kind == MemoryKind::available || row.kind == MemoryKind::acpi_nvs ||
                     row.kind == MemoryKind::acpi_reclaimable;
    AddressRange const range{row.begin, std::min(row.end, limit)};
    if (ram && !map_tables.map(range)) return false;
  }
  write_cr3(read_cr3());
  return true;
}

bool protect_page(std::uint64_t address, PageRights rights) noexcept {
  bool const done = tables().protect(address, rights);
  write_cr3(read_cr3());
  return done;
}

bool map_device(std::uint64_t address) noexcept {
  bool const done = tables().protect_large(address, PageRights::device);
  write_cr3(read_cr3());
  return done;
}

}  // namespace acrn::baremetal

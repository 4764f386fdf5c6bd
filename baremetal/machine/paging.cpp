// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/paging.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/machine/cpu.hpp"

// Places that hv.ld and entry.S name; only their addresses mean something.
extern "C" {
extern std::uint8_t hv_text_start[];
extern std::uint8_t hv_text_end[];
extern std::uint8_t hv_rodata_end[];
extern std::uint8_t hv_stack_guard[];
extern std::uint8_t hv_fault_stack_guard[];
extern std::uint64_t hv_low_pages[512];
}

namespace acrn::baremetal {
namespace {

// Source: Intel SDM vol. 3A (Sep 2023), table 4-20 "Format of a Page-Table Entry that Maps a
// 4-KByte Page".
constexpr std::uint64_t present = 1U << 0U;
constexpr std::uint64_t writable = 1U << 1U;
constexpr std::uint64_t execute_disable = std::uint64_t{1} << 63U;

std::size_t page_of(std::uint8_t const* place) noexcept {
  return reinterpret_cast<std::uintptr_t>(place) >> 12U;
}

std::uint64_t rights_of(std::size_t page) noexcept {
  if (page == 0 || page == page_of(hv_stack_guard) || page == page_of(hv_fault_stack_guard)) {
    return 0;
  }
  if (page >= page_of(hv_text_start) && page < page_of(hv_text_end)) return present;
  if (page >= page_of(hv_text_end) && page < page_of(hv_rodata_end)) {
    return present | execute_disable;
  }
  return present | writable | execute_disable;
}

}  // namespace

void protect_image() noexcept {
  std::span<std::uint64_t, 512> const entries{hv_low_pages};
  for (std::size_t page = 0; page < entries.size(); ++page) {
    entries[page] = page << 12U | rights_of(page);
  }
  write_cr3(read_cr3());
}

}  // namespace acrn::baremetal

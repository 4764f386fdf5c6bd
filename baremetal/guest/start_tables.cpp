// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/start_tables.hpp"

namespace acrn::baremetal {
namespace {

// Flat descriptors, accessed already. Source: Intel SDM vol. 3A (Sep 2023), section 3.4.5.
constexpr std::uint64_t code_64 = 0x00af'9b00'0000'ffff;
constexpr std::uint64_t code_32 = 0x00cf'9b00'0000'ffff;
constexpr std::uint64_t data = 0x00cf'9300'0000'ffff;
constexpr std::uint16_t code_selector = 0x10;
constexpr std::uint16_t data_selector = 0x18;
constexpr std::uint32_t gdt_size = 0x20;

constexpr std::uint64_t page = 0x1000;
// Present, writable; and "page size" for 2 MiB. Source: Intel SDM vol. 3A, tables 4-15 to 4-18.
constexpr std::uint64_t table_entry = 0x3;
constexpr std::uint64_t large_page_entry = 0x83;
constexpr std::uint64_t large_page = 0x20'0000;
constexpr std::uint64_t directories = 4;  // of 1 GiB each
constexpr std::uint64_t entries = 512;

void write_page_tables(GuestRam ram) noexcept {
  constexpr std::uint64_t pointers = start_page_tables + page;
  constexpr std::uint64_t first_directory = pointers + page;
  static_assert(first_directory + directories * page == start_tables_end);
  ram.clear(start_page_tables, 2 * page);
  ram.put(start_page_tables, pointers | table_entry, 8);
  for (std::uint64_t i = 0; i < directories; ++i) {
    ram.put(pointers + 8 * i, (first_directory + i * page) | table_entry, 8);
  }
  for (std::uint64_t i = 0; i < directories * entries; ++i) {
    ram.put(first_directory + 8 * i, i * large_page | large_page_entry, 8);
  }
}

}  // namespace

GuestStart write_start_tables(GuestRam ram, GuestStart::Mode mode, std::uint64_t rip) noexcept {
  bool const is_long = mode == GuestStart::Mode::long64;
  ram.clear(start_gdt_address, gdt_size);
  ram.put(start_gdt_address + code_selector, is_long ? code_64 : code_32, 8);
  ram.put(start_gdt_address + data_selector, data, 8);
  if (is_long) write_page_tables(ram);
  GuestStart start{};
  start.mode = mode;
  start.rip = rip;
  start.rsp = start_stack_top;
  start.cr3 = is_long ? start_page_tables : 0;
  start.code_selector = code_selector;
  start.data_selector = data_selector;
  start.gdt_base = start_gdt_address;
  start.gdt_limit = gdt_size - 1;
  return start;
}

}  // namespace acrn::baremetal

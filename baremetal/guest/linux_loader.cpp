// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/linux_loader.hpp"

#include <algorithm>
#include <array>

#include "baremetal/guest/start_tables.hpp"

namespace acrn::baremetal {
namespace {

// Offsets in the file, and in the boot parameters ("zero page"), of the same fields.
// Source: Linux 6.1, Documentation/x86/boot.rst, "The Real-Mode Kernel Header".
constexpr std::uint64_t setup_sects_at = 0x1f1;
constexpr std::uint64_t syssize_at = 0x1f4;
constexpr std::uint64_t header_length_at = 0x201;  // the second byte of the jump
constexpr std::uint64_t magic_at = 0x202;
constexpr std::uint64_t version_at = 0x206;
constexpr std::uint64_t type_of_loader_at = 0x210;
constexpr std::uint64_t loadflags_at = 0x211;
constexpr std::uint64_t ramdisk_image_at = 0x218;
constexpr std::uint64_t ramdisk_size_at = 0x21c;
constexpr std::uint64_t cmd_line_ptr_at = 0x228;
constexpr std::uint64_t initrd_addr_max_at = 0x22c;
constexpr std::uint64_t xloadflags_at = 0x236;
constexpr std::uint64_t cmdline_size_at = 0x238;
constexpr std::uint64_t pref_address_at = 0x258;
constexpr std::uint64_t init_size_at = 0x260;
constexpr std::uint64_t header_end = 0x264;

constexpr std::uint64_t magic = 0x5372'6448;   // "HdrS"
constexpr std::uint64_t version_min = 0x020c;  // the first with xloadflags
constexpr std::uint64_t loaded_high = 1U << 0U;
constexpr std::uint64_t kernel_64 = 1U << 0U;
constexpr std::uint64_t undefined_loader = 0xff;
constexpr std::uint64_t sector = 512;
constexpr std::uint64_t setup_sects_default = 4;
constexpr std::uint64_t paragraph = 16;
constexpr std::uint64_t entry_64_offset = 0x200;

// zero-page.rst: e820_entries and e820_table.
constexpr std::uint64_t e820_entries_at = 0x1e8;
constexpr std::uint64_t e820_table_at = 0x2d0;
constexpr std::uint64_t e820_entry_size = 20;
constexpr std::uint64_t e820_ram = 1;

constexpr std::uint64_t page = 0x1000;
constexpr std::uint64_t boot_parameters = start_tables_end;
constexpr std::uint64_t command_line_address = boot_parameters + page;
constexpr std::uint64_t command_line_room = 0x7000;
/// Above it the PC has its memory-mapped devices.
constexpr std::uint64_t low_ram_end = 0xc000'0000;

std::uint64_t get(std::span<std::uint8_t const> file, std::uint64_t at, unsigned size) noexcept {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{file[at + i]} << (8 * i);
  return value;
}

constexpr core::Unexpected<LoadError> problem(LoadProblem what, std::uint64_t found = 0,
                                              std::uint64_t expected = 0) noexcept {
  return core::Unexpected{LoadError{what, found, expected}};
}

/// Where the initial RAM disk begins: as high as RAM and kernel allow, on a page of its own.
core::Expected<std::uint64_t, LoadError> place_initrd(LinuxImage const& image, std::uint64_t size,
                                                      std::uint64_t ram_end) noexcept {
  std::uint64_t const kernel_end = image.preferred_address + image.memory_bytes;
  std::uint64_t const needed = kernel_end + (size + page - 1) / page * page;
  if (needed > ram_end) return problem(LoadProblem::memory, ram_end, needed);
  std::uint64_t const end = std::min(ram_end, image.initrd_address_max + 1);
  if (needed > end) return problem(LoadProblem::initrd_address, needed, end);
  return (end - size) / page * page;
}

void write_e820(GuestRam ram, std::uint64_t ram_end) noexcept {
  struct Range {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::array const ranges{Range{0, conventional_memory}, Range{high_memory, ram_end}};
  std::uint64_t at = boot_parameters + e820_table_at;
  for (Range const& range : ranges) {
    ram.put(at, range.begin, 8);
    ram.put(at + 8, range.end - range.begin, 8);
    ram.put(at + 16, e820_ram, 4);
    at += e820_entry_size;
  }
  ram.put(boot_parameters + e820_entries_at, ranges.size(), 1);
}

void write_boot_parameters(LinuxGuest const& guest, GuestRam ram, std::uint64_t initrd) noexcept {
  ram.clear(boot_parameters, page);
  std::uint64_t const end =
      std::min<std::uint64_t>(magic_at + guest.bz_image[header_length_at], guest.bz_image.size());
  ram.copy(boot_parameters + setup_sects_at,
           guest.bz_image.subspan(setup_sects_at, end - setup_sects_at));
  ram.put(boot_parameters + type_of_loader_at, undefined_loader, 1);
  ram.put(boot_parameters + cmd_line_ptr_at, command_line_address, 4);
  ram.put(boot_parameters + ramdisk_image_at, guest.initrd.empty() ? 0 : initrd, 4);
  ram.put(boot_parameters + ramdisk_size_at, guest.initrd.size(), 4);
}

void write_command_line(std::string_view text, GuestRam ram) noexcept {
  std::uint64_t at = command_line_address;
  for (char const character : text) ram.put(at++, static_cast<std::uint8_t>(character), 1);
  ram.put(at, 0, 1);
}

}  // namespace

core::Expected<LinuxImage, LoadError> parse_linux(std::span<std::uint8_t const> file) noexcept {
  if (file.empty()) return problem(LoadProblem::kernel_empty);
  if (file.size() < header_end) {
    return problem(LoadProblem::kernel_cut, file.size(), header_end);
  }
  if (get(file, magic_at, 4) != magic) return problem(LoadProblem::kernel_magic);
  std::uint64_t const version = get(file, version_at, 2);
  if (version < version_min) return problem(LoadProblem::kernel_protocol, version, version_min);
  if ((get(file, loadflags_at, 1) & loaded_high) == 0) {
    return problem(LoadProblem::kernel_old_image);
  }
  if ((get(file, xloadflags_at, 2) & kernel_64) == 0) {
    return problem(LoadProblem::kernel_no_64_bit);
  }
  std::uint64_t const sectors = get(file, setup_sects_at, 1);
  LinuxImage image{};
  image.protocol = static_cast<std::uint16_t>(version);
  image.setup_bytes = ((sectors == 0 ? setup_sects_default : sectors) + 1) * sector;
  image.kernel_bytes = get(file, syssize_at, 4) * paragraph;
  image.preferred_address = get(file, pref_address_at, 8);
  image.memory_bytes = get(file, init_size_at, 4);
  image.initrd_address_max = get(file, initrd_addr_max_at, 4);
  image.command_line_max = get(file, cmdline_size_at, 4);
  std::uint64_t const promised = image.setup_bytes + image.kernel_bytes;
  if (file.size() < promised || image.kernel_bytes <= entry_64_offset) {
    return problem(LoadProblem::kernel_cut, file.size(),
                   std::max(promised, image.setup_bytes + entry_64_offset + 1));
  }
  return image;
}

core::Expected<GuestStart, LoadError> load_linux(LinuxGuest const& guest, GuestRam ram) noexcept {
  auto const parsed = parse_linux(guest.bz_image);
  if (!parsed) return core::Unexpected{parsed.error()};
  LinuxImage image = parsed.value();
  std::uint64_t const room = std::min(image.command_line_max, command_line_room - 1);
  if (guest.command_line.size() > room) {
    return problem(LoadProblem::command_line, guest.command_line.size(), room);
  }
  std::uint64_t const ram_end = std::min(ram.size(), low_ram_end) / page * page;
  image.memory_bytes = std::max(image.memory_bytes, image.kernel_bytes);
  if (image.preferred_address < high_memory || image.preferred_address >= ram_end) {
    std::uint64_t const above = std::min(image.memory_bytes, ~image.preferred_address);
    return problem(LoadProblem::memory, ram_end, image.preferred_address + above);
  }
  auto const initrd = place_initrd(image, guest.initrd.size(), ram_end);
  if (!initrd) return core::Unexpected{initrd.error()};
  ram.copy(image.preferred_address, guest.bz_image.subspan(image.setup_bytes, image.kernel_bytes));
  ram.copy(initrd.value(), guest.initrd);
  write_command_line(guest.command_line, ram);
  write_boot_parameters(guest, ram, initrd.value());
  write_e820(ram, ram_end);
  GuestStart start =
      write_start_tables(ram, GuestStart::Mode::long64, image.preferred_address + entry_64_offset);
  start.rsi = boot_parameters;
  return start;
}

}  // namespace acrn::baremetal

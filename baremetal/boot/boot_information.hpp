// SPDX-License-Identifier: BSD-3-Clause
// What the boot loader hands over, as a whole: command line, modules, memory map, ACPI.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/boot/memory_map.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// The most boot information that is looked at, in bytes. GRUB's is 1 to 4 KiB.
inline constexpr std::size_t boot_information_size_max = std::size_t{64} << 10U;

/// A file that the boot loader put into memory. Everything lies where the boot loader put it.
struct BootModule {
  std::string_view name;       ///< first word of its command line
  std::string_view arguments;  ///< the rest
  std::span<std::uint8_t const> bytes;
};

enum class BootInformationError : std::uint8_t {
  size_impossible,      ///< total size below 16 bytes or above the most that is looked at
  tag_impossible,       ///< a tag is shorter than its fixed part or reaches beyond the end
  no_end_tag,           ///< the tags do not end with type 0
  no_memory_map,        ///< tag 6 is missing or empty
  map_rows_impossible,  ///< memory map rows smaller than 24 bytes or not whole
  too_many_modules,     ///< more than module_count_max
  module_impossible,    ///< a module ends before it begins, or lies at 0
};

/// One sentence, with the remedy.
std::string_view sentence(BootInformationError error) noexcept;

/// The parts of the multiboot2 boot information that the image uses. All of it points into the
/// information itself and to the modules: both must be kept from the frame allocator.
/// Source: Multiboot2 Specification 2.0, section 3.4.
class BootInformation {
 public:
  static constexpr std::size_t module_count_max = 16;

  /// `information` starts at the fixed part (total size, reserved). Unknown tags are skipped.
  static core::Expected<BootInformation, BootInformationError> parse(
      std::span<std::uint8_t const> information) noexcept;

  /// All of the information, as long as its total size says.
  [[nodiscard]] std::span<std::uint8_t const> bytes() const noexcept { return bytes_; }
  /// Empty where there is none.
  [[nodiscard]] std::string_view command_line() const noexcept { return command_line_; }
  [[nodiscard]] std::span<BootModule const> modules() const noexcept {
    return std::span{modules_}.first(module_count_);
  }
  /// The module of that name, or nullptr; the first one counts.
  [[nodiscard]] BootModule const* find_module(std::string_view name) const noexcept;
  [[nodiscard]] MemoryMap memory_map() const noexcept { return memory_map_; }
  /// A copy of the ACPI root pointer: 36 bytes of ACPI 2.0 or later, else 20 of ACPI 1.0, else
  /// empty.
  [[nodiscard]] std::span<std::uint8_t const> rsdp() const noexcept { return rsdp_; }

 private:
  friend class BootInformationReader;

  std::span<std::uint8_t const> bytes_;
  std::string_view command_line_;
  std::array<BootModule, module_count_max> modules_{};
  std::size_t module_count_{};
  MemoryMap memory_map_;
  std::span<std::uint8_t const> rsdp_;
};

}  // namespace acrn::baremetal

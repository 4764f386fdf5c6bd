// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/boot_information.hpp"

#include <algorithm>

#include "baremetal/boot/bytes.hpp"

namespace acrn::baremetal {
namespace {

using Bytes = std::span<std::uint8_t const>;
using Error = BootInformationError;

constexpr std::size_t fixed_part_size = 8;
constexpr std::size_t tag_header_size = 8;
constexpr std::size_t tag_alignment = 8;
constexpr std::uint32_t tag_end = 0;
constexpr std::uint32_t tag_command_line = 1;
constexpr std::uint32_t tag_module = 3;
constexpr std::uint32_t tag_memory_map = 6;
constexpr std::uint32_t tag_acpi_old = 14;
constexpr std::uint32_t tag_acpi_new = 15;
constexpr std::size_t memory_row_size_min = 24;
constexpr std::size_t rsdp_size_old = 20;
constexpr std::size_t rsdp_size_new = 36;

struct Tag {
  std::uint32_t type;
  Bytes payload;
};

/// The first word of a module's command line is its name.
BootModule named(std::string_view line, Bytes bytes) noexcept {
  while (line.starts_with(' ')) line.remove_prefix(1);
  std::size_t const space = std::min(line.find(' '), line.size());
  std::string_view arguments = line.substr(space);
  while (arguments.starts_with(' ')) arguments.remove_prefix(1);
  return {.name = line.substr(0, space), .arguments = arguments, .bytes = bytes};
}

}  // namespace

/// Fills one BootInformation tag by tag.
class BootInformationReader {
 public:
  explicit BootInformationReader(BootInformation& result) noexcept : result_{result} {}

  core::Expected<core::Unit, Error> read_tags() noexcept {
    Bytes rest = result_.bytes_.subspan(fixed_part_size);
    while (rest.size() >= tag_header_size) {
      auto const type = read_little_endian<std::uint32_t>(rest, 0);
      std::size_t const size = read_little_endian<std::uint32_t>(rest, 4);
      if (size < tag_header_size || size > rest.size()) return fail(Error::tag_impossible);
      if (type == tag_end) return finish();
      core::Expected<core::Unit, Error> const taken =
          take({type, rest.subspan(tag_header_size, size - tag_header_size)});
      if (!taken) return taken;
      rest = rest.subspan(std::min(rest.size(), (size + tag_alignment - 1) & ~(tag_alignment - 1)));
    }
    return fail(Error::no_end_tag);
  }

 private:
  using Result = core::Expected<core::Unit, Error>;

  static Result fail(Error error) noexcept { return core::Unexpected{error}; }

  Result finish() const noexcept {
    if (result_.memory_map_.size() == 0) return fail(Error::no_memory_map);
    return core::Unit{};
  }

  Result take(Tag const& tag) noexcept {
    switch (tag.type) {
      case tag_command_line:
        if (result_.command_line_.empty()) result_.command_line_ = text_until_nul(tag.payload);
        return core::Unit{};
      case tag_module:
        return take_module(tag.payload);
      case tag_memory_map:
        return take_memory_map(tag.payload);
      case tag_acpi_old:
        return take_rsdp(tag.payload, rsdp_size_old);
      case tag_acpi_new:
        return take_rsdp(tag.payload, rsdp_size_new);
      default:
        return core::Unit{};
    }
  }

  Result take_module(Bytes payload) noexcept {
    if (payload.size() < 8) return fail(Error::tag_impossible);
    std::uint64_t const begin = read_little_endian<std::uint32_t>(payload, 0);
    std::uint64_t const end = read_little_endian<std::uint32_t>(payload, 4);
    bool const empty = begin == 0 && end == 0;  // so GRUB has a file without bytes
    if (end < begin || (begin == 0 && !empty)) return fail(Error::module_impossible);
    if (result_.module_count_ == BootInformation::module_count_max) {
      return fail(Error::too_many_modules);
    }
    auto const* const first = reinterpret_cast<std::uint8_t const*>(begin);
    result_.modules_[result_.module_count_++] =
        named(text_until_nul(payload.subspan(8)), Bytes{first, end - begin});
    return core::Unit{};
  }

  Result take_memory_map(Bytes payload) noexcept {
    if (payload.size() < 8) return fail(Error::tag_impossible);
    std::size_t const row_size = read_little_endian<std::uint32_t>(payload, 0);
    Bytes const rows = payload.subspan(8);
    if (row_size < memory_row_size_min || rows.size() % row_size != 0) {
      return fail(Error::map_rows_impossible);
    }
    if (result_.memory_map_.size() == 0) result_.memory_map_ = MemoryMap{rows, row_size};
    return core::Unit{};
  }

  Result take_rsdp(Bytes payload, std::size_t size) noexcept {
    if (payload.size() < size) return fail(Error::tag_impossible);
    if (size > result_.rsdp_.size()) result_.rsdp_ = payload.first(size);
    return core::Unit{};
  }

  BootInformation& result_;
};

core::Expected<BootInformation, Error> BootInformation::parse(Bytes information) noexcept {
  if (information.size() < fixed_part_size) return core::Unexpected{Error::size_impossible};
  std::size_t const size = read_little_endian<std::uint32_t>(information, 0);
  if (size < fixed_part_size + tag_header_size || size > information.size()) {
    return core::Unexpected{Error::size_impossible};
  }
  BootInformation result;
  result.bytes_ = information.first(size);
  core::Expected<core::Unit, Error> const read = BootInformationReader{result}.read_tags();
  if (!read) return core::Unexpected{read.error()};
  return result;
}

BootModule const* BootInformation::find_module(std::string_view name) const noexcept {
  std::span<BootModule const> const all = modules();
  auto const found = std::find_if(all.begin(), all.end(),
                                  [name](BootModule const& module) { return module.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view sentence(Error error) noexcept {
  switch (error) {
    case Error::size_impossible:
      return "its total size cannot be; boot with GRUB 2's multiboot2 command";
    case Error::tag_impossible:
      return "a tag is shorter or longer than it can be; boot with GRUB 2's multiboot2 command";
    case Error::no_end_tag:
      return "the end tag is missing; boot with GRUB 2's multiboot2 command";
    case Error::no_memory_map:
      return "there is no memory map (tag 6); boot with GRUB 2's multiboot2 command";
    case Error::map_rows_impossible:
      return "rows of the memory map are shorter than 24 bytes or not whole; boot with GRUB 2's "
             "multiboot2 command";
    case Error::too_many_modules:
      return "there are more than 16 modules; load fewer with module2";
    case Error::module_impossible:
      return "a module ends before it begins; boot with GRUB 2's module2 command";
  }
  return "unknown error";
}

}  // namespace acrn::baremetal

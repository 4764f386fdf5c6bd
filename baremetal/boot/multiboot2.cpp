// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/multiboot2.hpp"

#include <algorithm>
#include <cstddef>

namespace acrn::baremetal {
namespace {

constexpr std::size_t fixed_part_size = 8;
constexpr std::size_t tag_header_size = 8;
constexpr std::size_t tag_alignment = 8;
constexpr std::uint32_t tag_end = 0;
constexpr std::uint32_t tag_command_line = 1;

std::uint32_t read_u32(std::span<std::uint8_t const> bytes, std::size_t offset) noexcept {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < sizeof word; ++i) {
    word |= std::uint32_t{bytes[offset + i]} << (8U * i);
  }
  return word;
}

std::string_view until_nul(std::span<std::uint8_t const> bytes) noexcept {
  auto const nul = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return {reinterpret_cast<char const*>(bytes.data()),
          static_cast<std::size_t>(nul - bytes.begin())};
}

}  // namespace

std::optional<std::string_view> boot_command_line(
    std::span<std::uint8_t const> information) noexcept {
  if (information.size() < fixed_part_size) return std::nullopt;
  std::size_t const end = std::min<std::size_t>(information.size(), read_u32(information, 0));
  std::size_t at = fixed_part_size;
  while (at + tag_header_size <= end) {
    std::uint32_t const type = read_u32(information, at);
    std::uint32_t const size = read_u32(information, at + 4);
    if (type == tag_end || size < tag_header_size || size > end - at) return std::nullopt;
    if (type == tag_command_line) {
      return until_nul(information.subspan(at + tag_header_size, size - tag_header_size));
    }
    at += (size + tag_alignment - 1) & ~(tag_alignment - 1);
  }
  return std::nullopt;
}

std::optional<std::string_view> boot_option(std::string_view command_line,
                                            std::string_view key) noexcept {
  while (!command_line.empty()) {
    auto const* const space = std::find(command_line.begin(), command_line.end(), ' ');
    std::string_view word{command_line.begin(), space};
    std::size_t const word_size = word.size();
    if (word_size > key.size() && word.starts_with(key) && word[key.size()] == '=') {
      word.remove_prefix(key.size() + 1);
      return word;
    }
    command_line.remove_prefix(std::min(command_line.size(), word_size + 1));
  }
  return std::nullopt;
}

}  // namespace acrn::baremetal

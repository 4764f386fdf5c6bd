// SPDX-License-Identifier: BSD-3-Clause
// Numbers and sizes as people write them in settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace acrn::baremetal {

/// Digits of `base` only, at least one, and no more than `max`.
constexpr std::optional<std::uint64_t> parse_digits(std::string_view text, unsigned base,
                                                    std::uint64_t max) noexcept {
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (char const character : text) {
    unsigned digit = base;
    if (character >= '0' && character <= '9') digit = static_cast<unsigned>(character - '0');
    if (character >= 'a' && character <= 'f') digit = static_cast<unsigned>(character - 'a') + 10;
    if (character >= 'A' && character <= 'F') digit = static_cast<unsigned>(character - 'A') + 10;
    if (digit >= base || number > (max - digit) / base || digit > max) return std::nullopt;
    number = number * base + digit;
  }
  return number;
}

constexpr std::optional<std::uint64_t> parse_decimal(std::string_view text,
                                                     std::uint64_t max) noexcept {
  return parse_digits(text, 10, max);
}

/// Decimal, or hexadecimal behind "0x".
constexpr std::optional<std::uint64_t> parse_number(std::string_view text,
                                                    std::uint64_t max) noexcept {
  return text.starts_with("0x") ? parse_digits(text.substr(2), 16, max)
                                : parse_digits(text, 10, max);
}

/// A number with K, M or G behind it: so many KiB, MiB or GiB; without, bytes.
constexpr std::optional<std::uint64_t> parse_size(std::string_view text,
                                                  std::uint64_t max) noexcept {
  unsigned shift = 0;
  if (text.ends_with('K')) shift = 10;
  if (text.ends_with('M')) shift = 20;
  if (text.ends_with('G')) shift = 30;
  if (shift != 0) text.remove_suffix(1);
  std::optional<std::uint64_t> const number = parse_number(text, max >> shift);
  if (!number) return std::nullopt;
  return *number << shift;
}

}  // namespace acrn::baremetal

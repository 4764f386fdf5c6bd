// SPDX-License-Identifier: BSD-3-Clause
// Takes words and numbers off the front of a text, without copying.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace acrn::traces {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
/// What event names are made of.
constexpr bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

/// The value of a hexadecimal digit, or 16.
constexpr unsigned hex_digit(char c) noexcept {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads a text from its front. Each take_...() consumes on success only.
class Scanner {
 public:
  constexpr explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] constexpr std::string_view rest() const { return rest_; }
  [[nodiscard]] constexpr bool empty() const { return rest_.empty(); }

  constexpr void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  constexpr bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  constexpr bool take(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  /// Takes `word` only where a blank or the end follows it, and the blanks before and after it.
  constexpr bool take_word(std::string_view word) {
    Scanner ahead{rest_};
    ahead.skip_blanks();
    if (!ahead.take(word) || !(ahead.empty() || is_blank(ahead.rest_.front()))) return false;
    ahead.skip_blanks();
    rest_ = ahead.rest_;
    return true;
  }

  /// Takes up to the next blank.
  constexpr std::string_view take_token() {
    std::size_t length = 0;
    while (length < rest_.size() && !is_blank(rest_[length])) ++length;
    std::string_view const token = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return token;
  }

  /// Decimal digits; nothing where there are none or they exceed 64 bits.
  constexpr std::optional<std::uint64_t> take_decimal() {
    std::size_t length = 0;
    std::uint64_t value = 0;
    for (; length < rest_.size() && is_digit(rest_[length]); ++length) {
      auto const digit = static_cast<std::uint64_t>(rest_[length] - '0');
      if (length >= 19 && value > (~std::uint64_t{0} - digit) / 10) return std::nullopt;
      value = value * 10 + digit;
    }
    if (length == 0) return std::nullopt;
    rest_.remove_prefix(length);
    return value;
  }

  /// Hexadecimal digits, with or without "0x"; nothing where there are none or more than 16.
  constexpr std::optional<std::uint64_t> take_hex() {
    Scanner ahead{rest_};
    if (!ahead.take("0x")) ahead.take("0X");
    std::string_view const digits = ahead.rest_;
    std::size_t length = 0;
    std::uint64_t value = 0;
    while (length < digits.size() && hex_digit(digits[length]) < 16) {
      if (value >> 60U != 0) return std::nullopt;
      value = value << 4U | hex_digit(digits[length]);
      ++length;
    }
    if (length == 0) return std::nullopt;
    rest_ = digits.substr(length);
    return value;
  }

  /// Hexadecimal after "0x", decimal otherwise.
  constexpr std::optional<std::uint64_t> take_number() {
    return rest_.starts_with("0x") || rest_.starts_with("0X") ? take_hex() : take_decimal();
  }

 private:
  std::string_view rest_;
};

}  // namespace acrn::traces

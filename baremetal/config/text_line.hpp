// SPDX-License-Identifier: BSD-3-Clause
// A line of text that is put together without a heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

/// Text of at most 400 bytes; what does not fit is cut off, and "..." ends the line.
class TextLine {
 public:
  static constexpr std::size_t size_max = 400;

  constexpr TextLine& operator<<(std::string_view text) noexcept {
    for (char const character : text) put(character);
    return *this;
  }
  constexpr TextLine& operator<<(std::uint64_t value) noexcept {
    std::array<char, 20> digits{};
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (count != 0) put(digits[--count]);
    return *this;
  }
  [[nodiscard]] constexpr std::string_view text() const noexcept {
    return {characters_.data(), size_};
  }

 private:
  constexpr void put(char character) noexcept {
    if (size_ < size_max) {
      characters_[size_++] = character;
    } else {
      for (std::size_t i = size_max - 3; i < size_max; ++i) characters_[i] = '.';
    }
  }

  std::array<char, size_max> characters_{};
  std::size_t size_{};
};

}  // namespace acrn::baremetal

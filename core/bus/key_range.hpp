// SPDX-License-Identifier: BSD-3-Clause
// A range of ports or addresses that cannot be empty, reversed, or run past the end of its space.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "core/expected.hpp"

namespace acrn::core {

/// A strong type around an unsigned integer of at most 64 bits, such as Port or Gpa.
template <class Key>
concept RangeKey = std::unsigned_integral<decltype(Key::value)> && std::totally_ordered<Key>;

/// Why a range was refused.
enum class RangeError : std::uint8_t {
  empty,     ///< size 0
  reversed,  ///< the last key is below the first
  wraps,     ///< the range would run past the highest key
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(RangeError error) noexcept {
  switch (error) {
    case RangeError::empty:
      return "empty";
    case RangeError::reversed:
      return "reversed";
    case RangeError::wraps:
      return "wraps";
  }
  return "?";
}

/// All keys from first() to last(), both included, so that a range may end at the very top of its
/// space. Made by make() or closed() only; a default-made one is the single key 0.
template <RangeKey Key>
class KeyRange {
 public:
  using Rep = decltype(Key::value);

  constexpr KeyRange() noexcept = default;

  /// `size` keys from `first` on. Errors: empty, wraps.
  static constexpr Expected<KeyRange, RangeError> make(Key first, std::uint64_t size) noexcept {
    if (size == 0) {
      return Unexpected{RangeError::empty};
    }
    if (size - 1 > static_cast<std::uint64_t>(std::numeric_limits<Rep>::max() - first.value)) {
      return Unexpected{RangeError::wraps};
    }
    return closed(first, {static_cast<Rep>(first.value + (size - 1))});
  }

  /// The keys from `first` to `last`, both included. Errors: reversed.
  static constexpr Expected<KeyRange, RangeError> closed(Key first, Key last) noexcept {
    if (last < first) {
      return Unexpected{RangeError::reversed};
    }
    return KeyRange{first, last};
  }

  [[nodiscard]] constexpr Key first() const noexcept { return first_; }
  [[nodiscard]] constexpr Key last() const noexcept { return last_; }
  [[nodiscard]] constexpr bool contains(Key key) const noexcept {
    return first_ <= key && key <= last_;
  }
  [[nodiscard]] constexpr bool overlaps(KeyRange const& other) const noexcept {
    return first_ <= other.last_ && other.first_ <= last_;
  }
  friend constexpr bool operator==(KeyRange const&, KeyRange const&) = default;

 private:
  constexpr KeyRange(Key first, Key last) noexcept : first_{first}, last_{last} {}

  Key first_{};
  Key last_{};
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// Which device owns a port or an address: disjoint ranges in a sorted array, binary search.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/bus/device_id.hpp"
#include "core/bus/key_range.hpp"
#include "core/check.hpp"
#include "core/expected.hpp"

namespace acrn::core {

/// Why a map refused a change. The map is then as it was.
enum class MapError : std::uint8_t {
  overlap,    ///< the range shares a key with one that is registered
  full,       ///< the table has no room
  not_found,  ///< no registered range has exactly this first and last key
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(MapError error) noexcept {
  switch (error) {
    case MapError::overlap:
      return "overlap";
    case MapError::full:
      return "full";
    case MapError::not_found:
      return "not found";
  }
  return "?";
}

/// What a map says of one key.
struct Lookup {
  std::uint64_t rest{};  ///< keys after the one asked for that are in the same range or gap
  DeviceId owner{};      ///< meaningful if claimed
  bool claimed{};        ///< false: the key is in a gap

  /// Whether `size` keys (at least 1) from the one asked for on are all in the same range or gap.
  [[nodiscard]] constexpr bool covers(std::uint64_t size) const noexcept {
    return size - 1 <= rest;
  }
  friend constexpr bool operator==(Lookup const&, Lookup const&) = default;
};

/// At most `capacity_max` disjoint ranges of Key, each with its owner. Lookup is O(log n), changes
/// are O(n). Not synchronised: callers hold the VM's turn.
template <RangeKey Key, std::size_t capacity_max>
class RangeMap {
 public:
  using Rep = decltype(Key::value);
  using Range = KeyRange<Key>;
  static constexpr std::size_t capacity = capacity_max;

  /// Registers a range. Errors: overlap (registering a range twice is one), full.
  constexpr Expected<Unit, MapError> insert(Range const& range, DeviceId owner) noexcept {
    std::size_t const at = count_from(range.first());
    if (at > 0 && lasts_[at - 1] >= range.first().value) {
      return Unexpected{MapError::overlap};
    }
    if (at < size_ && firsts_[at] <= range.last().value) {
      return Unexpected{MapError::overlap};
    }
    if (size_ == capacity) {
      return Unexpected{MapError::full};
    }
    std::copy_backward(firsts_.data() + at, firsts_.data() + size_ + 1, firsts_.data() + size_ + 2);
    shift_up(lasts_, at);
    shift_up(owners_, at);
    firsts_[at] = range.first().value;
    lasts_[at] = range.last().value;
    owners_[at] = owner;
    ++size_;
    forget_gap();
    return Unit{};
  }

  /// Removes the range with exactly these first and last keys. Errors: not_found.
  constexpr Expected<Unit, MapError> erase(Range const& range) noexcept {
    std::size_t const above = count_from(range.first());
    if (above == 0 || firsts_[above - 1] != range.first().value ||
        lasts_[above - 1] != range.last().value) {
      return Unexpected{MapError::not_found};
    }
    std::copy(firsts_.data() + above, firsts_.data() + size_ + 1, firsts_.data() + above - 1);
    shift_down(lasts_, above);
    shift_down(owners_, above);
    --size_;
    forget_gap();
    return Unit{};
  }

  /// Who owns `key`, and how far its range or gap goes on. Without a branch on the key: nobody can
  /// foresee what a guest accesses next.
  [[nodiscard]] constexpr Lookup lookup(Key key) const noexcept {
    std::size_t const above = count_from(key);
    std::size_t const below = above - (above == 0 ? 0 : 1);
    Rep const last = lasts_.data()[below];
    auto const gap_last = static_cast<Rep>(firsts_.data()[above] - 1);
    bool const claimed = (above != 0) & (key.value <= last);
    Rep const end = claimed ? last : gap_last;
    return {.rest = static_cast<std::uint64_t>(end - key.value),
            .owner = claimed ? owners_.data()[below] : DeviceId{},
            .claimed = claimed};
  }

  /// Whether `count` keys (at least 1) from `key` on are all in one gap. Remembers the gap that was
  /// found last: questions that follow one another are mostly about the same.
  [[nodiscard]] constexpr bool is_gap(Key key, std::uint64_t count) noexcept {
    if (key.value < gap_first_ || key.value > gap_last_) {
      Lookup const hit = lookup(key);
      if (hit.claimed) return false;
      gap_first_ = key.value;
      gap_last_ = static_cast<Rep>(key.value + hit.rest);
    }
    return count - 1 <= static_cast<std::uint64_t>(gap_last_ - key.value);
  }

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

  /// The range at `index` in ascending order; `index` is below size().
  [[nodiscard]] constexpr Range range(std::size_t index) const noexcept {
    check(index < size_, "RangeMap::range() needs an index below size()");
    return Range::closed({firsts_[index]}, {lasts_[index]}).value();
  }
  /// The owner of that range.
  [[nodiscard]] constexpr DeviceId owner(std::size_t index) const noexcept {
    check(index < size_, "RangeMap::owner() needs an index below size()");
    return owners_[index];
  }

 private:
  /// How many ranges start at or below `key`. Halving without a branch on the data: mispredicted
  /// branches would cost more than the comparisons.
  [[nodiscard]] constexpr std::size_t count_from(Key key) const noexcept {
    if (size_ == 0) {
      return 0;
    }
    Rep const* const firsts = firsts_.data();
    std::size_t at = 0;  // the answer is between at and at + left
    for (std::size_t left = size_; left > 1;) {
      std::size_t const half = left / 2;
      at = firsts[at + half] <= key.value ? at + half : at;
      left -= half;
    }
    return at + (firsts[at] <= key.value ? 1 : 0);
  }

  constexpr void forget_gap() noexcept {
    gap_first_ = 1;
    gap_last_ = 0;
  }

  template <class T>
  constexpr void shift_up(std::array<T, capacity>& column, std::size_t at) noexcept {
    std::copy_backward(column.data() + at, column.data() + size_, column.data() + size_ + 1);
  }
  template <class T>
  constexpr void shift_down(std::array<T, capacity>& column, std::size_t from) noexcept {
    std::copy(column.data() + from, column.data() + size_, column.data() + from - 1);
  }

  std::size_t size_{};
  Rep gap_first_{1};  // of the gap that is_gap() found; none: after gap_last_
  Rep gap_last_{0};
  std::array<Rep, capacity + 1> firsts_{};  // and a 0 behind: one less is the last key
  std::array<Rep, capacity> lasts_{};
  std::array<DeviceId, capacity> owners_{};
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// A set of free page frames: what the frame allocator knows, as pure data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace acrn::baremetal {

/// Bytes from `begin` up to, not including, `end`.
struct AddressRange {
  std::uint64_t begin{};
  std::uint64_t end{};
  friend constexpr bool operator==(AddressRange const&, AddressRange const&) = default;
};

/// What allocate() is asked for. Addresses and sizes in bytes, multiples of the page size.
struct FrameRequest {
  std::uint64_t size{};
  std::uint64_t alignment{};  ///< a power of two
  AddressRange within{};      ///< where all of it must lie
};

/// Disjoint ranges of whole pages, ascending, never adjacent. Fixed capacity: a range that does
/// not fit any more is forgotten (counted by lost_bytes()), which wastes memory but is never wrong.
class FrameRanges {
 public:
  static constexpr std::size_t range_count_max = 128;

  /// Adds the whole pages inside `range`; what is already in the set stays as it is.
  void add(AddressRange range) noexcept;
  /// Takes out every page that `range` touches.
  void remove(AddressRange range) noexcept;
  /// Takes out the lowest run that fits, and says where it begins. Nothing for a size of 0.
  std::optional<std::uint64_t> allocate(FrameRequest const& request) noexcept;

  [[nodiscard]] std::span<AddressRange const> ranges() const noexcept {
    return std::span{ranges_}.first(count_);
  }
  /// Whether a byte of `range` is in the set.
  [[nodiscard]] bool touches(AddressRange range) const noexcept;
  [[nodiscard]] std::uint64_t free_bytes() const noexcept;
  [[nodiscard]] std::uint64_t lost_bytes() const noexcept { return lost_bytes_; }

 private:
  void insert(std::size_t at, AddressRange range) noexcept;
  void erase(std::size_t at) noexcept;

  std::array<AddressRange, range_count_max> ranges_{};
  std::size_t count_{};
  std::uint64_t lost_bytes_{};
};

}  // namespace acrn::baremetal

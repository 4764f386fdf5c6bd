// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/frame_ranges.hpp"

#include <algorithm>

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t page_mask = 4095;

/// `address` rounded up, or the highest page when that would wrap.
constexpr std::uint64_t page_up(std::uint64_t address) noexcept {
  return address > ~page_mask ? ~page_mask : (address + page_mask) & ~page_mask;
}

constexpr std::uint64_t page_down(std::uint64_t address) noexcept { return address & ~page_mask; }

constexpr std::uint64_t size_of(AddressRange range) noexcept { return range.end - range.begin; }

}  // namespace

void FrameRanges::add(AddressRange range) noexcept {
  AddressRange merged{page_up(range.begin), page_down(range.end)};
  if (merged.begin >= merged.end) return;
  std::size_t at = 0;
  while (at < count_ && ranges_[at].end < merged.begin) ++at;
  while (at < count_ && ranges_[at].begin <= merged.end) {
    merged.begin = std::min(merged.begin, ranges_[at].begin);
    merged.end = std::max(merged.end, ranges_[at].end);
    erase(at);
  }
  insert(at, merged);
}

void FrameRanges::remove(AddressRange range) noexcept {
  if (range.begin >= range.end) return;
  std::uint64_t const begin = page_down(range.begin);
  std::uint64_t const end = page_up(range.end);
  std::size_t at = 0;
  while (at < count_ && ranges_[at].end <= begin) ++at;
  while (at < count_ && ranges_[at].begin < end) {
    AddressRange const old = ranges_[at];
    erase(at);
    if (old.begin < begin) insert(at++, {old.begin, begin});
    if (old.end > end) {
      insert(at, {end, old.end});
      return;
    }
  }
}

std::optional<std::uint64_t> FrameRanges::allocate(FrameRequest const& request) noexcept {
  std::uint64_t const mask = request.alignment - 1;
  if (request.size == 0) return std::nullopt;
  for (AddressRange const& range : ranges()) {
    std::uint64_t const lowest = std::max(range.begin, request.within.begin);
    std::uint64_t const end = std::min(range.end, request.within.end);
    if (lowest > ~mask) return std::nullopt;  // rounding up would wrap
    std::uint64_t const begin = (lowest + mask) & ~mask;
    if (begin < end && end - begin >= request.size) {
      remove({begin, begin + request.size});
      return begin;
    }
  }
  return std::nullopt;
}

bool FrameRanges::touches(AddressRange range) const noexcept {
  return std::any_of(ranges().begin(), ranges().end(), [range](AddressRange const& free) {
    return free.begin < range.end && range.begin < free.end;
  });
}

std::uint64_t FrameRanges::free_bytes() const noexcept {
  std::uint64_t sum = 0;
  for (AddressRange const& range : ranges()) sum += size_of(range);
  return sum;
}

/// When there is no room, the smallest range of all is forgotten.
void FrameRanges::insert(std::size_t at, AddressRange range) noexcept {
  if (count_ == range_count_max) {
    auto* const smallest = std::min_element(
        ranges_.begin(), ranges_.end(),
        [](AddressRange const& a, AddressRange const& b) { return size_of(a) < size_of(b); });
    lost_bytes_ += std::min(size_of(*smallest), size_of(range));
    if (size_of(*smallest) >= size_of(range)) return;
    auto const hole = static_cast<std::size_t>(smallest - ranges_.begin());
    erase(hole);
    if (hole < at) --at;
  }
  std::copy_backward(ranges_.begin() + at, ranges_.begin() + count_, ranges_.begin() + count_ + 1);
  ranges_[at] = range;
  ++count_;
}

void FrameRanges::erase(std::size_t at) noexcept {
  std::copy(ranges_.begin() + at + 1, ranges_.begin() + count_, ranges_.begin() + at);
  --count_;
}

}  // namespace acrn::baremetal

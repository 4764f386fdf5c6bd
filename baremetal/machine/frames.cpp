// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/frames.hpp"

#include <limits>

#include "baremetal/machine/spin_lock.hpp"
#include "core/check.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t low_end = 1U << 20U;
constexpr AddressRange everywhere{low_end, std::numeric_limits<std::uint64_t>::max()};

// Above any machine's memory, and a product with the page size still fits 64 bits.
constexpr std::size_t alignment_pages_max = std::size_t{1} << 40U;

void fill_zero(std::uint64_t address, std::size_t pages) noexcept {
  std::uint64_t count = pages * (page_size / sizeof(std::uint64_t));
  asm volatile("rep stosq" : "+D"(address), "+c"(count) : "a"(0) : "memory");
}

constinit SpinLock lock{};
constinit FrameRanges free_frames{};

}  // namespace

void Frames::start(FrameRanges const& free) noexcept {
  LockGuard const guard{lock};
  free_frames = free;
}

std::optional<std::uint64_t> Frames::allocate(std::size_t pages,
                                              std::size_t alignment_pages) noexcept {
  core::check(alignment_pages != 0 && (alignment_pages & (alignment_pages - 1)) == 0 &&
                  alignment_pages <= alignment_pages_max,
              "an alignment is a power of two, at most 2^40 pages");
  if (pages > free_pages()) return std::nullopt;  // also keeps the product below 2^64
  LockGuard const guard{lock};
  return free_frames.allocate(
      {.size = pages * page_size, .alignment = alignment_pages * page_size, .within = everywhere});
}

std::optional<std::uint64_t> Frames::allocate_zeroed(std::size_t pages,
                                                     std::size_t alignment_pages) noexcept {
  std::optional<std::uint64_t> const address = allocate(pages, alignment_pages);
  if (address) fill_zero(*address, pages);
  return address;
}

std::optional<std::uint64_t> Frames::allocate_low() noexcept {
  LockGuard const guard{lock};
  return free_frames.allocate({.size = page_size, .alignment = page_size, .within = {0, low_end}});
}

void Frames::release(std::uint64_t address, std::size_t pages) noexcept {
  LockGuard const guard{lock};
  AddressRange const range{address, address + pages * page_size};
  core::check(address % page_size == 0 && !free_frames.touches(range),
              "only frames that are allocated can be given back");
  free_frames.add(range);
}

std::uint64_t Frames::free_pages() noexcept {
  LockGuard const guard{lock};
  return free_frames.free_bytes() / page_size;
}

}  // namespace acrn::baremetal

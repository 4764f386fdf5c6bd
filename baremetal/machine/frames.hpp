// SPDX-License-Identifier: BSD-3-Clause
// The one supply of physical memory: page frames of the RAM that the boot loader says is free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "baremetal/machine/frame_ranges.hpp"

namespace acrn::baremetal {

inline constexpr std::uint64_t page_size = 4096;

/// Page frames for the whole image. Physical addresses are virtual ones: all RAM is mapped one to
/// one. Any CPU may call; a spin lock is held inside.
struct Frames {
  /// Takes the frames over; once, before anything allocates.
  static void start(FrameRanges const& free) noexcept;
  /// The address of `pages` contiguous frames, a multiple of `alignment_pages` pages (a power of
  /// two). Contents are undefined. Nothing when there is no such run; never below 1 MiB.
  static std::optional<std::uint64_t> allocate(std::size_t pages,
                                               std::size_t alignment_pages = 1) noexcept;
  /// The same, filled with zeros.
  static std::optional<std::uint64_t> allocate_zeroed(std::size_t pages,
                                                      std::size_t alignment_pages = 1) noexcept;
  /// One frame below 1 MiB, for code that starts in real mode.
  static std::optional<std::uint64_t> allocate_low() noexcept;
  /// Gives frames back. They must have been allocated, in one piece or as part of one.
  static void release(std::uint64_t address, std::size_t pages) noexcept;
  /// Frames that are left, in pages.
  static std::uint64_t free_pages() noexcept;
};

}  // namespace acrn::baremetal

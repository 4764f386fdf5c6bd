// SPDX-License-Identifier: BSD-3-Clause
// Where the 4-KiB structures of VMX come from: VMXON regions, VMCS regions, EPT tables.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// A callback that hands out pages. Whoever owns memory (the image's frame allocator, a test's
/// array) supplies it; pages are never given back. Addresses are physical and identity-mapped: the
/// number is the pointer, too.
struct FrameSource {
  /// One zeroed 4-KiB page, aligned to its size; 0 where none is left.
  std::uint64_t (*take)(void* context) noexcept {};
  void* context{};

  [[nodiscard]] std::uint64_t take_page() const noexcept { return take(context); }
};

}  // namespace acrn::baremetal

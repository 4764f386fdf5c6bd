// SPDX-License-Identifier: BSD-3-Clause
// A guest's text on the hypervisor's console, line by line, so that lines of several CPUs stay
// whole.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace acrn::baremetal {

/// Gathers a line. Carriage returns are dropped: the console makes its own.
class GuestConsole {
 public:
  /// Prints every line that is complete, or longer than there is room.
  void put(std::span<std::uint8_t const> text) noexcept;
  /// Prints what there is of a line that has no end yet.
  void finish() noexcept;

 private:
  static constexpr std::size_t size_max = 1024;

  std::array<char, size_max> line_{};
  std::size_t size_{};
};

}  // namespace acrn::baremetal

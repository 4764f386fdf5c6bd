// SPDX-License-Identifier: BSD-3-Clause
// What makes an address valid in a VMCS.
#pragma once

#include <cstdint>

#include "baremetal/vmx/guest_state.hpp"

namespace acrn::baremetal {

/// Whether all bits from `width` up are 0; `width` is 0 to 63.
constexpr bool fits(std::uint64_t value, unsigned width) noexcept { return value >> width == 0; }

/// Whether a linear address repeats its highest bit upwards. 57 bits where the CPU lets CR4.LA57 be
/// set, else 48.
constexpr bool is_canonical(std::uint64_t address, GuestStateLimits const& limits) noexcept {
  constexpr std::uint64_t la57 = 1U << 12U;
  unsigned const sign = (limits.cr4_fixed1 & la57) != 0 ? 56 : 47;
  std::uint64_t const upper = address >> sign;
  return upper == 0 || upper == ~std::uint64_t{0} >> sign;
}

}  // namespace acrn::baremetal

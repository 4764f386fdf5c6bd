// SPDX-License-Identifier: BSD-3-Clause
// The part of a CPU's state that hosts which know general-purpose registers only leave at rest.
#pragma once

#include <cstdint>

#include "core/exit.hpp"

namespace acrn::core {

/// All of CpuView but read_register(): 64-bit code at address 0, flat segments, no trap pending,
/// and no paging, so that nothing is ever walked. To be derived from.
struct FlatCpu {
  static constexpr std::uint64_t rip() noexcept { return 0; }
  static constexpr std::uint64_t rflags() noexcept { return rflags::fixed; }
  static constexpr SegmentState segment(Segment segment) noexcept {
    constexpr std::uint32_t code = 0xa09b;  // present, 64-bit, execute and read, accessed
    constexpr std::uint32_t data = 0xc093;  // present, read and write, accessed
    return {.limit = 0xffff'ffff, .access_rights = segment == Segment::cs ? code : data};
  }
  static constexpr ControlState control() noexcept {
    constexpr std::uint64_t protection = 1;
    constexpr std::uint64_t long_mode = 1U << 8U | 1U << 10U;
    return {.cr0 = protection, .efer = long_mode};
  }
  static constexpr VectorValue read_vector(std::uint8_t /*index*/) noexcept { return {}; }
};

}  // namespace acrn::core

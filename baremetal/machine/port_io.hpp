// SPDX-License-Identifier: BSD-3-Clause
// The IN and OUT instructions, one byte wide.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace acrn::baremetal {

inline void out8(core::Port port, std::uint8_t value) noexcept {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port.value) : "memory");
}

inline std::uint8_t in8(core::Port port) noexcept {
  std::uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port.value) : "memory");
  return value;
}

}  // namespace acrn::baremetal

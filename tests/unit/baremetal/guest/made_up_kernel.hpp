// SPDX-License-Identifier: BSD-3-Clause
// A file with the header of a bzImage, for tests of the loader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace acrn::baremetal {

struct MadeUpKernel {
  static constexpr std::size_t setup_bytes = 2048;  // three sectors and the first
  static constexpr std::size_t kernel_bytes = 0x1000;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(setup_bytes + kernel_bytes);

  MadeUpKernel() {
    put(0x1f1, 3, 1);
    put(0x1f4, kernel_bytes / 16, 4);
    put(0x201, 0x66, 1);
    put(0x202, 0x5372'6448, 4);
    put(0x206, 0x020f, 2);
    put(0x211, 1, 1);
    put(0x22c, 0x7fff'ffff, 4);
    put(0x236, 0x3f, 2);
    put(0x238, 2047, 4);
    put(0x258, 0x100'0000, 8);
    put(0x260, 0x40'0000, 4);
    for (std::size_t i = 0; i < kernel_bytes; ++i) {
      bytes[setup_bytes + i] = static_cast<std::uint8_t>(i % 251);
    }
  }
  void put(std::size_t at, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
};

}  // namespace acrn::baremetal

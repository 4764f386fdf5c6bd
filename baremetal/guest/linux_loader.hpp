// SPDX-License-Identifier: BSD-3-Clause
// Puts an unmodified Linux kernel (bzImage) into a guest's RAM as the 64-bit boot protocol asks.
//
// Documentation: Linux 6.1, Documentation/x86/boot.rst ("The Linux/x86 Boot Protocol", sections
// "The Real-Mode Kernel Header" and "64-bit Boot Protocol") and zero-page.rst.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/guest/guest_ram.hpp"
#include "baremetal/guest/load_error.hpp"
#include "baremetal/vmx/guest_start.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// What a bzImage's header says, as far as loading needs it.
struct LinuxImage {
  std::uint16_t protocol{};            ///< 0x020C is 2.12
  std::uint64_t setup_bytes{};         ///< the real-mode part, which is left out
  std::uint64_t kernel_bytes{};        ///< what is copied
  std::uint64_t preferred_address{};   ///< where it is copied to, and runs without relocating
  std::uint64_t memory_bytes{};        ///< RAM that it needs from there on
  std::uint64_t initrd_address_max{};  ///< the highest address of a byte of the initial RAM disk
  std::uint64_t command_line_max{};    ///< bytes, without the NUL
};

/// Reads and checks the header. Errors: those of LoadProblem that begin with kernel_.
core::Expected<LinuxImage, LoadError> parse_linux(std::span<std::uint8_t const> bz_image) noexcept;

struct LinuxGuest {
  std::span<std::uint8_t const> bz_image;
  std::span<std::uint8_t const> initrd;  ///< may be empty
  std::string_view command_line;
};

/// Fills `ram`, which must read as zeros where nothing is written, and says where to start: 64-bit
/// mode, interrupts off, RSI at the boot parameters, identity page tables over the first 4 GiB.
core::Expected<GuestStart, LoadError> load_linux(LinuxGuest const& guest, GuestRam ram) noexcept;

}  // namespace acrn::baremetal

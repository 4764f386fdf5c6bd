// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/guest_console.hpp"

#include "baremetal/machine/com1.hpp"

namespace acrn::baremetal {

void GuestConsole::put(std::span<std::uint8_t const> text) noexcept {
  for (std::uint8_t const byte : text) {
    if (byte == '\r') continue;
    if (byte != '\n') line_[size_++] = static_cast<char>(byte);
    if (byte == '\n' || size_ == size_max) {
      print({line_.data(), size_});
      print("\n");
      size_ = 0;
    }
  }
}

void GuestConsole::finish() noexcept {
  constexpr std::uint8_t newline = '\n';
  if (size_ != 0) put({&newline, 1});
}

}  // namespace acrn::baremetal

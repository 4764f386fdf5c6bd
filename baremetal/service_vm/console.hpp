// SPDX-License-Identifier: BSD-3-Clause
// Text to the hypervisor's console, byte by byte, each source told apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baremetal/service_vm/machine.hpp"
#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::service_vm {

/// Writes at once: what a VM has sent is on the console before its vCPU goes on.
template <Machine M>
class Console {
 public:
  /// What the hypervisor last heard, where nobody knows.
  static constexpr std::uint16_t unknown_source = 0xffff;

  explicit Console(M& machine, std::uint16_t source = 0) noexcept
      : machine_{machine}, source_{source} {}

  /// `source`: 0 for the Service VM itself, else a VM's id.
  void put(std::uint16_t source, std::uint8_t byte) noexcept {
    if (source != source_) {
      machine_.out(console_source_port, static_cast<std::uint8_t>(source));
      source_ = source;
    }
    machine_.out(console_port, byte);
  }

  void print(std::string_view text) noexcept {
    for (char const c : text) put(0, static_cast<std::uint8_t>(c));
  }

  void print_decimal(std::int64_t value) noexcept {
    constexpr std::size_t digits_max = 20;
    std::array<char, digits_max> digits{};
    std::size_t first = digits.size();
    auto rest = static_cast<std::uint64_t>(value);
    if (value < 0) rest = 0 - rest;
    do {
      digits[--first] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (value < 0) print("-");
    print({digits.data() + first, digits.size() - first});
  }

 private:
  M& machine_;
  std::uint16_t source_;
};

}  // namespace acrn::service_vm

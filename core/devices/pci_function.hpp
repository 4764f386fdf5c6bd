// SPDX-License-Identifier: BSD-3-Clause
// A PCI function that is nothing but a header, such as a host bridge: 256 bytes with a write mask.
//
// Missing features: BARs that decode, capabilities, interrupts, status bits cleared by writing 1;
//   registers from 256 on read all ones.
// Ignored bits: every bit that the mask does not name.
// Documentation: PCI Local Bus Specification 3.0, section 6.1; Intel 440FX (82441FX) datasheet,
//   section 3.2 (the identity of host_bridge()).
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/emulate/device.hpp"
#include "core/ioreq/pci_address.hpp"

namespace acrn::core {

inline constexpr std::size_t pci_header_size = 256;

struct PciFunction {
  std::array<std::uint8_t, pci_header_size> registers{};
  std::array<std::uint8_t, pci_header_size> writable{};  ///< 1: the guest can write the bit
  friend constexpr bool operator==(PciFunction const&, PciFunction const&) = default;

  /// One configuration access, of Space::pci_config.
  HandlerResult access(Access& access) noexcept {
    std::uint32_t const first = decode_pci_config_address(access.address).reg;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < access.size; ++i) {
      std::uint32_t const reg = first + i;
      unsigned const shift = 8 * i;
      if (reg >= pci_header_size) {
        value |= std::uint64_t{0xff} << shift;
        continue;
      }
      value |= std::uint64_t{registers[reg]} << shift;
      if (access.direction == Direction::write) {
        unsigned const mask = writable[reg];
        unsigned const written = static_cast<std::uint8_t>(access.value >> shift);
        registers[reg] = static_cast<std::uint8_t>((registers[reg] & ~mask) | (written & mask));
      }
    }
    if (access.direction == Direction::read) {
      access.value = value;
    }
    return HandlerResult::handled();
  }
};
static_assert(std::is_trivially_copyable_v<PciFunction>);

/// The function as PciHost::add() takes it. `function` must outlive the VM.
inline Device pci_function_device(PciFunction& function) noexcept {
  return {.handler = [](void* context, Access& access, Ticks /*now*/, Effects& /*effects*/)
              -> HandlerResult { return static_cast<PciFunction*>(context)->access(access); },
          .context = &function};
}

/// The header of Intel's 440FX host bridge.
constexpr PciFunction host_bridge() noexcept {
  PciFunction bridge;
  bridge.registers[0x00] = 0x86;  // vendor 8086
  bridge.registers[0x01] = 0x80;
  bridge.registers[0x02] = 0x37;  // device 1237
  bridge.registers[0x03] = 0x12;
  bridge.registers[0x04] = 0x06;  // memory and bus master, always on
  bridge.registers[0x08] = 0x02;  // revision
  bridge.registers[0x0b] = 0x06;  // class: bridge; subclass 0: host
  bridge.writable[0x05] = 0x01;   // SERR enable
  bridge.writable[0x0d] = 0xf8;   // latency timer
  return bridge;
}

}  // namespace acrn::core

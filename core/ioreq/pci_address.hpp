// SPDX-License-Identifier: BSD-3-Clause
// The address of a register in PCI configuration space, and how an Access carries it.
#pragma once

#include <cstdint>

#include "core/bits.hpp"

namespace acrn::core {

/// A byte in PCI configuration space, in the fields of <linux/acrn.h>, struct acrn_pci_request.
struct PciAddress {
  std::uint32_t bus{};       ///< 0 to 255
  std::uint32_t device{};    ///< 0 to 31
  std::uint32_t function{};  ///< 0 to 7
  std::uint32_t reg{};       ///< 0 to 4095
  friend constexpr bool operator==(PciAddress const&, PciAddress const&) = default;
};

/// Access::address of a Space::pci_config access: the byte's offset in an ECAM window (PCI Express
/// Base Specification 5.0, section 7.2.2). Excess high bits of each field are dropped.
constexpr std::uint64_t pci_config_address(PciAddress const& pci) noexcept {
  return place<27, 20>(pci.bus) | place<19, 15>(pci.device) | place<14, 12>(pci.function) |
         place<11, 0>(pci.reg);
}

constexpr PciAddress decode_pci_config_address(std::uint64_t address) noexcept {
  return {.bus = static_cast<std::uint32_t>(bits<27, 20>(address)),
          .device = static_cast<std::uint32_t>(bits<19, 15>(address)),
          .function = static_cast<std::uint32_t>(bits<14, 12>(address)),
          .reg = static_cast<std::uint32_t>(bits<11, 0>(address))};
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The HSM's view of PCI configuration mechanism 1: port 0xCF8 selects, ports 0xCFC-0xCFF access.
#pragma once

#include <cstdint>

#include "core/access.hpp"
#include "core/ioreq/pci_address.hpp"

namespace acrn::core {

/// What the dispatcher does with a request that goes to a configuration port.
struct ConfigDecision {
  enum class Kind : std::uint8_t {
    answered,   ///< settled here: complete it with `value` (counts for reads)
    converted,  ///< a PCI configuration request: give `access` to a client
  };
  Kind kind{};
  std::uint64_t value{};
  Access access{};
};

/// The configuration address register of one VM. Only an access to exactly port 0xCF8 reaches it,
/// at any size; it is not consumed by data accesses, and it is per VM: guests serialise.
/// Source: Linux 6.12, drivers/virt/acrn/ioreq.c, handle_cf8cfc(); layout of the register: PCI
/// Local Bus Specification 3.0, section 3.2.2.3.2, with bits 27:24 as register bits 11:8.
class PciConfigPort {
 public:
  /// Whether an access goes to a configuration port: exactly 0xCF8, or 0xCFC to 0xCFF.
  static constexpr bool concerns(Access const& access) noexcept {
    if (access.address - address_port > data_port_last - address_port) [[likely]]
      return false;
    bool const is_data = access.address >= data_port_first;
    return (access.space == Space::port) & ((access.address == address_port) | is_data);
  }

  /// Decides about an access that concerns(), without changing anything, so that a request which
  /// cannot be taken yet can be asked about again.
  [[nodiscard]] ConfigDecision decide(Access const& access) const noexcept;

  /// Puts a decided write to 0xCF8 into effect; any other access changes nothing.
  void commit(Access const& access) noexcept;

  [[nodiscard]] std::uint32_t address_register() const noexcept { return register_; }

 private:
  static constexpr std::uint64_t address_port = 0xcf8;
  static constexpr std::uint64_t data_port_first = 0xcfc;
  static constexpr std::uint64_t data_port_last = 0xcff;

  static PciAddress selected(std::uint32_t reg, std::uint64_t port) noexcept;

  std::uint32_t register_{};
};

}  // namespace acrn::core

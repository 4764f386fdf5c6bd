// SPDX-License-Identifier: BSD-3-Clause
// The PCI host bridge's two ways into configuration space: ports 0xCF8/0xCFC, and the ECAM window.
//
// Missing features: mechanism 2; bridges (functions are found by number, whatever their bus);
//   special cycles. A byte at 0xCF9 is the reset control register (reset_ports.hpp), as chipsets
//   have it inside of the address register's double word.
// Ignored bits: CONFIG_ADDRESS bits 30:28 and 1:0 always, 27:24 as the profile says: they read 0.
//   Accesses to 0xCF8 to 0xCFB that are not that double word: all ones, dropped.
// Documentation: PCI Local Bus Specification 3.0, section 3.2.2.3.2; PCI Express Base Specification
//   5.0, section 7.2.2 (ECAM); bits 27:24: AMD BKDG for family 10h (31116), IOCF8; what the profile
//   `acrn` decides: ACRN hypervisor/dm/vpci/vpci.c, 2025.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "core/devices/reset_ports.hpp"
#include "core/emulate/device.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/expected.hpp"
#include "core/ioreq/pci_address.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How many PCI functions of one VM the hypervisor answers for.
inline constexpr std::size_t pci_function_count_max = 32;

/// Why a function was refused.
enum class PciError : std::uint8_t {
  full,        ///< the table has no room
  taken,       ///< another function has that number
  no_handler,  ///< the handler is null
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(PciError error) noexcept {
  switch (error) {
    case PciError::full:
      return "full";
    case PciError::taken:
      return "taken";
    case PciError::no_handler:
      return "no handler";
  }
  return "?";
}

/// The rules of a host bridge. pci_host_config() takes them from a profile.
struct PciHostConfig {
  Gpa ecam_base{0xe000'0000};
  ConfigAddressRule address{};
  ConfigUnalignedRule unaligned{};
  ConfigExtendedRule extended{};
  EcamWideRule ecam_wide{};
  /// present: what is not the hypervisor's is declined, so that the device model answers.
  DeviceModel device_model{DeviceModel::present};
};

constexpr PciHostConfig pci_host_config(Profile const& profile, DeviceModel model) noexcept {
  return {.address = profile.config_address,
          .unaligned = profile.config_unaligned,
          .extended = profile.config_extended,
          .ecam_wide = profile.ecam_wide,
          .device_model = model};
}

struct PciHostState {
  std::uint32_t address{};  ///< CONFIG_ADDRESS
  ResetControlState reset{};
  friend constexpr bool operator==(PciHostState const&, PciHostState const&) = default;
};
static_assert(std::is_trivially_copyable_v<PciHostState>);

class PciHost {
 public:
  static constexpr Port address_port{0xcf8};  // to 0xCFB: a range of its own
  static constexpr Port data_port{0xcfc};     // to 0xCFF: another
  static constexpr std::uint64_t ecam_size_bytes = std::uint64_t{1} << 28U;

  explicit constexpr PciHost(PciHostConfig const& config) noexcept : config_{config} {}

  /// The hypervisor answers for a function from now on: `device` gets its configuration accesses as
  /// Space::pci_config, with the address of pci_config_address(). Errors: full, taken, no_handler.
  Expected<Unit, PciError> add(PciAddress const& function, Device device) noexcept;

  /// Any access to 0xCF8 to 0xCFF.
  HandlerResult access_ports(Access& access, Ticks now, Effects& effects) noexcept;
  /// Any access to the ECAM window.
  HandlerResult access_ecam(Access& access, Ticks now, Effects& effects) noexcept;

  [[nodiscard]] PciHostConfig const& config() const noexcept { return config_; }
  [[nodiscard]] PciHostState state() const noexcept {
    return {.address = address_, .reset = reset_.state()};
  }
  /// Takes over a snapshot; bits that the registers do not have are dropped. Functions stay.
  void restore(PciHostState const& state) noexcept;

 private:
  struct Function {
    std::uint16_t number{};  ///< bus, device, function
    Device device{};
  };

  [[nodiscard]] Function const* find(std::uint16_t number) const noexcept;
  [[nodiscard]] std::uint32_t register_bits() const noexcept;
  HandlerResult access_address(Access& access) noexcept;
  HandlerResult access_data(Access& access, Ticks now, Effects& effects) noexcept;
  HandlerResult access_function(PciAddress const& target, Access& access, Ticks now,
                                Effects& effects) noexcept;

  PciHostConfig config_;
  std::uint32_t address_{};
  ResetControl reset_{};
  std::array<Function, pci_function_count_max> functions_{};
  std::uint8_t function_count_{};
};
static_assert(std::is_trivially_copyable_v<PciHost>);

/// The bridge as a VM's table takes it: for ports 0xCF8 to 0xCFB and 0xCFC to 0xCFF, and for the
/// ECAM window. `host` must outlive the VM.
Device pci_port_device(PciHost& host) noexcept;
Device pci_ecam_device(PciHost& host) noexcept;

}  // namespace acrn::core

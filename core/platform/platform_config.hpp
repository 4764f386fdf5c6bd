// SPDX-License-Identifier: BSD-3-Clause
// What decides how a VM's PC behaves, and its bytes in a capture's header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/emulate/vm_state.hpp"
#include "core/expected.hpp"
#include "core/profile.hpp"

namespace acrn::core {

/// The devices that a Platform can hold; the value is the bit in PlatformConfig::devices.
enum class PlatformDevice : std::uint8_t {
  pic = 0,           ///< 0x20, 0xA0, 0x4D0 and the port after each
  pit = 1,           ///< 0x40 to 0x43
  port61 = 2,        ///< 0x61: the gate of the timer's channel 2
  uart0 = 3,         ///< COM1, 0x3F8 to 0x3FF, IRQ 4
  rtc = 4,           ///< 0x70, 0x71, IRQ 8
  acpi_pm = 5,       ///< PM1a events 0x600, control 0x604, timer 0x608; SCI at IRQ 9
  reset = 6,         ///< 0x64, and 0xCF9 where there is no pci_host
  pci_host = 7,      ///< 0xCF8 to 0xCFF, no functions
  test = 8,          ///< 0xF4: the byte written ends the VM
  power_off = 9,     ///< 0x604 alone: a word with SLP_EN (bit 13) ends the VM; not with acpi_pm
  console = 10,      ///< 0xE8: a byte of text; 0xEA: whose text follows
  test_device = 11,  ///< 0x500 to 0x53F, a page at 0xFEB00000, IRQ 10: devices/test_device.hpp
};
inline constexpr unsigned platform_device_count = 12;

constexpr std::uint32_t device_bit(PlatformDevice device) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(device);
}
/// "pic", "pit", ...: as in configurations; "?" for a value outside the enumeration.
std::string_view name(PlatformDevice device) noexcept;

/// Trivially copyable. Accesses to devices that are not listed go to the device model, or are
/// unclaimed in a VM without one.
struct PlatformConfig {
  std::uint64_t ticks_hz{1'000'000'000};  ///< the guest's TSC; 1 to DeviceClock::ticks_hz_max
  std::int64_t rtc_epoch_seconds{};       ///< what the clock shows at Ticks 0, since 1970
  std::uint32_t devices{};                ///< device_bit() of each device in the hypervisor
  std::uint8_t profile{};                 ///< index into `profiles`
  DeviceModel device_model{DeviceModel::present};

  [[nodiscard]] constexpr bool has(PlatformDevice device) const noexcept {
    return (devices & device_bit(device)) != 0;
  }
  friend constexpr bool operator==(PlatformConfig const&, PlatformConfig const&) = default;
};
static_assert(std::is_trivially_copyable_v<PlatformConfig>);

/// What is wrong with a configuration, or with its bytes.
enum class PlatformConfigError : std::uint8_t {
  size,          ///< not platform_config_size bytes
  version,       ///< written by another version
  reserved,      ///< bytes that must be 0 are not
  ticks_hz,      ///< 0 or above DeviceClock::ticks_hz_max
  devices,       ///< a bit that is no device
  power_ports,   ///< acpi_pm and power_off both claim port 0x604
  profile,       ///< no such profile
  device_model,  ///< neither absent nor present
};
std::string_view name(PlatformConfigError error) noexcept;

inline constexpr std::size_t platform_config_size = 32;
using PlatformConfigBytes = std::array<std::uint8_t, platform_config_size>;

/// Errors: ticks_hz, devices, power_ports, profile, device_model.
Expected<Unit, PlatformConfigError> validate(PlatformConfig const& config) noexcept;
/// Little endian, the same in every build: Device.configuration of the device "platform".
PlatformConfigBytes encode(PlatformConfig const& config) noexcept;
/// A valid configuration, or what is wrong with it.
Expected<PlatformConfig, PlatformConfigError> decode_platform_config(
    std::span<std::uint8_t const> bytes) noexcept;
/// The profile that `config` names; it must be valid.
Profile const& profile_of(PlatformConfig const& config) noexcept;

}  // namespace acrn::core

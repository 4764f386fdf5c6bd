// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/platform_config.hpp"

#include "core/check.hpp"
#include "core/devices/clock.hpp"

namespace acrn::core {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::uint32_t all_devices = (std::uint32_t{1} << platform_device_count) - 1;

/// Where each field begins. Bytes that belong to none are 0.
namespace offset {
constexpr std::size_t version = 0;
constexpr std::size_t profile = 1;
constexpr std::size_t device_model = 2;
constexpr std::size_t devices = 4;
constexpr std::size_t ticks_hz = 8;
constexpr std::size_t rtc_epoch_seconds = 16;
constexpr std::size_t end = 24;
}  // namespace offset

void put(PlatformConfigBytes& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

std::uint64_t get(std::span<std::uint8_t const> bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{bytes[at + i]} << 8 * i;
  return value;
}

bool reserved_bytes_are_zero(std::span<std::uint8_t const> bytes) {
  if (bytes[offset::device_model + 1] != 0) return false;
  for (std::size_t i = offset::end; i < platform_config_size; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

}  // namespace

std::string_view name(PlatformDevice device) noexcept {
  switch (device) {
    case PlatformDevice::pic:
      return "pic";
    case PlatformDevice::pit:
      return "pit";
    case PlatformDevice::port61:
      return "port61";
    case PlatformDevice::uart0:
      return "uart0";
    case PlatformDevice::rtc:
      return "rtc";
    case PlatformDevice::acpi_pm:
      return "acpi_pm";
    case PlatformDevice::reset:
      return "reset";
    case PlatformDevice::pci_host:
      return "pci_host";
    case PlatformDevice::test:
      return "test";
    case PlatformDevice::power_off:
      return "power_off";
    case PlatformDevice::console:
      return "console";
    case PlatformDevice::test_device:
      return "test_device";
  }
  return "?";
}

std::string_view name(PlatformConfigError error) noexcept {
  switch (error) {
    case PlatformConfigError::size:
      return "wrong size";
    case PlatformConfigError::version:
      return "unknown version";
    case PlatformConfigError::reserved:
      return "reserved bytes are not 0";
    case PlatformConfigError::ticks_hz:
      return "tick frequency out of range";
    case PlatformConfigError::devices:
      return "unknown device";
    case PlatformConfigError::power_ports:
      return "acpi_pm and power_off both claim port 0x604";
    case PlatformConfigError::profile:
      return "unknown profile";
    case PlatformConfigError::device_model:
      return "device model neither absent nor present";
  }
  return "?";
}

Expected<Unit, PlatformConfigError> validate(PlatformConfig const& config) noexcept {
  if (config.ticks_hz == 0 || config.ticks_hz > DeviceClock::ticks_hz_max) {
    return Unexpected{PlatformConfigError::ticks_hz};
  }
  if ((config.devices & ~all_devices) != 0) return Unexpected{PlatformConfigError::devices};
  if (config.has(PlatformDevice::acpi_pm) && config.has(PlatformDevice::power_off)) {
    return Unexpected{PlatformConfigError::power_ports};
  }
  if (config.profile >= profiles.size()) return Unexpected{PlatformConfigError::profile};
  if (config.device_model != DeviceModel::absent && config.device_model != DeviceModel::present) {
    return Unexpected{PlatformConfigError::device_model};
  }
  return Unit{};
}

PlatformConfigBytes encode(PlatformConfig const& config) noexcept {
  PlatformConfigBytes bytes{};
  bytes[offset::version] = format_version;
  bytes[offset::profile] = config.profile;
  bytes[offset::device_model] = static_cast<std::uint8_t>(config.device_model);
  put(bytes, offset::devices, config.devices, 4);
  put(bytes, offset::ticks_hz, config.ticks_hz, 8);
  put(bytes, offset::rtc_epoch_seconds, static_cast<std::uint64_t>(config.rtc_epoch_seconds), 8);
  return bytes;
}

Expected<PlatformConfig, PlatformConfigError> decode_platform_config(
    std::span<std::uint8_t const> bytes) noexcept {
  if (bytes.size() != platform_config_size) return Unexpected{PlatformConfigError::size};
  if (bytes[offset::version] != format_version) return Unexpected{PlatformConfigError::version};
  if (!reserved_bytes_are_zero(bytes)) return Unexpected{PlatformConfigError::reserved};
  PlatformConfig const config{
      .ticks_hz = get(bytes, offset::ticks_hz, 8),
      .rtc_epoch_seconds = static_cast<std::int64_t>(get(bytes, offset::rtc_epoch_seconds, 8)),
      .devices = static_cast<std::uint32_t>(get(bytes, offset::devices, 4)),
      .profile = bytes[offset::profile],
      .device_model = static_cast<DeviceModel>(bytes[offset::device_model])};
  auto const valid = validate(config);
  if (!valid) return Unexpected{valid.error()};
  return config;
}

Profile const& profile_of(PlatformConfig const& config) noexcept {
  check(config.profile < profiles.size(), "profile_of() needs a valid configuration");
  return *profiles[config.profile];
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/handlers.hpp"

#include "core/devices/byte_ports.hpp"

namespace acrn::core {
namespace {

Platform& platform_of(void* context) noexcept { return *static_cast<Platform*>(context); }

}  // namespace

HandlerResult PlatformHandlers::pic(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.pic_, access, now, effects);
  platform.refresh_interrupt();  // a poll acknowledges: reads count too
  return result;
}

HandlerResult PlatformHandlers::pit(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.pit_, access, now, effects);
  if (platform.config_.has(PlatformDevice::pit)) {
    platform.set_deadline(Platform::Timed::pit, platform.pit_.next_deadline());
  }
  return result;
}

/// The line is infinitely fast: what is written is sent at once, and becomes output.
HandlerResult PlatformHandlers::uart(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.uart_, access, now, effects);
  if (access.direction == Direction::write) {
    while (auto const byte = platform.uart_.transmit(effects)) platform.put(*byte);
  }
  platform.set_deadline(Platform::Timed::uart, platform.uart_.next_deadline());
  return result;
}

HandlerResult PlatformHandlers::rtc(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.rtc_, access, now, effects);
  platform.set_deadline(Platform::Timed::rtc, platform.rtc_.next_deadline());
  return result;
}

HandlerResult PlatformHandlers::acpi_pm(void* context, Access& access, Ticks now,
                                        Effects& effects) {
  Platform& platform = platform_of(context);
  Device const device = acpi_pm_device(platform.acpi_pm_);
  HandlerResult const result = device.handler(device.context, access, now, effects);
  platform.set_deadline(Platform::Timed::acpi_pm, platform.acpi_pm_.next_deadline());
  return result;
}

HandlerResult PlatformHandlers::keyboard_reset(void* /*context*/, Access& access, Ticks now,
                                               Effects& effects) {
  KeyboardReset keyboard;
  return access_bytes(keyboard, access, now, effects);
}

HandlerResult PlatformHandlers::test(void* context, Access& access, Ticks /*now*/,
                                     Effects& /*effects*/) {
  if (access.direction == Direction::write) {
    platform_of(context).end({StopKind::test_exit, static_cast<std::uint8_t>(access.value)});
  }
  return HandlerResult::handled();
}

/// SLP_EN is in the register's high byte. Reads are 0: ACPI Specification 6.5, section 4.8.3.2.1,
/// "PM1 Control Registers", SLP_EN is write-only.
HandlerResult PlatformHandlers::power_off(void* context, Access& access, Ticks /*now*/,
                                          Effects& /*effects*/) {
  constexpr std::uint64_t sleep_enable = 1U << 13U;
  if (access.direction == Direction::read) {
    access.value = 0;
    return HandlerResult::handled();
  }
  std::uint64_t const word = access.value << 8 * (access.address & 1U);
  if ((word & sleep_enable) != 0) platform_of(context).end({StopKind::power_off});
  return HandlerResult::handled();
}

/// Reads say that the port is there: its own number.
HandlerResult PlatformHandlers::console(void* context, Access& access, Ticks /*now*/,
                                        Effects& /*effects*/) {
  if (access.direction == Direction::read) {
    access.value = access.address;
  } else {
    platform_of(context).put(static_cast<std::uint8_t>(access.value));
  }
  return HandlerResult::handled();
}

}  // namespace acrn::core

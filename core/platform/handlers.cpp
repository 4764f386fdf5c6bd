// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/handlers.hpp"

#include "core/devices/byte_ports.hpp"

namespace acrn::core {
namespace {

Platform& platform_of(void* context) noexcept { return *static_cast<Platform*>(context); }

template <BytePortDevice D>
void access_byte(D& device, Access& access, Ticks now, Effects& effects) noexcept {
  Port const port{static_cast<std::uint16_t>(access.address)};
  if (access.direction == Direction::read) {
    access.value = device.read(port, now, effects);
  } else {
    device.write(port, static_cast<std::uint8_t>(access.value), now, effects);
  }
}

}  // namespace

HandlerResult PlatformHandlers::pic(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.pic_, access, now, effects);
  platform.after_pic();
  return result;
}

HandlerResult PlatformHandlers::pit(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.pit_, access, now, effects);
  platform.after_pit();
  return result;
}

HandlerResult PlatformHandlers::uart(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.uart_, access, now, effects);
  platform.after_uart(access.direction, effects);
  return result;
}

HandlerResult PlatformHandlers::rtc(void* context, Access& access, Ticks now, Effects& effects) {
  Platform& platform = platform_of(context);
  HandlerResult const result = access_bytes(platform.rtc_, access, now, effects);
  platform.after_rtc();
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

HandlerResult PlatformHandlers::console_source(void* context, Access& access, Ticks /*now*/,
                                               Effects& /*effects*/) {
  if (access.direction == Direction::write) {
    platform_of(context).console_source_ = static_cast<std::uint8_t>(access.value);
  }
  return HandlerResult::handled();
}

/// A poll acknowledges, so reads count too.
void Platform::after_pic() noexcept { refresh_interrupt(); }

void Platform::after_pit() noexcept {
  if (config_.has(PlatformDevice::pit)) set_deadline(Timed::pit, pit_.next_deadline());
}

/// The line is infinitely fast: what is written is sent at once, and becomes output.
void Platform::after_uart(Direction direction, Effects& effects) noexcept {
  if (direction == Direction::write && uart_.state().to_transmit.count != 0) {
    while (auto const byte = uart_.transmit(effects)) put(*byte);
  }
  set_deadline(Timed::uart, uart_.next_deadline());
}

void Platform::after_rtc() noexcept { set_deadline(Timed::rtc, rtc_.next_deadline()); }

/// A read changes nothing but by the poll command.
void Platform::fast_pic(Access& access, Ticks now, Effects& effects) noexcept {
  auto const& [master, slave] = pic_.state().chips;
  bool const changes = access.direction == Direction::write || master.poll || slave.poll;
  access_byte(pic_, access, now, effects);
  if (changes) after_pic();
}

void Platform::fast_pit(Access& access, Ticks now, Effects& effects) noexcept {
  access_byte(pit_, access, now, effects);
  after_pit();
}

void Platform::fast_uart(Access& access, Ticks now, Effects& effects) noexcept {
  access_byte(uart_, access, now, effects);
  after_uart(access.direction, effects);
}

void Platform::fast_rtc(Access& access, Ticks now, Effects& effects) noexcept {
  access_byte(rtc_, access, now, effects);
  after_rtc();
}

void Platform::fast_access(Access& access, Ticks now, Effects& effects) noexcept {
  switch (static_cast<PlatformDevice>(fast_ports_[access.address] - 1)) {
    case PlatformDevice::uart0:
      return fast_uart(access, now, effects);
    case PlatformDevice::pic:
      return fast_pic(access, now, effects);
    case PlatformDevice::pit:
      return fast_pit(access, now, effects);
    case PlatformDevice::rtc:
      return fast_rtc(access, now, effects);
    case PlatformDevice::console:
      static_cast<void>(PlatformHandlers::console(this, access, now, effects));
      return;
    default:  // attach() marks no other
      return;
  }
}

}  // namespace acrn::core

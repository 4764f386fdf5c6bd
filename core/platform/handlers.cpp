// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/handlers.hpp"

#include "core/devices/byte_ports.hpp"

namespace acrn::core {
namespace {

Platform& platform_of(void* context) noexcept { return *static_cast<Platform*>(context); }

/// Reads of the console's port say that it is there: its own number.
constexpr std::uint8_t console_answer(Port port) noexcept {
  return static_cast<std::uint8_t>(port.value);
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

HandlerResult PlatformHandlers::console(void* context, Access& access, Ticks /*now*/,
                                        Effects& /*effects*/) {
  if (access.direction == Direction::read) {
    access.value = console_answer({static_cast<std::uint16_t>(access.address)});
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

std::uint8_t Platform::read_pic(Port port, Ticks now, Effects& effects) noexcept {
  return pic_.polls() ? poll_pic(port, now, effects) : pic_.peek(port);
}

std::uint8_t Platform::poll_pic(Port port, Ticks now, Effects& effects) noexcept {
  std::uint8_t const value = pic_.read(port, now, effects);
  after_pic();
  return value;
}

std::uint8_t Platform::read_pit(Port port, Ticks now, Effects& effects) noexcept {
  std::uint8_t const value = pit_.read(port, now, effects);
  after_pit();
  return value;
}

std::uint8_t Platform::read_uart(Port port, Ticks now, Effects& effects) noexcept {
  std::uint8_t const value = uart_.read(port, now, effects);
  after_uart(Direction::read, effects);
  return value;
}

std::uint8_t Platform::read_rtc(Port port, Ticks now, Effects& effects) noexcept {
  std::uint8_t const value = rtc_.read(port, now, effects);
  after_rtc();
  return value;
}

std::uint8_t Platform::fast_read(Port port, Ticks now, Effects& effects,
                                 FastDevice device) noexcept {
  switch (device) {
    case FastDevice::none:
      break;
    case FastDevice::pic:
      return read_pic(port, now, effects);
    case FastDevice::pit:
      return read_pit(port, now, effects);
    case FastDevice::uart0:
      return read_uart(port, now, effects);
    case FastDevice::rtc:
      return read_rtc(port, now, effects);
    case FastDevice::console:
      return console_answer(port);
  }
  return 0xff;
}

void Platform::fast_write(Port port, std::uint8_t value, Ticks now, Effects& effects,
                          FastDevice device) noexcept {
  switch (device) {
    case FastDevice::none:
      return;
    case FastDevice::pic:
      pic_.write(port, value, now, effects);
      return after_pic();
    case FastDevice::pit:
      pit_.write(port, value, now, effects);
      return after_pit();
    case FastDevice::uart0:
      uart_.write(port, value, now, effects);
      return after_uart(Direction::write, effects);
    case FastDevice::rtc:
      rtc_.write(port, value, now, effects);
      return after_rtc();
    case FastDevice::console:
      return put(value);
  }
}

}  // namespace acrn::core

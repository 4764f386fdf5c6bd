// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/platform.hpp"

#include "core/check.hpp"
#include "core/devices/byte_ports.hpp"
#include "core/platform/handlers.hpp"

namespace acrn::core {
namespace {

constexpr Port pm_event{0x600};
constexpr Port pm_control{0x604};
constexpr Port pm_timer{0x608};

AcpiPmConfig acpi_pm_config(PlatformConfig const& config) noexcept {
  return {.event = pm_event,
          .control = pm_control,
          .timer = pm_timer,
          .sleep_type_s3 = 1,
          .sleep_type_s5 = 0,
          .ticks_hz = config.ticks_hz};
}

/// Those that advance_devices() is for.
constexpr std::uint32_t timed_devices =
    device_bit(PlatformDevice::pit) | device_bit(PlatformDevice::port61) |
    device_bit(PlatformDevice::uart0) | device_bit(PlatformDevice::rtc) |
    device_bit(PlatformDevice::acpi_pm);

constexpr VcpuStop stop_of(PowerEvent event) noexcept {
  switch (event) {
    case PowerEvent::none:
      break;
    case PowerEvent::reset:
      return {StopKind::reset};
    case PowerEvent::shutdown:
      return {StopKind::power_off};
    case PowerEvent::suspend:
      return {StopKind::suspend};
  }
  return {};
}

}  // namespace

Platform::Platform(PlatformConfig const& config) noexcept
    : config_{config},
      pic_{{.width = profile_of(config).device_width}},
      pit_{{.ticks_hz = config.ticks_hz, .width = profile_of(config).device_width}},
      uart_{{.ticks_hz = config.ticks_hz, .width = profile_of(config).device_width}},
      rtc_{{.epoch_seconds = config.rtc_epoch_seconds,
            .ticks_hz = config.ticks_hz,
            .width = profile_of(config).device_width}},
      acpi_pm_{acpi_pm_config(config)},
      pci_host_{pci_host_config(profile_of(config), config.device_model)} {
  check(validate(config).has_value(), "Platform needs a valid configuration");
  state_.device_model = config.device_model;
  UartState terminal;
  terminal.inputs = 0xb0;  // CTS, DSR, DCD: somebody is there
  uart_.restore(terminal);
  keeps_time_ = (config.devices & timed_devices) != 0;
  refresh_deadlines();
  refresh_interrupt();
}

void Platform::add(Device device, Port first, std::uint16_t size) noexcept {
  auto const id = state_.devices.add(device);
  auto const range = PortRange::make(first, size);
  check(id.has_value() && range.has_value() && state_.ports.insert(*range, *id).has_value(),
        "Platform::attach() needs the maps as they were made");
}

void Platform::add_fast(FastDevice kind, Device device, Port first, std::uint16_t size) noexcept {
  add(device, first, size);
  for (unsigned port = first.value; port < unsigned{first.value} + size; ++port) {
    fast_ports_[port] = kind;
  }
}

void Platform::attach() noexcept {
  if (config_.has(PlatformDevice::pic)) {
    Device const pic{PlatformHandlers::pic, this};
    add_fast(FastDevice::pic, pic, Pic::master_first, 2);
    add_fast(FastDevice::pic, pic, Pic::slave_first, 2);
    add_fast(FastDevice::pic, pic, Pic::elcr_first, 2);
  }
  if (config_.has(PlatformDevice::uart0)) {
    add_fast(FastDevice::uart0, {PlatformHandlers::uart, this}, uart_.config().base, 8);
  }
  attach_clocks();
  attach_power();
  if (config_.has(PlatformDevice::test)) add({PlatformHandlers::test, this}, {0xf4}, 1);
  if (config_.has(PlatformDevice::console)) {
    add_fast(FastDevice::console, {PlatformHandlers::console, this}, {0xe8}, 1);
    add({PlatformHandlers::console_source, this}, {0xea}, 1);
  }
  if (config_.has(PlatformDevice::pci_host)) {
    add(pci_port_device(pci_host_), PciHost::address_port, 4);
    add(pci_port_device(pci_host_), PciHost::data_port, 4);
  }
  if (config_.has(PlatformDevice::test_device)) attach_test_device();
}

void Platform::attach_test_device() noexcept {
  add(core::test_device(test_device_), TestDevice::first_port, TestDevice::port_count);
  auto const id = state_.devices.add(core::test_device(test_device_));
  auto const page = MmioRange::make(TestDevice::mmio_base, TestDevice::mmio_size);
  check(id.has_value() && page.has_value() && state_.mmio.insert(*page, *id).has_value(),
        "Platform::attach() needs the maps as they were made");
}

void Platform::attach_clocks() noexcept {
  Device const pit{PlatformHandlers::pit, this};
  if (config_.has(PlatformDevice::pit)) add_fast(FastDevice::pit, pit, Pit::first, 4);
  if (config_.has(PlatformDevice::port61)) add_fast(FastDevice::pit, pit, Pit::control_61, 1);
  if (config_.has(PlatformDevice::rtc)) {
    add_fast(FastDevice::rtc, {PlatformHandlers::rtc, this}, Rtc::index_port, 2);
  }
}

void Platform::attach_power() noexcept {
  if (config_.has(PlatformDevice::acpi_pm)) {
    Device const pm{PlatformHandlers::acpi_pm, this};
    add(pm, pm_event, 4);
    add(pm, pm_control, 2);
    add(pm, pm_timer, 4);
  }
  if (config_.has(PlatformDevice::power_off)) {
    add({PlatformHandlers::power_off, this}, pm_control, 2);
  }
  if (!config_.has(PlatformDevice::reset)) return;
  add({PlatformHandlers::keyboard_reset, this}, KeyboardReset::port, 1);
  if (!config_.has(PlatformDevice::pci_host)) {
    add(byte_port_device(reset_), ResetControl::port, 1);
  }
}

void Platform::apply_changes(Effects const& effects) noexcept {
  if (config_.has(PlatformDevice::pic)) {
    for (IrqChange const& change : effects.irqs()) pic_.change(change);
    if (effects.irqs_overflowed()) [[unlikely]] {
      drive_all_lines();
    }
    refresh_interrupt();
  }
  if (effects.power() != PowerEvent::none) end(stop_of(effects.power()));
}

/// Changes were lost: the PIC gets the levels as they are. An edge that came and went is lost.
void Platform::drive_all_lines() noexcept {
  auto drive = [this](PlatformDevice device, std::uint16_t line, Level level) {
    if (!config_.has(device)) return;
    pic_.change({{line}, level == Level::high ? IrqAction::raise : IrqAction::lower});
  };
  drive(PlatformDevice::pit, 0, pit_.line());
  drive(PlatformDevice::uart0, uart_.config().irq.value, uart_.line());
  drive(PlatformDevice::rtc, RtcConfig{}.irq.value, rtc_.line());
  drive(PlatformDevice::acpi_pm, acpi_pm_.config().sci.value, acpi_pm_.line());
  drive(PlatformDevice::test_device, TestDevice::default_irq.value, test_device_.line());
}

void Platform::change_line(IrqChange change) noexcept {
  if (!config_.has(PlatformDevice::pic)) return;
  pic_.change(change);
  refresh_interrupt();
}

void Platform::receive(std::uint8_t byte, Ticks now) noexcept {
  if (!config_.has(PlatformDevice::uart0)) return;
  if (now >= deadline_) advance(now);  // what was due came first, however late anybody looks
  Effects effects;
  uart_.receive({.data = byte}, now, effects);
  set_deadline(Timed::uart, uart_.next_deadline());
  apply(effects);
}

std::uint8_t Platform::receive_room() const noexcept {
  return config_.has(PlatformDevice::uart0) ? uart_.room() : std::uint8_t{0};
}

void Platform::advance_devices(Ticks now) noexcept {
  Effects effects;
  if (config_.has(PlatformDevice::pit) || config_.has(PlatformDevice::port61)) {
    pit_.advance(now, effects);
  }
  if (config_.has(PlatformDevice::uart0)) uart_.advance(now, effects);
  if (config_.has(PlatformDevice::rtc)) rtc_.advance(now, effects);
  if (config_.has(PlatformDevice::acpi_pm)) acpi_pm_.advance(now, effects);
  refresh_deadlines();
  apply(effects);
}

std::uint8_t Platform::acknowledge() noexcept {
  std::uint8_t const vector = pic_.acknowledge();
  refresh_interrupt();
  return vector;
}

void Platform::change_deadline(Timed which, Ticks deadline) noexcept {
  deadlines_[static_cast<std::size_t>(which)] = deadline;
  deadline_ = earlier(earlier(deadlines_[0], deadlines_[1]), earlier(deadlines_[2], deadlines_[3]));
}

void Platform::refresh_deadlines() noexcept {
  bool const pit = config_.has(PlatformDevice::pit);
  set_deadline(Timed::pit, pit ? pit_.next_deadline() : ticks_never);
  bool const uart = config_.has(PlatformDevice::uart0);
  set_deadline(Timed::uart, uart ? uart_.next_deadline() : ticks_never);
  bool const rtc = config_.has(PlatformDevice::rtc);
  set_deadline(Timed::rtc, rtc ? rtc_.next_deadline() : ticks_never);
  bool const acpi_pm = config_.has(PlatformDevice::acpi_pm);
  set_deadline(Timed::acpi_pm, acpi_pm ? acpi_pm_.next_deadline() : ticks_never);
}

void Platform::refresh_interrupt() noexcept {
  interrupt_pending_ = config_.has(PlatformDevice::pic) && pic_.output() == Level::high;
}

void Platform::end(VcpuStop stop) noexcept {
  if (stop_.kind == StopKind::none) stop_ = stop;
}

void Platform::put(std::uint8_t byte) noexcept {
  if (output_count_ == output_.size()) return;
  output_[output_count_] = byte;
  ++output_count_;
}

PlatformSnapshot Platform::snapshot() const noexcept {
  return {.pic = pic_.state(),
          .pit = pit_.state(),
          .uart = uart_.state(),
          .rtc = rtc_.state(),
          .acpi_pm = acpi_pm_.state(),
          .reset = reset_.state(),
          .pci_host = pci_host_.state(),
          .test_device = test_device_.state(),
          .console_source = console_source_,
          .stop = stop_};
}

void Platform::restore(PlatformSnapshot const& snapshot) noexcept {
  pic_.restore(snapshot.pic);
  pit_.restore(snapshot.pit);
  uart_.restore(snapshot.uart);
  rtc_.restore(snapshot.rtc);
  acpi_pm_.restore(snapshot.acpi_pm);
  reset_.restore(snapshot.reset);
  pci_host_.restore(snapshot.pci_host);
  test_device_.restore(snapshot.test_device);
  console_source_ = snapshot.console_source;
  bool const known = snapshot.stop.kind <= StopKind::event_delivery;
  stop_ = known ? snapshot.stop : VcpuStop{};
  clear_output();
  refresh_deadlines();
  refresh_interrupt();
}

}  // namespace acrn::core

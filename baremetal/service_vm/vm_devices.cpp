// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/vm_devices.hpp"

#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::service_vm {
namespace {

constexpr core::UartConfig uart_config{};
constexpr RamDiskConfig disk_config{};
constexpr core::IrqLine rtc_line = core::RtcConfig{}.irq;

constexpr core::ClientRange ports(core::Port first, std::uint16_t count) noexcept {
  return {.space = core::Space::port,
          .first = first.value,
          .last = std::uint64_t{first.value} + count - 1};
}

constexpr core::IrqChange level_of(core::IrqLine line, core::Level level) noexcept {
  return {line, level == core::Level::high ? core::IrqAction::raise : core::IrqAction::lower};
}

}  // namespace

std::span<ServedRange const> served_ranges() noexcept {
  constexpr std::uint16_t uart_ports = 8;
  constexpr std::uint16_t rtc_ports = 2;
  constexpr core::Port test_ports = core::TestDevice::first_port;
  constexpr std::uint64_t test_page = core::TestDevice::mmio_base.value;
  // What is asked most comes last: the service module looks at the newest client first.
  static constexpr std::array ranges{
      ServedRange{Server::rtc, forwarded_rtc, ports(core::Rtc::index_port, rtc_ports)},
      ServedRange{Server::disk, forwarded_disk, ports(disk_config.base, RamDisk::port_count)},
      ServedRange{Server::test,
                  forwarded_test,
                  {.space = core::Space::mmio,
                   .first = test_page,
                   .last = test_page + core::TestDevice::mmio_size - 1}},
      ServedRange{Server::test, forwarded_test, ports(test_ports, core::TestDevice::port_count)},
      ServedRange{Server::uart, forwarded_uart, ports(uart_config.base, uart_ports)},
  };
  return ranges;
}

VmDevices::VmDevices(VmDevicesConfig const& config) noexcept
    : uart_{[&] {
        core::UartConfig uart = uart_config;
        uart.ticks_hz = config.ticks_hz;
        return uart;
      }()},
      rtc_{{.epoch_seconds = config.rtc_epoch_seconds,
            .ticks_hz = config.ticks_hz,
            .irq = rtc_line}},
      disk_{disk_config, config.disk} {}

void VmDevices::advance(core::Ticks now, core::Effects& effects) noexcept {
  uart_.advance(now, effects);
  rtc_.advance(now, effects);
}

std::array<core::IrqChange, 4> VmDevices::levels() const noexcept {
  return {level_of(uart_config.irq, uart_.line()), level_of(rtc_line, rtc_.line()),
          level_of(core::TestDevice::default_irq, test_.line()),
          level_of(disk_config.irq, disk_.line())};
}

}  // namespace acrn::service_vm

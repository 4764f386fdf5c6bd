// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/vm_devices.hpp"

#include "baremetal/service_vm/service_boot.hpp"
#include "core/devices/byte_ports.hpp"

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
  static constexpr std::array ranges{
      ServedRange{Server::uart, forwarded_uart, ports(uart_config.base, uart_ports)},
      ServedRange{Server::rtc, forwarded_rtc, ports(core::Rtc::index_port, rtc_ports)},
      ServedRange{Server::test, forwarded_test,
                  ports(core::TestDevice::first_port, core::TestDevice::port_count)},
      ServedRange{Server::test,
                  forwarded_test,
                  {.space = core::Space::mmio,
                   .first = core::TestDevice::mmio_base.value,
                   .last = core::TestDevice::mmio_base.value + core::TestDevice::mmio_size - 1}},
      ServedRange{Server::disk, forwarded_disk, ports(disk_config.base, RamDisk::port_count)},
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

void VmDevices::access(Server server, core::Access& access, core::Ticks now,
                       core::Effects& effects) noexcept {
  switch (server) {
    case Server::nobody:
      access.value = core::size_mask(access.size);  // of a write, the HSM drops it
      return;
    case Server::uart:
      core::access_bytes(uart_, access, now, effects);
      return;
    case Server::rtc:
      core::access_bytes(rtc_, access, now, effects);
      return;
    case Server::test:
      test_.access(access, effects);
      return;
    case Server::disk:
      disk_.access(access, effects);
      return;
  }
}

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

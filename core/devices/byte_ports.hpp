// SPDX-License-Identifier: BSD-3-Clause
// Handler for devices whose registers are bytes at I/O ports: cuts wider accesses as an ISA bus.
#pragma once

#include <concepts>
#include <cstdint>

#include "core/access.hpp"
#include "core/emulate/device.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// A device of byte-wide registers. It answers any port: one that it does not have reads as 0xFF.
template <class D>
concept BytePortDevice = requires(D& device, Port port, std::uint8_t byte, Ticks now,
                                  Effects& effects) {
  { device.read(port, now, effects) } -> std::same_as<std::uint8_t>;
  device.write(port, byte, now, effects);
  { device.width_rule() } -> std::same_as<DeviceWidthRule>;
};

/// Answers a port access of any size. Ports wrap at 0xFFFF, as the bus does.
template <BytePortDevice D>
HandlerResult access_bytes(D& device, Access& access, Ticks now, Effects& effects) noexcept {
  bool const each = device.width_rule() == DeviceWidthRule::each_byte;
  unsigned const count = each ? access.size : 1U;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    Port const port{static_cast<std::uint16_t>(access.address + i)};
    if (access.direction == Direction::read) {
      value |= std::uint64_t{device.read(port, now, effects)} << (8 * i);
    } else {
      device.write(port, static_cast<std::uint8_t>(access.value >> (8 * i)), now, effects);
    }
  }
  if (access.direction == Direction::read) {
    access.value = value;
  }
  return HandlerResult::handled();
}

/// The device as a VM's table takes it. `device` must outlive the VM.
template <BytePortDevice D>
constexpr Device byte_port_device(D& device) noexcept {
  return {.handler =
              [](void* context, Access& access, Ticks now, Effects& effects) {
                return access_bytes(*static_cast<D*>(context), access, now, effects);
              },
          .context = &device};
}

}  // namespace acrn::core

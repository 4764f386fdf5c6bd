// SPDX-License-Identifier: BSD-3-Clause
// Everything of one VM, except its request slots, that decides who answers an access.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "core/asyncio/async_io.hpp"
#include "core/bus/device_id.hpp"
#include "core/bus/mmio_map.hpp"
#include "core/bus/port_map.hpp"
#include "core/check.hpp"
#include "core/emulate/device.hpp"
#include "core/expected.hpp"

namespace acrn::core {

/// How many devices the hypervisor can emulate for one VM.
inline constexpr std::size_t device_count_max = 64;

/// Whether a device model answers what the hypervisor does not. ACRN: present for post-launched
/// VMs, absent for the service VM and pre-launched ones.
enum class DeviceModel : std::uint8_t { absent, present };

/// Why a device was refused.
enum class DeviceError : std::uint8_t {
  full,        ///< the table has no room
  no_handler,  ///< the handler is null
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(DeviceError error) noexcept {
  switch (error) {
    case DeviceError::full:
      return "full";
    case DeviceError::no_handler:
      return "no handler";
  }
  return "?";
}

/// The devices of one VM, numbered in the order of their registration.
class DeviceTable {
 public:
  /// Errors: full, no_handler.
  constexpr Expected<DeviceId, DeviceError> add(Device device) noexcept {
    if (device.handler == nullptr) {
      return Unexpected{DeviceError::no_handler};
    }
    if (count_ == device_count_max) {
      return Unexpected{DeviceError::full};
    }
    devices_[count_] = device;
    return DeviceId{count_++};
  }

  /// The device of that number, which add() returned.
  [[nodiscard]] constexpr Device const& operator[](DeviceId id) const noexcept {
    check(id.value < count_, "a map names a device that its VM's table does not hold");
    return devices_[id.value];
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }

 private:
  std::array<Device, device_count_max> devices_{};
  std::uint16_t count_{};
};

/// Touched only while holding the VM's turn. Its owners in the maps are numbers of `devices`.
struct VmState {
  PortMap<> ports;
  MmioMap<> mmio;
  DeviceTable devices;
  AsyncIo asyncio;
  DeviceModel device_model{DeviceModel::present};
};

static_assert(std::is_trivially_copyable_v<VmState>, "a VM's state can be forked and checkpointed");

}  // namespace acrn::core

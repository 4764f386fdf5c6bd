// SPDX-License-Identifier: BSD-3-Clause
// The devices of one User VM that live in the Service VM, and who answers which request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/service_vm/ram_disk.hpp"
#include "core/access.hpp"
#include "core/devices/byte_ports.hpp"
#include "core/devices/clock.hpp"
#include "core/devices/rtc.hpp"
#include "core/devices/test_device.hpp"
#include "core/devices/uart.hpp"
#include "core/emulate/effects.hpp"
#include "core/hsm/client_table.hpp"
#include "core/types.hpp"

namespace acrn::service_vm {

/// Who answers a request. `nobody` is the default client, who answers all ones.
enum class Server : std::uint8_t { nobody, uart, rtc, test, disk };

/// One range of addresses that a device wants.
struct ServedRange {
  Server server{};
  std::uint32_t device{};  ///< its forwarded_* bit
  core::ClientRange range{};
};

/// Every range that the Service VM can serve, whatever a VM forwards.
std::span<ServedRange const> served_ranges() noexcept;

struct VmDevicesConfig {
  std::uint64_t ticks_hz{};
  std::int64_t rtc_epoch_seconds{};
  std::span<std::uint8_t> disk;
};

class VmDevices {
 public:
  explicit VmDevices(VmDevicesConfig const& config) noexcept;

  /// Answers an access that lies in one of the server's ranges, or any if it is `nobody`. Asks
  /// `now()` only where the answer depends on the time.
  template <class Now>
  [[gnu::always_inline]] void access(Server server, core::Access& access, Now const& now,
                                     core::Effects& effects) noexcept {
    switch (server) {
      case Server::nobody:
        access.value = core::size_mask(access.size);  // of a write, the HSM drops it
        return;
      case Server::uart:
        core::access_bytes(uart_, access, now(), effects);
        return;
      case Server::rtc:
        core::access_bytes(rtc_, access, now(), effects);
        return;
      case Server::test:
        test_.access(access, effects);
        return;
      case Server::disk:
        disk_.access(access, effects);
        return;
    }
  }

  /// Whether an access to this server can change next_deadline().
  static constexpr bool keeps_time(Server server) noexcept {
    return server == Server::uart || server == Server::rtc;
  }

  /// The next byte that the guest sent on its UART, if any.
  std::optional<std::uint8_t> sent(core::Effects& effects) noexcept {
    return uart_.transmit(effects);
  }
  /// Whether the UART has room for one more byte, and the byte.
  [[nodiscard]] bool has_room() const noexcept { return uart_.room() != 0; }
  void receive(std::uint8_t byte, core::Ticks now, core::Effects& effects) noexcept {
    uart_.receive({.data = byte}, now, effects);
  }

  void advance(core::Ticks now, core::Effects& effects) noexcept;
  [[nodiscard]] core::Ticks next_deadline() const noexcept {
    return core::earlier(uart_.next_deadline(), rtc_.next_deadline());
  }

  /// The level of every interrupt line, for when effects had no room for a change.
  [[nodiscard]] std::array<core::IrqChange, 4> levels() const noexcept;

 private:
  core::Uart uart_;
  core::Rtc rtc_;
  core::TestDevice test_;
  RamDisk disk_;
};

}  // namespace acrn::service_vm

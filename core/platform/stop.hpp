// SPDX-License-Identifier: BSD-3-Clause
// Why a vCPU is not entered again.
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::core {

enum class StopKind : std::uint8_t {
  none,
  triple_fault,
  reset,             ///< asked for at a reset port
  power_off,         ///< asked for at a power management port
  suspend,           ///< ACPI S3
  test_exit,         ///< port 0xF4; `code` is the byte written
  unsupported_exit,  ///< `code` is the basic exit reason
  event_delivery,    ///< an event's delivery reached memory that is no RAM; `code`: its vector
};

/// The words for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(StopKind kind) noexcept {
  switch (kind) {
    case StopKind::none:
      return "none";
    case StopKind::triple_fault:
      return "triple fault";
    case StopKind::reset:
      return "reset";
    case StopKind::power_off:
      return "power off";
    case StopKind::suspend:
      return "suspend";
    case StopKind::test_exit:
      return "test exit";
    case StopKind::unsupported_exit:
      return "unsupported exit";
    case StopKind::event_delivery:
      return "event delivery";
  }
  return "?";
}

struct VcpuStop {
  StopKind kind{};
  std::uint16_t code{};
  friend constexpr bool operator==(VcpuStop const&, VcpuStop const&) = default;
};

}  // namespace acrn::core

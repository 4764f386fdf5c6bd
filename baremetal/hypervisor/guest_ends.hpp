// SPDX-License-Identifier: BSD-3-Clause
// How a guest's run ended, for the report and the verdict.
#pragma once

#include <cstdint>
#include <string_view>

namespace acrn::baremetal {

enum class GuestEnd : std::uint8_t {
  none,              ///< it runs, or waits, or was never started
  test_exit,         ///< wrote the test-exit port; the code tells how its test went
  power_off,         ///< wrote the power-off port
  reset,             ///< wrote a reset port
  triple_fault,      ///< a fault while delivering a double fault
  unsupported_exit,  ///< an exit that the core does not know
  event_delivery,    ///< an interrupt or exception could not be delivered: no RAM there
  entry_refused,     ///< the CPU refused to enter the guest
  stopped,           ///< by its Service VM, or because all others had ended
};

/// Whether the guest ended as a guest that is content does.
constexpr bool is_success(GuestEnd end, std::uint32_t code) noexcept {
  return end == GuestEnd::power_off || (end == GuestEnd::test_exit && code == 0);
}

/// The words for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(GuestEnd end) noexcept {
  switch (end) {
    case GuestEnd::none:
      return "running";
    case GuestEnd::test_exit:
      return "test-exit port";
    case GuestEnd::power_off:
      return "power-off port";
    case GuestEnd::reset:
      return "reset port";
    case GuestEnd::triple_fault:
      return "triple fault";
    case GuestEnd::unsupported_exit:
      return "unsupported exit";
    case GuestEnd::event_delivery:
      return "event delivery failed";
    case GuestEnd::entry_refused:
      return "VM entry refused";
    case GuestEnd::stopped:
      return "stopped";
  }
  return "?";
}

}  // namespace acrn::baremetal

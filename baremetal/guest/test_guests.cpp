// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/test_guests.hpp"

extern "C" {
extern std::uint8_t const hv_guest_real[];
extern std::uint8_t const hv_guest_protected[];
extern std::uint8_t const hv_guest_long[];
extern std::uint8_t const hv_guests_end[];
}

namespace acrn::baremetal {

std::span<std::uint8_t const> test_guest(GuestStart::Mode mode) noexcept {
  switch (mode) {
    case GuestStart::Mode::real:
      return {hv_guest_real, hv_guest_protected};
    case GuestStart::Mode::protected32:
      return {hv_guest_protected, hv_guest_long};
    case GuestStart::Mode::long64:
      break;
  }
  return {hv_guest_long, hv_guests_end};
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Stands in until the test guests are part of the image.
#include "baremetal/guest/test_guests.hpp"

namespace acrn::baremetal {

[[gnu::weak]] std::span<std::uint8_t const> test_guest(GuestStart::Mode /*mode*/) noexcept {
  return {};
}

}  // namespace acrn::baremetal

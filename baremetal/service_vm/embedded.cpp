// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_image.hpp"

extern "C" {
extern std::uint8_t const hv_service_image[];
extern std::uint8_t const hv_service_image_end[];
}

namespace acrn::service_vm {

std::span<std::uint8_t const> embedded_service_image() noexcept {
  return {hv_service_image, hv_service_image_end};
}

}  // namespace acrn::service_vm

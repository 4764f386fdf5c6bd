// SPDX-License-Identifier: BSD-3-Clause
// Whether the Service VM can work with a boot page.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::service_vm {

/// Why not, as a sentence that names the field and what it may hold; nothing for a sound page.
std::optional<std::string_view> fault_of(ServiceBoot const& boot) noexcept;

}  // namespace acrn::service_vm

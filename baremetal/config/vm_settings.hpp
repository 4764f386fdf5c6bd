// SPDX-License-Identifier: BSD-3-Clause
// The settings of one User VM.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/config/settings.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// What `vmN.` may be followed by.
std::span<std::string_view const> vm_setting_names() noexcept;

/// What the settings of VM `number` say, of which there is at least one. `service` says whether
/// devices can be forwarded.
core::Expected<VmConfiguration, ConfigError> read_vm(Settings const& settings, std::uint32_t number,
                                                     std::span<BootModule const> modules,
                                                     ServiceMode service) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// From the words of the command line and the lines of the module `config` to a Configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/config/text_line.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

/// One clear line: where ("command line" or "config:LINE"), which word, what is wrong, the remedy.
struct ConfigError {
  TextLine line;
};

/// What the settings are read from. README.md has the table of keys.
struct ConfigInput {
  std::string_view command_line;  ///< words `key=value` between blanks
  std::string_view module_text;   ///< one `key=value` a line; lines that begin with # are comments
  std::span<BootModule const> modules;  ///< that settings may name
};

/// All settings, those that are absent at their defaults. A setting may come twice when both say
/// the same; otherwise that is an error that names both.
core::Expected<Configuration, ConfigError> parse_configuration(ConfigInput const& input) noexcept;

/// What can only be known after start_cpus(): whether every vCPU's CPU exists.
std::optional<ConfigError> check_placement(Configuration const& configuration,
                                           std::uint32_t cpu_count) noexcept;

/// "pic", "pit" and so on, as `vmN.devices=` has them.
std::string_view name(DeviceName device) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// The words `key=value` of the command line and of the module `config`, before anybody looks at
// what they mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baremetal/config/parse.hpp"
#include "core/expected.hpp"

namespace acrn::baremetal {

struct Setting {
  std::string_view key;    ///< all of it: "vm1.memory"
  std::string_view value;  ///< behind the first "="
  std::string_view name;   ///< the key without its "vmN."
  std::uint32_t vm{};      ///< that N, from 1; 0: none
  std::uint32_t line{};    ///< of the module, from 1; 0: the command line
};

/// "configuration: command line: KEY=VALUE" or "configuration: config:LINE: KEY=VALUE".
TextLine place_of(Setting const& setting) noexcept;

/// The error that begins with the setting's place and goes on with ": " and `parts`.
template <class... Parts>
ConfigError complain(Setting const& setting, Parts const&... parts) noexcept {
  TextLine line = place_of(setting);
  line << ": ";
  (line << ... << parts);
  return {line};
}

/// All settings in the order in which they came; each key once.
class Settings {
 public:
  static constexpr std::size_t count_max = 96;

  static core::Expected<Settings, ConfigError> read(std::string_view command_line,
                                                    std::string_view module_text) noexcept;

  [[nodiscard]] std::span<Setting const> all() const noexcept {
    return std::span{settings_}.first(count_);
  }
  /// The setting of that name for that VM (0: of none), or nullptr.
  [[nodiscard]] Setting const* find(std::uint32_t vm, std::string_view name) const noexcept;

 private:
  using Result = core::Expected<core::Unit, ConfigError>;

  Result read_command_line(std::string_view text) noexcept;
  Result read_module(std::string_view text) noexcept;
  Result add(std::string_view word, std::uint32_t line) noexcept;

  std::array<Setting, count_max> settings_{};
  std::size_t count_{};
};

}  // namespace acrn::baremetal

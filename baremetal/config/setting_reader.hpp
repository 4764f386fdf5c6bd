// SPDX-License-Identifier: BSD-3-Clause
// From the text of one setting to its value. The first error sticks; what is read after it does not
// matter.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "baremetal/config/settings.hpp"

namespace acrn::baremetal {

/// A word that a setting may have, and what it means.
template <class Value>
struct Choice {
  std::string_view word;
  Value value;
};

/// Bounds of a number, both included.
struct Bounds {
  std::uint64_t min{};
  std::uint64_t max{};
};

/// The settings of one VM, or those of none.
class SettingReader {
 public:
  SettingReader(Settings const& settings, std::uint32_t vm) noexcept
      : settings_{settings}, vm_{vm} {}

  [[nodiscard]] Setting const* find(std::string_view name) const noexcept {
    return settings_.find(vm_, name);
  }
  /// Each reads the setting of that name into `result`, which stays as it is where there is none.
  void number(std::string_view name, Bounds bounds, std::uint64_t& result) noexcept;
  /// Whole pages.
  void size(std::string_view name, Bounds bounds, std::uint64_t& result) noexcept;
  void text(std::string_view name, std::string_view& result) noexcept;
  void devices(std::string_view name, DeviceSet& result) noexcept;
  template <class Value>
  void choice(std::string_view name, std::span<Choice<Value> const> choices,
              Value& result) noexcept {
    Setting const* const setting = find(name);
    if (setting == nullptr) return;
    for (Choice<Value> const& choice : choices) {
      if (choice.word == setting->value) {
        result = choice.value;
        return;
      }
    }
    ConfigError error = complain(*setting, "unknown word; known are ");
    list(error.line, choices);
    fail(error);
  }
  template <class Value>
  static void list(TextLine& line, std::span<Choice<Value> const> choices) noexcept {
    std::string_view separator;
    for (Choice<Value> const& choice : choices) {
      line << separator << choice.word;
      separator = ", ";
    }
  }

  void fail(ConfigError const& error) noexcept {
    if (!error_) error_ = error;
  }
  [[nodiscard]] std::optional<ConfigError> const& error() const noexcept { return error_; }

 private:
  Settings const& settings_;
  std::uint32_t vm_;
  std::optional<ConfigError> error_;
};

}  // namespace acrn::baremetal

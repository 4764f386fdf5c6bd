// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/settings.hpp"

#include <algorithm>

#include "baremetal/config/number.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::string_view blanks = " \t\r";
// Its value may hold blanks, and goes to the end of the line.
constexpr std::array<std::string_view, 2> rest_of_line{".cmdline=", ".input-after="};

std::string_view trim(std::string_view text) noexcept {
  std::size_t const first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Whether the word is one of those whose value holds blanks.
bool takes_rest(std::string_view word) noexcept {
  std::size_t const equals = word.find('=');
  if (equals == std::string_view::npos) return false;
  std::string_view const key = word.substr(0, equals + 1);
  return std::ranges::any_of(rest_of_line, [key](auto end) { return key.ends_with(end); });
}

bool is_text(char character) noexcept {
  return character == '\t' || (character >= ' ' && character <= '~');
}

/// Splits "vmN." off the key. A number that cannot be stays part of the name, which nobody knows.
void split_vm(Setting& setting) noexcept {
  setting.name = setting.key;
  std::size_t const dot = setting.key.find('.');
  if (!setting.key.starts_with("vm") || dot == std::string_view::npos) return;
  std::string_view const digits = setting.key.substr(2, dot - 2);
  std::optional<std::uint64_t> const number = parse_decimal(digits, 999);
  if (!number || *number == 0 || digits.starts_with('0')) return;
  setting.vm = static_cast<std::uint32_t>(*number);
  setting.name = setting.key.substr(dot + 1);
}

}  // namespace

TextLine place_of(Setting const& setting) noexcept {
  TextLine line;
  line << "configuration: ";
  if (setting.line == 0) {
    line << "command line: ";
  } else {
    line << "config:" << setting.line << ": ";
  }
  line << setting.key;
  if (setting.value.data() != nullptr) line << "=" << setting.value;
  return line;
}

Settings::Result Settings::add(std::string_view word, std::uint32_t line) noexcept {
  std::size_t const equals = word.find('=');
  Setting setting{.key = word.substr(0, equals), .value = {}, .name = {}, .vm = 0, .line = line};
  if (equals == std::string_view::npos || equals == 0) {
    setting.key = word;
    return core::Unexpected{complain(setting, "not a setting; write key=value")};
  }
  setting.value = trim(word.substr(equals + 1));
  split_vm(setting);
  if (Setting const* const before = find(setting.vm, setting.name)) {
    if (before->value == setting.value) return core::Unit{};
    ConfigError error = complain(setting, "contradicts ");
    error.line << place_of(*before).text().substr(std::string_view{"configuration: "}.size())
               << "; keep one of them";
    return core::Unexpected{error};
  }
  if (count_ == count_max) {
    return core::Unexpected{
        complain(setting, "one setting too many; at most ", std::uint64_t{count_max})};
  }
  settings_[count_++] = setting;
  return core::Unit{};
}

Settings::Result Settings::read_command_line(std::string_view text) noexcept {
  text = trim(text);
  while (!text.empty()) {
    std::size_t const end = takes_rest(text.substr(0, text.find_first_of(blanks)))
                                ? text.size()
                                : text.find_first_of(blanks);
    Result const added = add(text.substr(0, end), 0);
    if (!added) return added;
    text = trim(text.substr(std::min(end, text.size())));
  }
  return core::Unit{};
}

Settings::Result Settings::read_module(std::string_view text) noexcept {
  std::uint32_t number = 0;
  while (!text.empty()) {
    ++number;
    std::size_t const end = std::min(text.find('\n'), text.size());
    std::string_view const line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    Setting const whole{.key = line, .value = {}, .name = {}, .vm = 0, .line = number};
    if (!std::all_of(line.begin(), line.end(), is_text)) {
      ConfigError error;
      error.line << "configuration: config:" << number
                 << ": not text; the module config holds one key=value a line, in ASCII";
      return core::Unexpected{error};
    }
    if (!takes_rest(line) && line.find_first_of(blanks) != std::string_view::npos) {
      return core::Unexpected{complain(whole, "more than one word; write one key=value a line")};
    }
    Result const added = add(line, number);
    if (!added) return added;
  }
  return core::Unit{};
}

core::Expected<Settings, ConfigError> Settings::read(std::string_view command_line,
                                                     std::string_view module_text) noexcept {
  Settings settings;
  Result const words = settings.read_command_line(command_line);
  if (!words) return core::Unexpected{words.error()};
  Result const lines = settings.read_module(module_text);
  if (!lines) return core::Unexpected{lines.error()};
  return settings;
}

Setting const* Settings::find(std::uint32_t vm, std::string_view name) const noexcept {
  std::span<Setting const> const known = all();
  auto const found = std::find_if(known.begin(), known.end(), [vm, name](Setting const& setting) {
    return setting.vm == vm && setting.name == name;
  });
  return found == known.end() ? nullptr : &*found;
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/config/setting_reader.hpp"

#include <algorithm>
#include <array>

#include "baremetal/config/number.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t page_mask = 4095;

constexpr std::array<Choice<DeviceName>, device_name_count> device_choices{{
    {"pic", DeviceName::pic},
    {"pit", DeviceName::pit},
    {"port61", DeviceName::port61},
    {"uart", DeviceName::uart},
    {"rtc", DeviceName::rtc},
    {"acpi_pm", DeviceName::acpi_pm},
    {"reset", DeviceName::reset},
    {"pci", DeviceName::pci},
    {"test", DeviceName::test},
    {"exit", DeviceName::exit},
    {"disk", DeviceName::disk},
}};

/// With the largest suffix that divides it.
void put_size(TextLine& line, std::uint64_t bytes) noexcept {
  constexpr std::array<std::string_view, 4> suffixes{"", "K", "M", "G"};
  std::size_t suffix = 0;
  while (suffix + 1 < suffixes.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++suffix;
  }
  line << bytes << suffixes[suffix];
}

}  // namespace

void SettingReader::number(std::string_view name, Bounds bounds, std::uint64_t& result) noexcept {
  Setting const* const setting = find(name);
  if (setting == nullptr) return;
  std::optional<std::uint64_t> const number = parse_number(setting->value, bounds.max);
  if (!number || *number < bounds.min) {
    return fail(complain(*setting, "write a number from ", bounds.min, " to ", bounds.max,
                         ", decimal or with 0x"));
  }
  result = *number;
}

void SettingReader::size(std::string_view name, Bounds bounds, std::uint64_t& result) noexcept {
  Setting const* const setting = find(name);
  if (setting == nullptr) return;
  std::optional<std::uint64_t> const size = parse_size(setting->value, bounds.max);
  if (!size || *size < bounds.min || (*size & page_mask) != 0) {
    ConfigError error = complain(*setting, "write a size from ");
    put_size(error.line, bounds.min);
    error.line << " to ";
    put_size(error.line, bounds.max);
    error.line << " with K, M or G behind it, a multiple of 4K";
    return fail(error);
  }
  result = *size;
}

void SettingReader::text(std::string_view name, std::string_view& result) noexcept {
  if (Setting const* const setting = find(name)) result = setting->value;
}

void SettingReader::devices(std::string_view name, DeviceSet& result) noexcept {
  Setting const* const setting = find(name);
  if (setting == nullptr) return;
  result = {};
  std::string_view rest = setting->value;
  if (rest == "none") return;
  do {
    std::size_t const comma = std::min(rest.find(','), rest.size());
    std::string_view const word = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    auto const* const found =
        std::find_if(device_choices.begin(), device_choices.end(),
                     [word](Choice<DeviceName> const& choice) { return choice.word == word; });
    if (found == device_choices.end()) {
      ConfigError error = complain(*setting, "unknown device \"", word, "\"; known are ");
      list(error.line, std::span<Choice<DeviceName> const>{device_choices});
      error.line << ", with commas between them, or none";
      return fail(error);
    }
    result.add(found->value);
  } while (!rest.empty());
}

std::string_view name(DeviceName device) noexcept {
  return device_choices[static_cast<std::size_t>(device)].word;
}

}  // namespace acrn::baremetal

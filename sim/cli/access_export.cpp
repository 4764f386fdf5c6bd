// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/access_export.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

constexpr std::uint64_t test_exit_port = 0xf4;
constexpr std::uint64_t pm_control_port = 0x604;
constexpr std::uint64_t reset_control_port = 0xcf9;
constexpr std::uint64_t keyboard_command_port = 0x64;
// "Pulse output lines", the reset line among them (core/devices/reset_ports.hpp).
constexpr std::uint64_t pulse_mask = 0xf1;
constexpr std::uint64_t pulse_reset = 0xf0;

bool covers(core::Access const& access, std::uint64_t port) {
  return access.address <= port && port - access.address < access.size;
}

/// Whether the write ends the guest: the test-exit port, power management's control, resets. A
/// double word at 0xCF8 is PCI's address, not a reset.
bool ends_guest(core::Access const& access, bool value_known) {
  if (access.space != core::Space::port || access.direction != core::Direction::write) return false;
  if (access.address == keyboard_command_port) {
    return !value_known || (access.value & pulse_mask) == pulse_reset;
  }
  return covers(access, test_exit_port) || covers(access, pm_control_port) ||
         covers(access, pm_control_port + 1) || access.address == reset_control_port;
}

bool reaches_beyond(core::Access const& access) {
  std::uint64_t const end = access.space == core::Space::port ? 0x1'0000 : 0x1'0000'0000;
  return access.address > end - access.size;
}

}  // namespace

std::uint64_t* AccessExport::refusal(core::Access const& access, bool value_known) {
  if (access.space != core::Space::port && access.space != core::Space::mmio) {
    return &left_out_.pci_config;
  }
  if (!core::is_access_size(access.space, access.size)) return &left_out_.size;
  if (reaches_beyond(access)) return &left_out_.address;
  if (ends_guest(access, value_known)) return &left_out_.ends_guest;
  if (access.direction == core::Direction::write && !value_known) return &left_out_.unknown_value;
  return nullptr;
}

void AccessExport::add(traces::AccessRow const& row) {
  for (std::uint32_t element = 0; element < row.count; ++element) {
    bool const value_known = row.value_known && element == 0;
    if (std::uint64_t* const counter = refusal(row.access, value_known)) {
      ++*counter;
      continue;
    }
    rows_.push_back({.address = row.access.address,
                     .value = value_known ? core::truncate(row.access.value, row.access.size) : 0,
                     .space = static_cast<std::uint8_t>(row.access.space),
                     .direction = static_cast<std::uint8_t>(row.access.direction),
                     .size = row.access.size,
                     .value_known = static_cast<std::uint8_t>(value_known)});
  }
}

std::string left_out_text(LeftOut const& left_out) {
  struct Part {
    std::uint64_t count;
    std::string_view what;
  };
  std::array const reasons{Part{left_out.pci_config, "not of ports or MMIO"},
                           Part{left_out.address, "above 4 GiB"},
                           Part{left_out.size, "of a size that no instruction has"},
                           Part{left_out.ends_guest, "that would end the guest"},
                           Part{left_out.unknown_value, "writes of unknown value"}};
  std::string parts;
  for (auto const& [count, what] : reasons) {
    if (count == 0) continue;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", grouped(count), what);
  }
  return fmt::format("{} ({})", grouped(left_out.total()), parts);
}

}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
// Lines of QEMU's trace log, with the memory_region_ops events taken apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/types.hpp"
#include "traces/importers/kvm_line.hpp"

namespace acrn::traces {

/// One `memory_region_ops_read` or `_write`.
struct QemuAccess {
  core::Direction direction{};
  std::int64_t cpu{};      ///< -1: not a vCPU, but a device or the main loop
  std::uint64_t region{};  ///< the region's pointer, different in each run
  std::uint64_t address{};
  std::uint64_t value{};  ///< may be wider than the access
  std::uint64_t size{};
  std::string_view name;  ///< of the region; empty in logs of older versions
};

struct QemuLine {
  std::optional<TextStamp> time;
  std::string_view event;
  std::optional<QemuAccess> access;  ///< of memory_region_ops_read and _write
  char const* refused{};             ///< why the access cannot be read; nullptr: no such reason
};

/// Takes a line apart: `[pid@seconds.microseconds:]event arguments`. Nothing where the line is no
/// trace event: an event's name is in lower case and holds an underscore.
std::optional<QemuLine> parse_qemu_line(std::string_view text) noexcept;

}  // namespace acrn::traces

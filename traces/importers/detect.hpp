// SPDX-License-Identifier: BSD-3-Clause
// Finds out, from its beginning, what wrote a trace and what it holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/importers/kvm_machine.hpp"
#include "traces/importers/qemu_importer.hpp"

namespace acrn::traces {

/// What the beginning of a source told.
struct Survey {
  std::uint64_t kvm_lines{};       ///< events whose name begins with "kvm"
  std::uint64_t qemu_lines{};      ///< memory_region_ops events
  std::string dialect;             ///< one of dialect_names(); empty: none of them
  std::uint8_t fraction_digits{};  ///< of KVM's time stamps: 0, 6 or 9
  KvmOutline outline;
  QemuClock qemu_clock{};
};

/// Looks at every line of `beginning`; the last may be cut.
Survey survey(std::string_view beginning);

}  // namespace acrn::traces

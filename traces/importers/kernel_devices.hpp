// SPDX-License-Identifier: BSD-3-Clause
// Which ports and addresses KVM itself can answer, when no user-space exit was seen.
#pragma once

#include <array>
#include <cstdint>

#include "core/access.hpp"

namespace acrn::traces {

/// Whether KVM on x86 has a device model of its own at this place: PIC, PIT, speaker port, local
/// APIC, I/O APIC. Everything else that it completes alone is a ring it only writes to (coalesced
/// ranges, ioeventfd). Source: Linux arch/x86/kvm/{i8259,i8254,lapic,ioapic}.c.
constexpr bool is_kernel_device(core::Space space, std::uint64_t address) noexcept {
  struct Range {
    core::Space space;
    std::uint64_t first, last;
  };
  constexpr std::array ranges{
      Range{core::Space::port, 0x20, 0x21},
      Range{core::Space::port, 0x40, 0x43},
      Range{core::Space::port, 0x61, 0x61},
      Range{core::Space::port, 0xA0, 0xA1},
      Range{core::Space::port, 0x4D0, 0x4D1},
      Range{core::Space::mmio, 0xFEC0'0000, 0xFEC0'00FF},
      Range{core::Space::mmio, 0xFEE0'0000, 0xFEE0'0FFF},
  };
  for (Range const& range : ranges) {
    if (range.space == space && address >= range.first && address <= range.last) return true;
  }
  return false;
}

}  // namespace acrn::traces

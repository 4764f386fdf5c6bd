// SPDX-License-Identifier: BSD-3-Clause
// The strong types every other file of core speaks in: addresses, identifiers, time, directions.
#pragma once

#include <compare>
#include <cstdint>

namespace acrn::core {

/// An integer with a meaning. No conversions; comparison only. `Tag` makes each use its own type.
template <class Tag, class Rep>
struct Strong {
  Rep value{};
  // clang-tidy 14 takes the 0 of a defaulted comparison for a null pointer.
  friend constexpr auto operator<=>(Strong, Strong) = default;  // NOLINT(*null*)
};

/// An x86 I/O port number, 0 to 0xFFFF.
using Port = Strong<struct PortTag, std::uint16_t>;
/// A guest-physical address in bytes.
using Gpa = Strong<struct GpaTag, std::uint64_t>;
/// Index of a virtual CPU within its VM, counted from 0. It is also the index of its request slot.
using VcpuId = Strong<struct VcpuIdTag, std::uint16_t>;
/// Identifier of a VM, as the hypervisor numbers it.
using VmId = Strong<struct VmIdTag, std::uint16_t>;
/// A point in time, in the ticks of the host's clock. Core never reads a clock; it is told.
using Ticks = Strong<struct TicksTag, std::uint64_t>;

/// Which address space an access goes to. Values are ACRN_IOREQ_TYPE_* of <linux/acrn.h>;
/// `write_protect` (3) is sent by the hypervisor but unknown to the upstream Linux header.
enum class Space : std::uint8_t { port = 0, mmio = 1, pci_config = 2, write_protect = 3 };

/// Direction as seen by the guest. Values are ACRN_IOREQ_DIR_* of <linux/acrn.h>. Mind the
/// inversion: bit 3 of an I/O-instruction exit qualification is 1 for IN, which is a read.
enum class Direction : std::uint8_t { read = 0, write = 1 };

/// Permission to touch the shared state of one VM (maps, devices, CF8), granted by the host to one
/// vCPU at a time. `ticket` numbers the grants (`vm_seq` in captures) so that replay can follow.
struct Turn {
  std::uint64_t ticket{};
};

}  // namespace acrn::core

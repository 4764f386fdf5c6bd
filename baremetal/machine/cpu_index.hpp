// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's own numbering of the CPUs it runs on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/types.hpp"

namespace acrn::baremetal {

/// A physical CPU. 0 is the one that firmware started; the others follow in ascending order of
/// their APIC identifiers.
using CpuIndex = core::Strong<struct CpuIndexTag, std::uint32_t>;

/// As many CPUs as the image runs on; further ones stay parked.
inline constexpr std::size_t cpu_count_max = 64;

}  // namespace acrn::baremetal

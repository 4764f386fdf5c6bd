// SPDX-License-Identifier: BSD-3-Clause
// What CPUID tells a guest: one synthetic CPU, whatever the host's, with those of its features that
// the host's CPU has.
#pragma once

#include <cstdint>

#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::core {

/// One execution of CPUID.
struct CpuidQuery {
  std::uint32_t leaf{};      ///< EAX
  std::uint32_t subleaf{};   ///< ECX
  std::uint64_t ticks_hz{};  ///< of the guest's TSC
};

/// Whether the answer depends on the host's CPU; all others are the same on every host.
bool asks_host(std::uint32_t leaf, std::uint32_t subleaf) noexcept;

/// The guest's answer. `host` is what the host's CPUID returns for the same leaf and subleaf, and
/// is ignored unless asks_host(). Leaves that are not offered are 0.
CpuidLeaf guest_cpuid(CpuidQuery const& query, CpuidLeaf const& host) noexcept;

}  // namespace acrn::core

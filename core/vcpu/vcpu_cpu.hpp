// SPDX-License-Identifier: BSD-3-Clause
// What a whole vCPU may be asked, beyond what I/O emulation asks: the host's CPUID, and whether the
// guest can take an interrupt.
#pragma once

#include <concepts>
#include <cstdint>

#include "core/exit.hpp"

namespace acrn::core {

/// What CPUID returns.
struct CpuidLeaf {
  std::uint32_t eax{};
  std::uint32_t ebx{};
  std::uint32_t ecx{};
  std::uint32_t edx{};
  friend constexpr bool operator==(CpuidLeaf const&, CpuidLeaf const&) = default;
};

/// What decides whether an interrupt can be delivered, as it is once the commit was applied.
struct EntryState {
  std::uint64_t rflags{};            ///< 0x6820
  std::uint32_t interruptibility{};  ///< 0x4824: bit 0 blocking by STI, bit 1 by MOV SS
  friend constexpr bool operator==(EntryState const&, EntryState const&) = default;
};

/// A CpuView whose control() is the guest's view (CR0 and CR4 with the read shadows in place of the
/// masked bits), and which also answers CPUID as the host's CPU does.
template <class T>
concept VcpuCpu = CpuView<T> && requires(T& cpu, std::uint32_t leaf, std::uint32_t subleaf) {
  { cpu.cpuid(leaf, subleaf) } -> std::same_as<CpuidLeaf>;
  { cpu.entry_state() } -> std::same_as<EntryState>;
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The guest-state area of a VMCS as a plain struct, and what of the VMCS and the CPU it is judged
// by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "baremetal/vmx/guest_start.hpp"
#include "core/exit.hpp"

namespace acrn::baremetal {

/// Segment registers in the order of their VMCS fields; the first six are core's Segment.
enum class VmcsSegment : std::uint8_t { es, cs, ss, ds, fs, gs, ldtr, tr };
inline constexpr std::size_t vmcs_segment_count = 8;

struct GuestSegment {
  std::uint16_t selector{};
  core::SegmentState state{};
};

struct DescriptorTable {
  std::uint64_t base{};
  std::uint32_t limit{};
};

/// Values of the activity-state field. Source: Intel SDM vol. 3C (Sep 2023), section 25.4.2.
enum class Activity : std::uint32_t { active = 0, hlt = 1, shutdown = 2, wait_for_sipi = 3 };

/// Bits of the interruptibility-state field. Source: as above, table 25-3.
namespace interruptibility {
inline constexpr std::uint32_t by_sti = 1U << 0U;
inline constexpr std::uint32_t by_mov_ss = 1U << 1U;
inline constexpr std::uint32_t by_smi = 1U << 2U;
inline constexpr std::uint32_t by_nmi = 1U << 3U;
}  // namespace interruptibility

/// What "Checking and Loading Guest State" looks at.
struct GuestState {
  std::uint64_t cr0{};
  std::uint64_t cr3{};
  std::uint64_t cr4{};
  std::uint64_t dr7{};
  std::uint64_t debugctl{};
  std::uint64_t efer{};
  std::uint64_t pat{};
  std::uint64_t sysenter_esp{};
  std::uint64_t sysenter_eip{};
  std::array<GuestSegment, vmcs_segment_count> segments{};
  DescriptorTable gdtr{};
  DescriptorTable idtr{};
  std::uint64_t rip{};
  std::uint64_t rsp{};
  std::uint64_t rflags{};
  std::uint32_t activity{};
  std::uint32_t interruptibility{};
  std::uint64_t pending_debug{};
  std::uint64_t link_pointer{};
  std::array<std::uint64_t, 4> pdptes{};

  // Controls of the same VMCS that decide which rules hold.
  std::uint32_t pin_controls{};
  std::uint32_t entry_controls{};
  std::uint32_t interruption_information{};  ///< of the VM entry

  [[nodiscard]] constexpr GuestSegment const& segment(VmcsSegment which) const noexcept {
    return segments[static_cast<std::size_t>(which)];
  }
  [[nodiscard]] constexpr GuestSegment& segment(VmcsSegment which) noexcept {
    return segments[static_cast<std::size_t>(which)];
  }
};

/// What the CPU adds to the rules.
struct GuestStateLimits {
  std::uint64_t cr0_fixed0{};
  std::uint64_t cr0_fixed1{};
  std::uint64_t cr4_fixed0{};
  std::uint64_t cr4_fixed1{};
  std::uint64_t miscellaneous{};  ///< IA32_VMX_MISC: bits 8:6 are the activity states it has
  std::uint8_t physical_bits{};
};

/// The guest state that a start asks for, on a CPU with those limits. CR0 and CR4 are the real
/// ones; entry_controls holds "IA-32e mode guest" alone.
GuestState start_state(GuestStart const& start, GuestStateLimits const& limits) noexcept;

}  // namespace acrn::baremetal

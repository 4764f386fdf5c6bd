// SPDX-License-Identifier: BSD-3-Clause
// The model-specific registers of the synthetic CPU that exit: a table; all others are #GP(0).
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/types.hpp"

namespace acrn::core {

/// Source: Intel SDM vol. 4 (Sep 2023), table 2-2 "IA-32 Architectural MSRs".
namespace msr {
inline constexpr std::uint32_t time_stamp_counter = 0x10;
inline constexpr std::uint32_t platform_id = 0x17;
inline constexpr std::uint32_t bios_sign_id = 0x8b;
inline constexpr std::uint32_t misc_enable = 0x1a0;
inline constexpr std::uint32_t debugctl = 0x1d9;
inline constexpr std::uint32_t efer = 0xc000'0080;
}  // namespace msr

/// The registers that one vCPU has here. Not IA32_EFER, which is a control register, nor those that
/// the host lets the guest reach directly (PAT, SYSENTER, STAR to FMASK, FS and GS bases, TSC_AUX).
class MsrFile {
 public:
  /// The value, or nothing: #GP(0). IA32_TIME_STAMP_COUNTER is `now`.
  [[nodiscard]] std::optional<std::uint64_t> read(std::uint32_t index, Ticks now) const noexcept;
  /// False: #GP(0). Writes of the time stamp counter are dropped: guest time is nobody's to set.
  [[nodiscard]] bool write(std::uint32_t index, std::uint64_t value) noexcept;

 private:
  bool fast_strings_{true};  ///< IA32_MISC_ENABLE bit 0, the only one that can be written
};
static_assert(std::is_trivially_copyable_v<MsrFile>);

}  // namespace acrn::core

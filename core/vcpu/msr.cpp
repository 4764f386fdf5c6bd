// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/msr.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t misc_fast_strings = 1U << 0U;
/// Neither branch trace storage (bit 11) nor precise events (12) are there.
constexpr std::uint64_t misc_fixed = 1U << 11U | 1U << 12U;

}  // namespace

std::optional<std::uint64_t> MsrFile::read(std::uint32_t index, Ticks now) const noexcept {
  switch (index) {
    case msr::time_stamp_counter:
      return now.value;
    case msr::platform_id:
    case msr::bios_sign_id:  // no microcode update was loaded
    case msr::debugctl:
      return 0;
    case msr::misc_enable:
      return misc_fixed | (fast_strings_ ? misc_fast_strings : 0);
    default:
      return std::nullopt;
  }
}

bool MsrFile::write(std::uint32_t index, std::uint64_t value) noexcept {
  switch (index) {
    case msr::time_stamp_counter:
      return true;
    case msr::bios_sign_id:  // the 0 that asks CPUID to report the update
    case msr::debugctl:      // no branch records, no BTF
      return value == 0;
    case msr::misc_enable:
      fast_strings_ = (value & misc_fast_strings) != 0;
      return true;
    default:
      return false;
  }
}

}  // namespace acrn::core

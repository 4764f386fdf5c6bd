// SPDX-License-Identifier: BSD-3-Clause
// The names KVM prints for exit reasons, on Intel and on AMD, as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace acrn::traces {

/// Whose virtualization extension took the exits.
enum class Vendor : std::uint8_t { unknown, vmx, svm };

/// "vmx", "svm", or "" for unknown; what CaptureInfo::cpu begins with.
std::string_view vendor_name(Vendor vendor) noexcept;

/// Which vendor's KVM prints this reason; unknown where both do, or none.
/// Kernels before 2.6.39 printed VMX reasons in lower case, so that case alone does not tell.
Vendor vendor_of_reason(std::string_view name) noexcept;

/// The number of a reason: SDM table C-1 "Basic Exit Reasons" for VMX, APM vol. 2 appendix C
/// "SVM Intercept Exit Codes" for SVM. Letter case does not matter; the trace-cmd plugin's
/// "EXIT_IOIO" and the kernel's "io" are the same. With Vendor::unknown a name that both vendors
/// have is taken as VMX. Also understood: "0x41", "65", "UNKNOWN (65)", "[65]".
/// Nothing for a name that neither table has.
std::optional<std::uint32_t> exit_reason_number(std::string_view name, Vendor vendor) noexcept;

/// The reasons that the importer looks into.
inline constexpr std::uint32_t vmx_io_instruction = 30;
inline constexpr std::uint32_t svm_ioio = 0x7B;

}  // namespace acrn::traces

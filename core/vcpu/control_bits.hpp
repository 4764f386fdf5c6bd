// SPDX-License-Identifier: BSD-3-Clause
// The bits of control registers that a guest may change, beside those of paging/control_bits.hpp.
#pragma once

#include <cstdint>

#include "core/paging/control_bits.hpp"

namespace acrn::core {

/// Source: Intel SDM vol. 3A (Sep 2023), section 2.5 "Control Registers".
namespace cr0 {
inline constexpr std::uint64_t monitor_coprocessor = 1U << 1U;
inline constexpr std::uint64_t emulation = 1U << 2U;
inline constexpr std::uint64_t task_switched = 1U << 3U;
inline constexpr std::uint64_t extension_type = 1U << 4U;  ///< always 1
inline constexpr std::uint64_t numeric_error = 1U << 5U;
inline constexpr std::uint64_t alignment_mask = 1U << 18U;
inline constexpr std::uint64_t not_write_through = 1U << 29U;
inline constexpr std::uint64_t cache_disable = 1U << 30U;
/// What is not reserved; reserved bits of the low half read as 0 and ignore writes.
inline constexpr std::uint64_t defined =
    protection_enable | monitor_coprocessor | emulation | task_switched | extension_type |
    numeric_error | write_protect | alignment_mask | not_write_through | cache_disable | paging;
/// The guest/host mask: the bits whose change has to exit, since VMX needs them as they are.
inline constexpr std::uint64_t host_owned = numeric_error;
}  // namespace cr0

/// Source: as cr0.
namespace cr4 {
inline constexpr std::uint64_t page_global = 1U << 7U;
inline constexpr std::uint64_t vmx_enable = 1U << 13U;
inline constexpr std::uint64_t os_xsave = 1U << 18U;
inline constexpr std::uint64_t debugging_extensions = 1U << 3U;
/// What the synthetic CPU of cpuid.hpp has: VME, PVI, TSD, DE, PSE, PAE, PGE, PCE, OSFXSR,
/// OSXMMEXCPT, FSGSBASE, SMEP, SMAP. A write that sets anything else is #GP(0).
inline constexpr std::uint64_t guest_owned = 0x0031'07bf;
/// The guest/host mask: all the rest, VMXE among it.
inline constexpr std::uint64_t host_owned = ~guest_owned;
static_assert((guest_owned & (vmx_enable | os_xsave | linear_57_bits)) == 0);
static_assert((guest_owned & (smep | smap | page_global)) == (smep | smap | page_global));
}  // namespace cr4

/// Source: Intel SDM vol. 4 (Sep 2023), table 2-2, IA32_EFER.
namespace efer {
inline constexpr std::uint64_t system_call_enable = 1U << 0U;
inline constexpr std::uint64_t long_mode_enable = 1U << 8U;
inline constexpr std::uint64_t defined =
    system_call_enable | long_mode_enable | long_mode_active | execute_disable_enable;
}  // namespace efer

}  // namespace acrn::core

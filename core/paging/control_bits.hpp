// SPDX-License-Identifier: BSD-3-Clause
// The bits of CR0, CR4 and IA32_EFER that decide how an address is translated.
#pragma once

#include <cstdint>

namespace acrn::core {

/// Source: Intel SDM vol. 3A (Sep 2023), section 2.5 "Control Registers".
namespace cr0 {
inline constexpr std::uint64_t protection_enable = 1U << 0U;
inline constexpr std::uint64_t write_protect = 1U << 16U;
inline constexpr std::uint64_t paging = 1U << 31U;
}  // namespace cr0

/// Source: as cr0.
namespace cr4 {
inline constexpr std::uint64_t page_size_extensions = 1U << 4U;
inline constexpr std::uint64_t physical_address_extension = 1U << 5U;
inline constexpr std::uint64_t linear_57_bits = 1U << 12U;
inline constexpr std::uint64_t smep = 1U << 20U;
inline constexpr std::uint64_t smap = 1U << 21U;
}  // namespace cr4

/// Source: Intel SDM vol. 3A (Sep 2023), section 2.2.1 "Extended Feature Enable Register".
namespace efer {
inline constexpr std::uint64_t long_mode_active = 1U << 10U;
inline constexpr std::uint64_t execute_disable_enable = 1U << 11U;
}  // namespace efer

}  // namespace acrn::core

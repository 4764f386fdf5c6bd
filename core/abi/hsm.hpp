// SPDX-License-Identifier: BSD-3-Clause
// Arguments of the service module's ioctls that set up events. Source: <linux/acrn.h>.
#pragma once

#include <cstdint>

#include "core/abi/hypercall.hpp"

namespace acrn::core::abi {

inline constexpr std::uint32_t ioeventfd_flag_pio = 1;
inline constexpr std::uint32_t ioeventfd_flag_data_match = 2;
inline constexpr std::uint32_t ioeventfd_flag_deassign = 4;
/// In ACRN's downstream kernel alone: by an asynchronous descriptor of the hypervisor.
inline constexpr std::uint32_t ioeventfd_flag_asyncio = 8;

/// struct acrn_ioeventfd.
struct IoEventFd {
  std::uint32_t fd{};
  std::uint32_t flags{};
  std::uint64_t address{};
  std::uint32_t length{};
  std::uint32_t reserved{};  ///< 0
  std::uint64_t data{};
};

inline constexpr std::uint32_t irqfd_flag_deassign = 1;

/// struct acrn_irqfd.
struct IrqFd {
  std::int32_t fd{};
  std::uint32_t flags{};
  MsiEntry msi{};
};

static_assert(sizeof(IoEventFd) == 32 && sizeof(IrqFd) == 24);

}  // namespace acrn::core::abi

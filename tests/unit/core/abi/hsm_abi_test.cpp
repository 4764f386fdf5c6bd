// SPDX-License-Identifier: BSD-3-Clause
// core/abi/hsm.hpp against <linux/acrn.h>.
#include "core/abi/hsm.hpp"

#include <gtest/gtest.h>
#include <linux/acrn.h>

#include <cstddef>

namespace acrn::core::abi {
namespace {

static_assert(sizeof(IoEventFd) == sizeof(acrn_ioeventfd));
static_assert(offsetof(IoEventFd, fd) == offsetof(acrn_ioeventfd, fd));
static_assert(offsetof(IoEventFd, flags) == offsetof(acrn_ioeventfd, flags));
static_assert(offsetof(IoEventFd, address) == offsetof(acrn_ioeventfd, addr));
static_assert(offsetof(IoEventFd, length) == offsetof(acrn_ioeventfd, len));
static_assert(offsetof(IoEventFd, reserved) == offsetof(acrn_ioeventfd, reserved));
static_assert(offsetof(IoEventFd, data) == offsetof(acrn_ioeventfd, data));
static_assert(sizeof(IrqFd) == sizeof(acrn_irqfd));
static_assert(offsetof(IrqFd, fd) == offsetof(acrn_irqfd, fd));
static_assert(offsetof(IrqFd, flags) == offsetof(acrn_irqfd, flags));
static_assert(offsetof(IrqFd, msi) == offsetof(acrn_irqfd, msi));

TEST(HsmAbi, FlagsAreTheKernels) {
  EXPECT_EQ(ioeventfd_flag_pio, static_cast<std::uint32_t>(ACRN_IOEVENTFD_FLAG_PIO));
  EXPECT_EQ(ioeventfd_flag_data_match, static_cast<std::uint32_t>(ACRN_IOEVENTFD_FLAG_DATAMATCH));
  EXPECT_EQ(ioeventfd_flag_deassign, static_cast<std::uint32_t>(ACRN_IOEVENTFD_FLAG_DEASSIGN));
  EXPECT_EQ(irqfd_flag_deassign, static_cast<std::uint32_t>(ACRN_IRQFD_FLAG_DEASSIGN));
}

}  // namespace
}  // namespace acrn::core::abi

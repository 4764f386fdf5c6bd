// SPDX-License-Identifier: BSD-3-Clause
// What both slot ends write, read back through the kernel's structures.
#include "tests/unit/core/abi/ioreq_abi.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {
namespace {

class IoreqAbi : public testing::Test {
 protected:
  [[nodiscard]] acrn_io_request slot(std::size_t index) const {
    acrn_io_request_buffer buffer;
    std::memcpy(&buffer, storage_.bytes.data(), sizeof buffer);
    return buffer.req_slot[index];
  }

  PageStorage storage_;
  AtomicMemory memory_{storage_};
};

TEST_F(IoreqAbi, AnnouncingWritesFreeIntoAllSixteenSlots) {
  HypervisorPage page{memory_, Completion::notify};
  ASSERT_TRUE(page.announce(1).has_value());
  for (std::size_t i = 0; i < ACRN_IO_REQUEST_MAX; ++i) {
    EXPECT_EQ(slot(i).processed, static_cast<__u32>(ACRN_IOREQ_STATE_FREE)) << i;
  }
}

TEST_F(IoreqAbi, APortWriteIsAPioRequest) {
  HypervisorPage page{memory_, Completion::polling};
  ASSERT_TRUE(page.announce(4).has_value());
  ASSERT_TRUE(page.submit({3}, {.space = Space::port,
                                .direction = Direction::write,
                                .size = 2,
                                .address = 0x1f0,
                                .value = 0xdead'beef}));
  acrn_io_request const request = slot(3);
  EXPECT_EQ(request.type, static_cast<__u32>(ACRN_IOREQ_TYPE_PORTIO));
  EXPECT_EQ(request.completion_polling, 1U);
  EXPECT_EQ(request.processed, static_cast<__u32>(ACRN_IOREQ_STATE_PENDING));
  EXPECT_EQ(request.reqs.pio_request.direction, static_cast<__u32>(ACRN_IOREQ_DIR_WRITE));
  EXPECT_EQ(request.reqs.pio_request.reserved, 0U);
  EXPECT_EQ(request.reqs.pio_request.address, 0x1f0U);
  EXPECT_EQ(request.reqs.pio_request.size, 2U);
  EXPECT_EQ(request.reqs.pio_request.value, 0xbeefU) << "cut to size before anyone sees it";
}

TEST_F(IoreqAbi, AnMmioReadIsAnMmioRequestThatAsksForNotification) {
  HypervisorPage page{memory_, Completion::notify};
  ASSERT_TRUE(page.announce(1).has_value());
  std::memset(storage_.bytes.data() + abi::ioreq_offset::completion_polling, 0xff, 4);
  ASSERT_TRUE(page.submit({0}, {.space = Space::mmio,
                                .direction = Direction::read,
                                .size = 8,
                                .address = 0xfee0'0000'1234}));
  acrn_io_request const request = slot(0);
  EXPECT_EQ(request.type, static_cast<__u32>(ACRN_IOREQ_TYPE_MMIO));
  EXPECT_EQ(request.completion_polling, 0U) << "written, not left";
  EXPECT_EQ(request.reqs.mmio_request.direction, static_cast<__u32>(ACRN_IOREQ_DIR_READ));
  EXPECT_EQ(request.reqs.mmio_request.address, 0xfee0'0000'1234U);
  EXPECT_EQ(request.reqs.mmio_request.size, 8U);
  EXPECT_EQ(request.reqs.mmio_request.value, ~__u64{0}) << "T37: an unset value reads as all ones";
}

TEST_F(IoreqAbi, AConvertedRequestIsAPciRequest) {
  HypervisorPage page{memory_, Completion::notify};
  ASSERT_TRUE(page.announce(1).has_value());
  ASSERT_TRUE(page.submit(
      {0}, {.space = Space::port, .direction = Direction::read, .size = 4, .address = 0xcfd}));
  HsmSlot hsm{memory_, VcpuId{0}};
  auto claim = hsm.claim();
  ASSERT_TRUE(claim.has_value());
  claim->access.space = Space::pci_config;
  claim->access.address =
      pci_config_address({.bus = 0xab, .device = 0x1f, .function = 7, .reg = 0xffd});
  hsm.convert_config(*claim);
  hsm.assign(HandledBy::kernel);
  ASSERT_EQ(hsm.complete(*claim, 0x1122'3344), Verdict::notify);
  acrn_io_request const request = slot(0);
  EXPECT_EQ(request.type, static_cast<__u32>(ACRN_IOREQ_TYPE_PCICFG));
  EXPECT_EQ(request.kernel_handled, 1U);
  EXPECT_EQ(request.processed, static_cast<__u32>(ACRN_IOREQ_STATE_COMPLETE));
  EXPECT_EQ(request.reqs.pci_request.size, 4U);
  EXPECT_EQ(request.reqs.pci_request.value, 0x1122'3344U);
  EXPECT_EQ(request.reqs.pci_request.bus, 0xabU);
  EXPECT_EQ(request.reqs.pci_request.dev, 0x1fU);
  EXPECT_EQ(request.reqs.pci_request.func, 7U);
  EXPECT_EQ(request.reqs.pci_request.reg, 0xffdU);
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/pci_config.hpp"

#include <gtest/gtest.h>

#include "tests/support/hsm_world.hpp"

namespace acrn::core {
namespace {

using tests::mmio_read;
using tests::port_read;
using tests::port_write;

static_assert(PciConfigPort::concerns(port_write(0xcf8, 0, 4)));
static_assert(PciConfigPort::concerns(port_read(0xcff)));
// Only an access at exactly 0xCF8 reaches the register; its neighbours are other devices' ports.
static_assert(!PciConfigPort::concerns(port_read(0xcf7, 4)));
static_assert(!PciConfigPort::concerns(port_write(0xcf9, 6)));
static_assert(!PciConfigPort::concerns(port_read(0xcfb, 2)));
static_assert(!PciConfigPort::concerns(port_read(0xd00)));
static_assert(!PciConfigPort::concerns(mmio_read(0xcf8)));

class PciConfigPortTest : public testing::Test {
 protected:
  void select(std::uint64_t value) { port_.commit(port_write(0xcf8, value, 4)); }
  [[nodiscard]] PciAddress converted(Access const& access) const {
    ConfigDecision const decision = port_.decide(access);
    EXPECT_EQ(decision.kind, ConfigDecision::Kind::converted);
    EXPECT_EQ(decision.access.space, Space::pci_config);
    EXPECT_EQ(decision.access.direction, access.direction);
    EXPECT_EQ(decision.access.size, access.size);
    EXPECT_EQ(decision.access.value, access.value);
    return decode_pci_config_address(decision.access.address);
  }

  PciConfigPort port_;
};

TEST_F(PciConfigPortTest, T46_AFourByteAccessThatOnlyReachesOverTheRegisterIsNotItsOwn) {
  for (std::uint64_t port : {0xcf5U, 0xcf6U, 0xcf7U, 0xcf9U, 0xcfaU, 0xcfbU}) {
    EXPECT_FALSE(PciConfigPort::concerns(port_write(port, 0x8000'0000, 4))) << port;
    EXPECT_FALSE(PciConfigPort::concerns(port_read(port, 4))) << port;
  }
}

TEST_F(PciConfigPortTest, TheAddressRegisterReadsBackAsWritten) {
  select(0x8012'3456);
  ConfigDecision const decision = port_.decide(port_read(0xcf8, 4));
  EXPECT_EQ(decision.kind, ConfigDecision::Kind::answered);
  EXPECT_EQ(decision.value, 0x8012'3456U);
}

TEST_F(PciConfigPortTest, DecidingChangesNothing) {
  select(0x8000'0000);
  EXPECT_EQ(port_.decide(port_write(0xcf8, 0x1234, 4)).kind, ConfigDecision::Kind::answered);
  EXPECT_EQ(port_.address_register(), 0x8000'0000U);
}

TEST_F(PciConfigPortTest, T67_WhileDisabledDataReadsAreAllOnesAndWritesDropped) {
  select(0x0012'3456);
  for (std::uint8_t const size : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}}) {
    ConfigDecision const decision = port_.decide(port_read(0xcfc, size));
    EXPECT_EQ(decision.kind, ConfigDecision::Kind::answered);
    EXPECT_EQ(decision.value, size_mask(size));
  }
  EXPECT_EQ(port_.decide(port_write(0xcff, 1)).kind, ConfigDecision::Kind::answered);
}

TEST_F(PciConfigPortTest, T66_TheLowTwoBitsOfTheRegisterAreIgnored) {
  select(0x8000'1003);
  EXPECT_EQ(converted(port_read(0xcfc, 4)).reg, 0U);
  EXPECT_EQ(converted(port_read(0xcfe, 2)).reg, 2U);
}

TEST_F(PciConfigPortTest, T68_TheRegisterIsNotConsumedByDataAccesses) {
  select(0x8000'0010);
  EXPECT_EQ(converted(port_read(0xcfc, 4)).reg, 0x10U);
  EXPECT_EQ(converted(port_read(0xcfc, 4)).reg, 0x10U);
}

TEST_F(PciConfigPortTest, T70_AllFieldsAreDecodedTheExtendedRegisterToo) {
  select(0x8fab'cdfc);  // bus 0xab, device 0x19, function 5, register 0xffc
  for (std::uint32_t offset = 0; offset < 4; ++offset) {
    EXPECT_EQ(converted(port_read(0xcfc + offset)),
              (PciAddress{.bus = 0xab, .device = 0x19, .function = 5, .reg = 0xffc + offset}));
  }
  EXPECT_EQ(converted(port_write(0xcfc, 0x1234, 2)).reg, 0xffcU);
}

TEST_F(PciConfigPortTest, AnAccessAcrossTheDwordKeepsItsSizeAndStartsWhereItStarts) {
  select(0x8000'0040);
  EXPECT_EQ(converted(port_read(0xcfd, 4)).reg, 0x41U);
}

TEST_F(PciConfigPortTest, ANarrowWriteToTheRegisterReplacesIt) {
  select(0x8000'0040);
  port_.commit(port_write(0xcf8, 0xffff'ff12, 1));
  EXPECT_EQ(port_.address_register(), 0x12U) << "cut to size, as the page's value is";
}

TEST_F(PciConfigPortTest, OnlyWritesToTheRegisterAreCommitted) {
  select(0x8000'0040);
  port_.commit(port_read(0xcf8, 4));
  port_.commit(port_write(0xcfc, 0, 4));
  EXPECT_EQ(port_.address_register(), 0x8000'0040U);
}

}  // namespace
}  // namespace acrn::core

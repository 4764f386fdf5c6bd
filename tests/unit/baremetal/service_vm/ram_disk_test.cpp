// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/ram_disk.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace acrn::service_vm {
namespace {

using core::Direction;
using core::IrqAction;
using core::Level;

class Disk : public testing::Test {
 protected:
  static constexpr std::size_t sectors = 3;

  std::uint64_t read(std::uint16_t offset, std::uint8_t size) {
    core::Access access{.direction = Direction::read,
                        .size = size,
                        .address = 0x540U + offset,
                        .value = core::size_mask(size)};
    effects_.clear();
    disk_.access(access, effects_);
    return access.value;
  }
  void write(std::uint16_t offset, std::uint8_t size, std::uint64_t value) {
    core::Access access{
        .direction = Direction::write, .size = size, .address = 0x540U + offset, .value = value};
    effects_.clear();
    disk_.access(access, effects_);
  }
  std::uint64_t status() { return read(8, 1); }

  std::vector<std::uint8_t> medium_ = std::vector<std::uint8_t>(sectors * disk_sector_size);
  RamDisk disk_{{}, medium_};
  core::Effects effects_{};
};

TEST_F(Disk, SectorsAreReadInEveryWidth) {
  std::iota(medium_.begin(), medium_.end(), std::uint8_t{0});
  EXPECT_EQ(read(4, 4), sectors);
  write(0, 4, 1);
  EXPECT_EQ(read(0, 4), 1U);
  EXPECT_EQ(read(0x10, 1), 0x00U);
  EXPECT_EQ(read(0x10, 2), 0x0201U);
  EXPECT_EQ(read(0x10, 4), 0x0605'0403U);
  EXPECT_EQ(read(0, 4), 1U);
  EXPECT_EQ(status(), RamDisk::status_ready);
}

TEST_F(Disk, WhatIsWrittenReadsBackAndLiesOnTheMedium) {
  write(0, 4, 2);
  for (unsigned i = 0; i < disk_sector_size; i += 4) write(0x10, 4, 0xa500'0000U | i);
  EXPECT_EQ(medium_[2 * disk_sector_size + 3], 0xa5);
  EXPECT_EQ(medium_[2 * disk_sector_size - 1], 0);
  write(0, 4, 2);
  for (unsigned i = 0; i < disk_sector_size; i += 4) ASSERT_EQ(read(0x10, 4), 0xa500'0000U | i);
}

TEST_F(Disk, AfterASectorComesTheNextAndAnInterrupt) {
  medium_[disk_sector_size] = 0x77;
  for (unsigned i = 0; i + 1 < disk_sector_size; ++i) read(0x10, 1);
  EXPECT_EQ(status(), RamDisk::status_ready);
  EXPECT_EQ(read(0x10, 2), 0x7700U) << "over the edge of two sectors";
  EXPECT_EQ(read(0, 4), 1U);
  EXPECT_EQ(status(), RamDisk::status_ready | RamDisk::status_interrupt);
}

TEST_F(Disk, BeyondTheLastSectorIsAnErrorAndNoMemory) {
  for (std::uint64_t const sector : {std::uint64_t{sectors}, std::uint64_t{0xffff'ffff}}) {
    write(0, 4, sector);
    EXPECT_EQ(status(), RamDisk::status_ready) << "only a transfer fails";
    EXPECT_EQ(read(0x10, 4), 0xffff'ffffU);
    EXPECT_EQ(status(), 7U);
    write(8, 1, 6);
    write(0x10, 2, 0x1234);
    EXPECT_EQ(status(), 7U);
    EXPECT_EQ(read(0, 4), sector) << "the window stands still";
    write(8, 1, 6);
  }
  EXPECT_EQ(medium_, std::vector<std::uint8_t>(medium_.size()));
}

TEST_F(Disk, TheLastBytesAreReadAndWhatComesAfterIsAnError) {
  medium_.back() = 0x55;
  write(0, 4, sectors - 1);
  for (unsigned i = 0; i + 1 < disk_sector_size; ++i) read(0x10, 1);
  EXPECT_EQ(read(0x10, 4), 0xffff'ff55U);
  EXPECT_EQ(status(), 7U);
}

TEST_F(Disk, TheInterruptFollowsStatusAndControl) {
  write(0, 4, sectors);
  read(0x10, 1);
  EXPECT_TRUE(effects_.irqs().empty()) << "not enabled";
  write(9, 1, 0xff);
  EXPECT_EQ(read(9, 1), 1U);
  EXPECT_EQ(disk_.line(), Level::high);
  write(9, 1, 0);
  ASSERT_EQ(effects_.irqs().size(), 1U);
  EXPECT_EQ(effects_.irqs()[0], (core::IrqChange{{11}, IrqAction::lower}));
  write(9, 1, 1);
  ASSERT_EQ(effects_.irqs().size(), 1U);
  EXPECT_EQ(effects_.irqs()[0], (core::IrqChange{{11}, IrqAction::raise}));
  write(8, 1, RamDisk::status_error);
  EXPECT_TRUE(effects_.irqs().empty());
  EXPECT_EQ(status(), 5U);
  write(8, 1, RamDisk::status_interrupt);
  ASSERT_EQ(effects_.irqs().size(), 1U);
  EXPECT_EQ(effects_.irqs()[0].action, IrqAction::lower);
  EXPECT_EQ(status(), RamDisk::status_ready);
}

TEST_F(Disk, OtherWidthsAndPortsReadOnesAndWriteNothing) {
  write(0, 4, 1);
  struct Row {
    std::uint16_t offset;
    std::uint8_t size;
  };
  for (Row const row : {Row{0, 1}, Row{0, 2}, Row{1, 1}, Row{2, 2}, Row{4, 2}, Row{6, 1}, Row{8, 2},
                        Row{8, 4}, Row{9, 2}, Row{10, 1}, Row{12, 4}, Row{0x11, 1}, Row{0x12, 2},
                        Row{0x14, 4}, Row{0x1f, 1}}) {
    EXPECT_EQ(read(row.offset, row.size), core::size_mask(row.size)) << row.offset;
    write(row.offset, row.size, 2);
  }
  write(4, 4, 100);
  EXPECT_EQ(read(4, 4), sectors);
  EXPECT_EQ(read(0, 4), 1U);
  EXPECT_EQ(read(9, 1), 0U);
  EXPECT_EQ(status(), RamDisk::status_ready);
}

TEST_F(Disk, WritingTheSectorBeginsItAnew) {
  medium_[0] = 9;
  read(0x10, 4);
  write(0, 4, 0);
  EXPECT_EQ(read(0x10, 1), 9U);
}

TEST(RamDisk, AnEmptyMediumIsAllError) {
  RamDisk disk{{}, {}};
  core::Effects effects;
  core::Access access{.size = 1, .address = 0x550};
  disk.access(access, effects);
  EXPECT_EQ(access.value, 0xffU);
}

TEST(RamDiskDeathTest, HalfASectorIsAProgrammersError) {
  std::vector<std::uint8_t> medium(disk_sector_size + 1);
  EXPECT_DEATH((RamDisk{{}, medium}), "whole number of sectors");
}

}  // namespace
}  // namespace acrn::service_vm

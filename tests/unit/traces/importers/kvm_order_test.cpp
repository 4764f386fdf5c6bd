// SPDX-License-Identifier: BSD-3-Clause
// Events of one access, in the orders that KVM prints them, become one row with the right stamps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/traces/importers/list_sink.hpp"
#include "traces/importers/kvm_machine.hpp"

namespace acrn::traces {
namespace {

using core::Direction;
using core::Space;
using tests::import_text;
using tests::Imported;

// One event per element, one microsecond after the other from 1.000000 on, on thread 7.
Imported import_events(std::vector<std::string> const& events) {
  std::string text;
  std::uint64_t time = 1'000'000;
  for (std::string const& event : events) {
    std::string const micros = std::to_string(time++).substr(1);
    text += " q-7 [000] ..... 1." + micros + ": " + event + "\n";
  }
  return import_text(text);
}

std::string hex(unsigned value) {
  std::string digits;
  for (; value != 0; value >>= 4U) digits.insert(0, 1, "0123456789abcdef"[value & 15U]);
  return "0x" + digits;
}
std::string out(unsigned port) {
  return "kvm_pio: pio_write at " + hex(port) + " size 1 count 1 val 0x41";
}
std::string in(unsigned port) {
  return "kvm_pio: pio_read at " + hex(port) + " size 1 count 1 val 0x60";
}
std::string const io_exit = "kvm_userspace_exit: reason KVM_EXIT_IO (2)";
std::string const mmio_exit = "kvm_userspace_exit: reason KVM_EXIT_MMIO (6)";
std::string const other_exit = "kvm_userspace_exit: reason KVM_EXIT_INTR (10)";
std::string const entry = "kvm_entry: vcpu 0, rip 0x1";
std::string const instruction = "kvm_emulate_insn: 0:10006:ee (prot64)";

std::uint64_t at(std::uint64_t event) { return 1'000'000 + event; }

struct Expected {
  Handling handling{};
  std::uint64_t time{};
  std::uint64_t handed{no_stamp}, value{no_stamp}, next{no_stamp}, entry{no_stamp};
};
void expect_row(AccessRow const& row, Expected const& expected) {
  EXPECT_EQ(row.handling, expected.handling);
  EXPECT_EQ(row.time, expected.time);
  EXPECT_EQ(row.stages[2], expected.handed);
  EXPECT_EQ(row.stages[13], expected.value);
  EXPECT_EQ(row.stages[14], expected.next);
  EXPECT_EQ(row.stages[15], expected.entry);
}

TEST(KvmOrder, OutThenUserSpaceExitIsForwarded) {
  auto const got = import_events({other_exit, instruction, out(0x3f8), "kvm_fpu: unload", io_exit,
                                  "kvm_fpu: load", instruction});
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  AccessRow const& row = got.sink.accesses[0].row;
  EXPECT_EQ(row.access, (core::Access{Space::port, Direction::write, 1, 0x3f8, 0x41}));
  expect_row(row, {.handling = Handling::forwarded, .time = at(2), .handed = at(4), .next = at(5)});
}

TEST(KvmOrder, InComesAfterItsUserSpaceExit) {
  auto const got = import_events({other_exit, io_exit, "kvm_fpu: load", in(0x3fd), instruction});
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  EXPECT_EQ(got.sink.accesses[0].row.access.value, 0x60U);
  expect_row(got.sink.accesses[0].row,
             {.handling = Handling::forwarded, .time = at(1), .handed = at(1), .value = at(3)});
}

TEST(KvmOrder, AccessesWithoutUserSpaceExitStayInTheKernel) {
  auto const got =
      import_events({other_exit, out(0x20), in(0x21), out(0x70), in(0x40), other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 4U);
  EXPECT_EQ(got.sink.accesses[0].row.handling, Handling::hypervisor);  // the PIC
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::hypervisor);
  EXPECT_EQ(got.sink.accesses[2].row.handling, Handling::queued);  // coalesced
  expect_row(got.sink.accesses[3].row, {.handling = Handling::hypervisor, .time = at(4)});
}

TEST(KvmOrder, ADoubtfulExitGoesToTheInAfterACoalescedOut) {
  auto const got = import_events({other_exit, out(0x70), io_exit, in(0x71), other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_EQ(got.sink.accesses[0].row.handling, Handling::queued);
  expect_row(got.sink.accesses[1].row,
             {.handling = Handling::forwarded, .time = at(2), .handed = at(2), .value = at(3)});
}

TEST(KvmOrder, ADoubtfulExitGoesToTheOutBeforeAnInOfTheKernel) {
  auto const got = import_events({other_exit, out(0x80), io_exit, in(0x21), other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  expect_row(got.sink.accesses[0].row,
             {.handling = Handling::forwarded, .time = at(1), .handed = at(2), .next = at(3)});
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::hypervisor);
}

TEST(KvmOrder, WhatAPortDidBeforeOutweighsWhatKvmCouldDo) {
  // With the interrupt controllers in user space, IN 0x21 is seen with an exit of its own.
  auto const got = import_events({other_exit, out(0x80), io_exit, io_exit, in(0x21), out(0x70),
                                  io_exit, in(0x21), other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 4U);
  EXPECT_EQ(got.sink.accesses[0].row.handling, Handling::forwarded);
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::forwarded);
  EXPECT_EQ(got.sink.accesses[2].row.handling, Handling::queued);
  EXPECT_EQ(got.sink.accesses[3].row.handling, Handling::forwarded);
}

TEST(KvmOrder, AnInstructionBetweenThemSettlesWhoseExitItWas) {
  auto const first = import_events(
      {instruction, out(0x80), io_exit, instruction, in(0x90), instruction, other_exit});
  EXPECT_EQ(first.sink.accesses.at(0).row.handling, Handling::forwarded);
  EXPECT_EQ(first.sink.accesses.at(1).row.handling, Handling::hypervisor);
  auto const second = import_events(
      {instruction, out(0x80), instruction, io_exit, in(0x90), instruction, other_exit});
  EXPECT_EQ(second.sink.accesses.at(0).row.handling, Handling::queued);
  EXPECT_EQ(second.sink.accesses.at(1).row.handling, Handling::forwarded);
}

TEST(KvmOrder, UnsatisfiedReadAndReadAreOneAccess) {
  auto const got =
      import_events({other_exit, "kvm_mmio: mmio unsatisfied-read len 4 gpa 0xd0 val 0x0",
                     mmio_exit, "kvm_mmio: mmio read len 4 gpa 0xd0 val 0x1234", other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  AccessRow const& row = got.sink.accesses[0].row;
  EXPECT_EQ(row.access, (core::Access{Space::mmio, Direction::read, 4, 0xd0, 0x1234}));
  EXPECT_TRUE(row.value_known);
  expect_row(row,
             {.handling = Handling::forwarded, .time = at(1), .handed = at(2), .value = at(3)});
  EXPECT_EQ(got.report.accesses, 1U);
  EXPECT_EQ(got.report.used_by_kind.at("kvm_mmio"), 2U);
}

TEST(KvmOrder, AReadThatIsNeverSatisfiedHasNoValue) {
  auto const got =
      import_events({other_exit, "kvm_mmio: mmio unsatisfied-read len 4 gpa 0xd0 val 0x0",
                     mmio_exit, "kvm_mmio: mmio read len 4 gpa 0xe0 val 0x1", other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_FALSE(got.sink.accesses[0].row.value_known);
  EXPECT_EQ(got.sink.accesses[0].row.handling, Handling::forwarded);
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::hypervisor);
  EXPECT_EQ(got.report.notes.at("MMIO read whose value never came"), 1U);
}

TEST(KvmOrder, MmioWritesAreForwardedQueuedOrTheApics) {
  auto const got = import_events({other_exit, "kvm_mmio: mmio write len 4 gpa 0xd0000050 val 0x1",
                                  mmio_exit, "kvm_mmio: mmio write len 1 gpa 0xb8000 val 0x20",
                                  "kvm_mmio: mmio write len 4 gpa 0xfee000b0 val 0x0",
                                  "kvm_fast_mmio: fast mmio at gpa 0xfe003000", other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 4U);
  expect_row(got.sink.accesses[0].row,
             {.handling = Handling::forwarded, .time = at(1), .handed = at(2), .next = at(3)});
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::queued);
  EXPECT_EQ(got.sink.accesses[2].row.handling, Handling::hypervisor);
  AccessRow const& doorbell = got.sink.accesses[3].row;
  EXPECT_EQ(doorbell.handling, Handling::queued);
  EXPECT_EQ(doorbell.access.size, 2);
  EXPECT_FALSE(doorbell.value_known);
}

TEST(KvmOrder, HardwareExitsGiveTheFirstAndLastStampAndTheExitRow) {
  auto const got = import_events(
      {"kvm_exit: vcpu 0 reason IO_INSTRUCTION rip 0x100 info1 0x0000000003f80000 info2 0x0",
       out(0x3f8), io_exit, "kvm_fpu: load", entry,
       "kvm_exit: vcpu 0 reason IO_INSTRUCTION rip 0x101 info1 0x0000000003fd0008 info2 0x0",
       io_exit, in(0x3fd), entry, "kvm_exit: vcpu 0 reason HLT rip 0x102 info1 0x0 info2 0x0"});
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  AccessRow const& first = got.sink.accesses[0].row;
  expect_row(first,
             {.handling = Handling::forwarded, .time = at(0), .handed = at(2), .entry = at(4)});
  EXPECT_EQ(first.stages[0], at(0));
  EXPECT_EQ(first.stages[1], at(1));
  EXPECT_EQ(first.exit, 0U);
  AccessRow const& second = got.sink.accesses[1].row;
  expect_row(second, {.handling = Handling::forwarded,
                      .time = at(5),
                      .handed = at(6),
                      .value = at(7),
                      .entry = at(8)});
  EXPECT_EQ(second.exit, 1U);
  ASSERT_EQ(got.sink.exits.size(), 3U);
  ExitRow const& exit = got.sink.exits[1].row;
  EXPECT_EQ(exit.reason, 30U);
  EXPECT_EQ(exit.qualification, 0x3fd0008U);
  EXPECT_EQ(exit.rip, 0x101U);
  EXPECT_EQ(exit.time_in, at(5));
  EXPECT_EQ(exit.time_out, at(8));
  EXPECT_EQ(got.sink.exits[2].row.reason, 12U);
  EXPECT_FALSE(got.sink.exits[2].row.time_out);
  EXPECT_EQ(got.info.cpu, "vmx");
}

TEST(KvmOrder, AnExitCoversOnlyTheInstructionThatTookIt) {
  auto const got = import_events(
      {"kvm_exit: vcpu 0 reason EPT_VIOLATION rip 0x1 info1 0x182 info2 0x0", instruction,
       "kvm_mmio: mmio write len 4 gpa 0xd0 val 0x1", instruction, out(0x80), entry});
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_EQ(got.sink.accesses[0].row.exit, 0U);
  EXPECT_EQ(got.sink.accesses[0].row.time, at(0));
  EXPECT_EQ(got.sink.accesses[1].row.exit, no_exit);
  EXPECT_EQ(got.sink.accesses[1].row.time, at(4));
  EXPECT_EQ(got.sink.accesses[1].row.stages[15], at(5));
}

TEST(KvmOrder, WideMmioTakesSeveralRows) {
  auto const got = import_events(
      {other_exit, "kvm_mmio: mmio unsatisfied-read len 16 gpa 0xd0 val 0x0", mmio_exit, mmio_exit,
       "kvm_mmio: mmio read len 16 gpa 0xd0 val 0x1122334455667788",
       "kvm_mmio: mmio write len 3 gpa 0xffd val 0x030201", other_exit});
  ASSERT_EQ(got.sink.accesses.size(), 4U);
  auto const access = [&](std::size_t i) { return got.sink.accesses[i].row.access; };
  EXPECT_EQ(access(0), (core::Access{Space::mmio, Direction::read, 8, 0xd0, 0x1122334455667788}));
  EXPECT_EQ(access(1).address, 0xd8U);
  EXPECT_TRUE(got.sink.accesses[0].row.value_known);
  EXPECT_FALSE(got.sink.accesses[1].row.value_known);
  EXPECT_EQ(got.sink.accesses[1].row.stages[2], at(2));
  EXPECT_EQ(access(2), (core::Access{Space::mmio, Direction::write, 2, 0xffd, 0x0201}));
  EXPECT_EQ(access(3), (core::Access{Space::mmio, Direction::write, 1, 0xfff, 0x03}));
}

TEST(KvmOrder, OldKernelsPrintInBeforeItsValueIsKnown) {
  auto const got = import_events({"kvm_exit: reason io_instruction rip 0x1",
                                  "kvm_pio: pio_read at 0xc13e size 2 count 1", io_exit,
                                  "kvm_entry: vcpu 0", "kvm_exit: reason ext_irq rip 0x1"});
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  EXPECT_FALSE(got.sink.accesses[0].row.value_known);
  expect_row(got.sink.accesses[0].row,
             {.handling = Handling::forwarded, .time = at(0), .handed = at(2), .entry = at(3)});
}

TEST(KvmOrder, StringAccessKeepsItsCountAndTheFirstValue) {
  auto const got = import_events(
      {other_exit, io_exit, "kvm_pio: pio_read at 0x1f0 size 2 count 256 val 0x3ff045a (...)"});
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  EXPECT_EQ(got.sink.accesses[0].row.count, 256U);
  EXPECT_EQ(got.sink.accesses[0].row.access.value, 0x045aU);
  EXPECT_EQ(got.report.notes.at("value wider than its access, cut"), 1U);
}

}  // namespace
}  // namespace acrn::traces

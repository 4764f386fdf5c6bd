// SPDX-License-Identifier: BSD-3-Clause
// What spans the accesses of a KVM trace: several vCPUs, losses, interrupts, repairs, refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/traces/importers/list_sink.hpp"
#include "traces/importers/kvm_machine.hpp"

namespace acrn::traces {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::import_text;

TEST(KvmStream, SequenceAscendsInSourceOrderOverAllVcpus) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_mmio: mmio unsatisfied-read len 4 gpa 0xd0 val 0x0\n"
      " a-11 [001] .... 1.000002: kvm_mmio: mmio write len 1 gpa 0xb8000 val 0x1\n"
      " a-11 [001] .... 1.000003: kvm_mmio: mmio write len 1 gpa 0xb8001 val 0x2\n"
      " a-10 [000] .... 1.000004: kvm_mmio: mmio read len 4 gpa 0xd0 val 0x7\n");
  ASSERT_EQ(got.sink.accesses.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(got.sink.accesses[i].row.sequence, i);
  EXPECT_EQ(got.sink.accesses[0].vcpu, 0);
  EXPECT_EQ(got.sink.accesses[0].row.access.value, 7U);
  EXPECT_EQ(got.sink.accesses[1].vcpu, 1);
  EXPECT_EQ(got.report.vcpus, 2U);
}

TEST(KvmStream, AStalledVcpuDoesNotHoldMemoryForEver) {
  std::string text =
      " a-10 [000] .... 1.000001: kvm_mmio: mmio unsatisfied-read len 4 gpa 0xd0 val 0x0\n";
  for (std::size_t i = 0; i < AccessWindow::rows_max; ++i) {
    text += " a-11 [001] .... 1.000002: kvm_mmio: mmio write len 1 gpa 0xb8000 val 0x1\n";
  }
  text += " a-10 [000] .... 1.000004: kvm_mmio: mmio read len 4 gpa 0xd0 val 0x7\n";
  auto const got = import_text(text);
  ASSERT_EQ(got.sink.accesses.size(), AccessWindow::rows_max + 1);
  EXPECT_FALSE(got.sink.accesses[0].row.value_known);
  EXPECT_EQ(got.report.notes.at("access closed before its end was seen"), 1U);
}

TEST(KvmStream, VcpuNumberIsThatOfExitAndEntryWhereTheyPrintIt) {
  auto const got = import_text(
      " CPU 5/KVM-50 [000] .... 1.000001: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n"
      " CPU 2/KVM-20 [001] .... 1.000002: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x2\n"
      " CPU 2/KVM-20 [001] .... 1.000003: kvm_entry: vcpu 2\n"
      " other-60 [001] .... 1.000004: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x3\n"
      " CPU 5/KVM-50 [000] .... 1.000005: kvm_exit: vcpu 5 reason HLT rip 0x1\n");
  ASSERT_EQ(got.sink.accesses.size(), 3U);
  EXPECT_EQ(got.sink.accesses[0].vcpu, 5);
  EXPECT_EQ(got.sink.accesses[1].vcpu, 2);
  EXPECT_EQ(got.sink.accesses[2].vcpu, 0);
}

TEST(KvmStream, TwoThreadsNeverShareAVcpu) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_entry: vcpu 0\n"
      " b-20 [001] .... 1.000002: kvm_entry: vcpu 0\n"
      " a-10 [000] .... 1.000003: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n"
      " b-20 [001] .... 1.000004: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x2\n");
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_EQ(got.sink.accesses[0].vcpu, 0);
  EXPECT_EQ(got.sink.accesses[1].vcpu, 1);
  EXPECT_EQ(got.report.notes.at("thread prints a vCPU number that is not the one it has here"), 1U);
  EXPECT_THAT(got.report.threads_of_other_vms, ElementsAre(20));
}

TEST(KvmStream, LostEventsBreakThePairsTheyCameBetween) {
  auto const got = import_text(
      "# entries-in-buffer/entries-written: 5/12   #P:2\n"
      " a-10 [003] .... 1.000001: kvm_userspace_exit: reason KVM_EXIT_INTR (10)\n"
      " a-10 [003] .... 1.000002: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n"
      "CPU:3 [LOST 40 EVENTS]\n"
      " a-10 [003] .... 1.000003: kvm_userspace_exit: reason KVM_EXIT_IO (2)\n"
      "CPU:3 [2 EVENTS DROPPED]\n"
      " a-10 [003] .... 1.000004: kvm_pio: pio_read at 0x71 size 1 count 1 val 0x1\n");
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_EQ(got.sink.accesses[0].row.handling, Handling::unknown);
  EXPECT_EQ(got.sink.accesses[1].row.handling, Handling::unknown);
  EXPECT_EQ(got.report.source.lost, 7U + 40 + 2);
  EXPECT_THAT(got.sink.losses, ElementsAre(Pair(0, 7), Pair(0, 40), Pair(0, 2)));
  EXPECT_EQ(got.report.used_by_kind.at("marker of lost events"), 2U);
}

TEST(KvmStream, InterruptsBecomeInputsAndInjections) {
  auto const got = import_text(
      " a-9 [000] .... 1.000001: kvm_set_irq: gsi 4 level 1 source 0\n"
      " a-10 [000] .... 1.000002: kvm_exit: reason EXTERNAL_INTERRUPT rip 0x1 info 0 800000f6\n"
      " a-10 [000] .... 1.000003: kvm_inj_virq: IRQ 0x30\n"
      " a-10 [000] .... 1.000004: kvm_entry: vcpu 0, rip 0x1 intr_info 0x80000030 error_code 0x0\n"
      " a-10 [000] .... 1.000005: kvm_exit: reason EPT_VIOLATION rip 0x1 info 182 0\n"
      " a-10 [000] .... 1.000006: kvm_mmio: mmio write len 4 gpa 0xd0 val 0x1\n"
      " a-10 [000] .... 1.000007: kvm_entry: vcpu 0, rip 0x1 intr_info 0x80000b0e error_code 0x2\n"
      " a-10 [000] .... 1.000008: kvm_inj_exception: #GP (0x0)\n");
  ASSERT_EQ(got.sink.inputs.size(), 1U);
  EXPECT_EQ(got.sink.inputs[0].row.kind, InputKind::irq_line);
  EXPECT_EQ(got.sink.inputs[0].row.target, 4U);
  EXPECT_EQ(got.sink.inputs[0].row.payload, 1U);
  EXPECT_EQ(got.sink.inputs[0].row.position, 0U);
  ASSERT_EQ(got.sink.injections.size(), 3U);
  EXPECT_EQ(got.sink.injections[0].row.vector, 0x30);
  EXPECT_EQ(got.sink.injections[0].row.after_exit, 0U);
  InjectRow const& fault = got.sink.injections[1].row;
  EXPECT_EQ(fault.vector, 14);
  EXPECT_EQ(fault.type, 3);
  EXPECT_EQ(fault.error_code, 2U);
  EXPECT_EQ(fault.after_exit, 1U);
  EXPECT_EQ(fault.position, 1U);
  EXPECT_EQ(got.sink.injections[2].row.vector, 13);
}

TEST(KvmStream, WithoutKvmPioTheExitsGiveThePortAccesses) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_exit: reason IO_INSTRUCTION rip 0x1 info 640008 0\n"
      " a-10 [000] .... 1.000002: kvm_entry: vcpu 0\n"
      " a-10 [000] .... 1.000003: kvm_exit: reason IO_INSTRUCTION rip 0x1 info 5658000b 0\n"
      " a-10 [000] .... 1.000004: kvm_entry: vcpu 0\n");
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  AccessRow const& row = got.sink.accesses[1].row;
  EXPECT_EQ(row.access, (core::Access{core::Space::port, core::Direction::read, 4, 0x5658, 0}));
  EXPECT_FALSE(row.value_known);
  EXPECT_EQ(row.stages[0], 1'000'003U);
  EXPECT_EQ(row.stages[15], 1'000'004U);
}

TEST(KvmStream, AmdExitsKeepTheirOwnNumbers) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0000000000700210 "
      "info2 "
      "0x0000000000000003\n"
      " a-10 [000] .... 1.000002: kvm_pio: pio_write at 0x70 size 1 count 1 val 0x1\n"
      " a-10 [000] .... 1.000003: kvm_entry: vcpu 0\n"
      " a-10 [000] .... 1.000004: kvm_exit: vcpu 0 reason npf rip 0x1 info1 0x10000000f info2 "
      "0xd0\n"
      " a-10 [000] .... 1.000005: kvm_exit: vcpu 0 reason hlt rip 0x1 info1 0x0 info2 0x0\n");
  EXPECT_EQ(got.info.cpu, "svm");
  ASSERT_EQ(got.sink.exits.size(), 3U);
  EXPECT_EQ(got.sink.exits[0].row.reason, 0x7bU);
  EXPECT_EQ(got.sink.exits[0].row.qualification, 0x700210U);
  EXPECT_EQ(got.sink.exits[1].row.reason, 0x400U);
  EXPECT_EQ(got.sink.exits[2].row.reason, 0x78U);
}

TEST(KvmStream, InventedQualificationsAreRejectedWithLineAndReason) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_entry: vcpu 0\n"
      " a-10 [000] .... 1.000002: kvm_exit: reason IO_INSTRUCTION rip 0x1 info1 "
      "0x00000cf900040008\n"
      " a-10 [000] .... 1.000003: kvm_exit: reason IO_INSTRUCTION rip 0x1 info1 0x3f8 info2 0x0\n");
  EXPECT_EQ(got.report.exits, 0U);
  EXPECT_EQ(got.report.source.rejected, 2U);
  EXPECT_EQ(got.report.rejected_by_reason.at("I/O qualification that hardware cannot report"), 2U);
  ASSERT_EQ(got.report.rejected.size(), 2U);
  EXPECT_EQ(got.report.rejected[0].line, 2U);
  EXPECT_EQ(got.report.rejected[0].text.substr(0, 5), " a-10");
}

TEST(KvmStream, UnknownReasonNamesAreKeptAsUnknown) {
  auto const got = import_text(
      " a-10 [000] .... 1.000001: kvm_exit: reason BRAND_NEW rip 0x1 info 0 0\n"
      " a-10 [000] .... 1.000002: kvm_exit: reason INVALID_STATE FAILED_VMENTRY rip 0x1 info 0 "
      "0\n");
  ASSERT_EQ(got.sink.exits.size(), 2U);
  EXPECT_EQ(got.sink.exits[0].row.reason, 0xFFFFFFFEU);
  EXPECT_EQ(got.sink.exits[1].row.reason, 33U);
  EXPECT_EQ(got.report.notes.at("exit reason with a name that is not known"), 1U);
}

TEST(KvmStream, LinesThatMailersWrappedAreJoined) {
  auto const got = import_text(
      "> a-10 [000] .... 1.000001: kvm_pio:\n"
      "> pio_write at 0x80 size 1 count 1 val 0x1\n"
      "> a-10 [000] .... 1.000002: kvm_pio:\n"
      "> a-10 [000] .... 1.000003: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x2\n");
  EXPECT_EQ(got.report.accesses, 2U);
  EXPECT_EQ(got.report.source.used, 3U);
  EXPECT_EQ(got.report.rejected_by_reason.at("event without its message"), 1U);
}

TEST(KvmStream, TimeThatRunsBackwardsIsKeptAndCounted) {
  auto const got = import_text(
      " a-10 [000] .... 1.000009: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n"
      " a-11 [001] .... 1.000002: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n");
  ASSERT_EQ(got.sink.accesses.size(), 2U);
  EXPECT_EQ(got.sink.accesses[1].row.time, 1'000'002U);
  EXPECT_EQ(got.report.notes.at("time stamp before that of an earlier line"), 1U);
}

TEST(KvmStream, EveryLineIsUsedIgnoredOrRejected) {
  auto const got = import_text(
      "# tracer: nop\n\n"
      " a-10 [000] .... 1.000001: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n"
      " a-10 [000] .... 1.000002: sched_switch: prev_comm=a\n"
      "console output of the guest\n" +
      std::string(70'000, 'x') +
      "\n a-10 [000] .... 1.000003: kvm_pio: pio_write at 0x80 size 9\n");
  EXPECT_EQ(got.report.lines, 7U);
  EXPECT_THAT(got.report.used_by_kind, UnorderedElementsAre(Pair("kvm_pio", 1)));
  EXPECT_THAT(
      got.report.ignored_by_kind,
      UnorderedElementsAre(Pair("comment", 1), Pair("blank line", 1), Pair("sched_switch", 1)));
  EXPECT_THAT(
      got.report.rejected_by_reason,
      UnorderedElementsAre(Pair("not an event line: no 'task-pid [cpu] time: event:' in it", 1),
                           Pair("line longer than 64 KiB", 1),
                           Pair("size of a port access is not 1, 2 or 4", 1)));
}

TEST(KvmStream, NanosecondsAndRawClocksSetTheTicks) {
  auto const nanoseconds = import_text(
      "a 10 [000] 1.000000123: kvm:kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n");
  EXPECT_EQ(nanoseconds.info.clock.hz_numerator, 1'000'000'000U);
  EXPECT_EQ(nanoseconds.sink.accesses.at(0).row.time, 1'000'000'123U);
  EXPECT_EQ(nanoseconds.report.source.dialect, "kvm-perf-script");
  auto const raw =
      import_text("a-10 [000] ..... 987654: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n");
  EXPECT_FALSE(raw.info.clock.timed());
  EXPECT_EQ(raw.sink.accesses.at(0).row.time, 987654U);
}

}  // namespace
}  // namespace acrn::traces

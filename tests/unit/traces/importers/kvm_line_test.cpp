// SPDX-License-Identifier: BSD-3-Clause
// Every way in which the tools print the head of a KVM event line.
#include "traces/importers/kvm_line.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace acrn::traces {
namespace {

struct Head {
  char const* name;
  char const* text;
  std::uint64_t thread;
  std::uint64_t cpu;
  std::uint64_t nanoseconds;
  char const* event;
  char const* message;
  KvmPrinter printer;
};
std::ostream& operator<<(std::ostream& out, Head const& head) { return out << head.name; }

class KvmLineHead : public testing::TestWithParam<Head> {};

TEST_P(KvmLineHead, IsTakenApart) {
  Head const& expected = GetParam();
  auto const line = parse_kvm_line(expected.text);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->thread, expected.thread);
  EXPECT_EQ(line->cpu, expected.cpu);
  EXPECT_EQ(line->time.ticks(9), expected.nanoseconds);
  EXPECT_EQ(line->event, expected.event);
  EXPECT_EQ(line->message, expected.message);
  EXPECT_EQ(line->printer, expected.printer);
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, KvmLineHead,
    testing::Values(
        Head{"ftrace_without_flags", "             kvm-5664  [000] 11906.220178: kvm_entry: vcpu 0",
             5664, 0, 11906'220'178'000, "kvm_entry", "vcpu 0", KvmPrinter::ftrace},
        Head{"ftrace_4_flags", " a-1 [003] d..1 83184.290326: kvm_fpu: load", 1, 3,
             83184'290'326'000, "kvm_fpu", "load", KvmPrinter::ftrace},
        Head{"ftrace_5_flags", "      CPU 36/KVM-2063    [097] ..... 1466862.728737: kvm_pio: x ",
             2063, 97, 1466862'728'737'000, "kvm_pio", "x", KvmPrinter::ftrace},
        Head{"ftrace_flags_with_letters", " <...>-12 [128] dNh2. 1.000001: kvm_eoi: apicid 0", 12,
             128, 1'000'001'000, "kvm_eoi", "apicid 0", KvmPrinter::ftrace},
        Head{"ftrace_with_tgid", " qemu-30 (     29) [001] ..... 5.000000: kvm_fpu: load", 30, 1,
             5'000'000'000, "kvm_fpu", "load", KvmPrinter::ftrace},
        Head{"trace_cmd", " qemu-system-x86-6660  [007]   398.691402: kvm_fpu:              unload",
             6660, 7, 398'691'402'000, "kvm_fpu", "unload", KvmPrinter::trace_cmd},
        Head{"trace_cmd_instance_ns",
             "hvtb:  qemu-system-x86-30037 [001]  2871.346554763: kvm_set_irq:          gsi 4",
             30037, 1, 2871'346'554'763, "kvm_set_irq", "gsi 4", KvmPrinter::trace_cmd},
        Head{"perf_script", "  k64  5869 [001]  1394.236505:     kvm:kvm_pio: pio_write at 0x3f8 ",
             5869, 1, 1394'236'505'000, "kvm_pio", "pio_write at 0x3f8", KvmPrinter::perf_script},
        Head{"perf_script_ns", "CPU 0/KVM  5869 [011]  1394.236505123: kvm:kvm_fpu: load", 5869, 11,
             1394'236'505'123, "kvm_fpu", "load", KvmPrinter::perf_script},
        Head{"perf_script_pid_tid", "qemu 1487/1489 [001] 1.5: kvm:kvm_fpu: load", 1489, 1,
             1'500'000'000, "kvm_fpu", "load", KvmPrinter::perf_script},
        Head{"perf_script_period", "qemu 9 [001] 1.5:          1 kvm:kvm_fpu: load", 9, 1,
             1'500'000'000, "kvm_fpu", "load", KvmPrinter::perf_script},
        Head{"trace_cmd_latency",
             "qemu-sys-6660    7d..1.   398.691402: kvm_fpu:              unload", 6660, 7,
             398'691'402'000, "kvm_fpu", "unload", KvmPrinter::trace_cmd},
        Head{"trace_cmd_latency_flags_apart", " CPU 0/KV-6660    7 ....  398.691402: kvm_fpu: load",
             6660, 7, 398'691'402'000, "kvm_fpu", "load", KvmPrinter::ftrace},
        Head{"comm_with_brackets", " [a: 1] b [2]-77 [004] .... 2.000000: kvm_fpu: load", 77, 4,
             2'000'000'000, "kvm_fpu", "load", KvmPrinter::ftrace},
        Head{"quoted_mail", "> > qemu-9 [000] .... 2.000000: kvm_fpu: load", 9, 0, 2'000'000'000,
             "kvm_fpu", "load", KvmPrinter::ftrace},
        Head{"empty_message", " qemu-9 [000] .... 2.000000: kvm_exit:", 9, 0, 2'000'000'000,
             "kvm_exit", "", KvmPrinter::ftrace},
        Head{"message_with_colons", " q-9 [000] 2.000000: kvm_emulate_insn: 0:fd0bd: f3 a5", 9, 0,
             2'000'000'000, "kvm_emulate_insn", "0:fd0bd: f3 a5", KvmPrinter::ftrace}),
    [](auto const& test) { return test.param.name; });

TEST(KvmLine, PerfScriptMayLeaveTheCpuOut) {
  auto const line = parse_kvm_line("CPU 1/KVM  1489  12.345678: kvm:kvm_fpu: load");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->thread, 1489U);
  EXPECT_FALSE(line->cpu);
  EXPECT_EQ(line->time.ticks(6), 12'345'678U);
}

TEST(KvmLine, RawClockHasNoFraction) {
  auto const line = parse_kvm_line(" q-9 [000] ..... 987654321012: kvm_fpu: load");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->time.fraction_digits, 0);
  EXPECT_EQ(line->time.ticks(0), 987654321012U);
}

TEST(KvmLine, OtherTextIsNoEvent) {
  for (char const* const text : {"",
                                 " ",
                                 "[",
                                 "]",
                                 "[000]",
                                 "hello world",
                                 "a-1 [000]",
                                 "a-1 [000] .... 1.000000",
                                 "a-1 [000] .... 1.000000: kvm_pio",
                                 "a-1 [x] .... 1.000000: kvm_pio: a",
                                 "[000] .... 1.000000: kvm_pio: a",
                                 "a-b [000] .... 1.000000: kvm_pio: a",
                                 "a-1 [000] .... 1.: kvm_pio: a",
                                 "a-1 [000] .... 1.000000: : a",
                                 "a-99999999999999999999 [000] 1.000000: kvm_pio: a",
                                 "CPU:1 [LOST 5 EVENTS]",
                                 "a) [000] 1.0: kvm_fpu: x",
                                 "a-1 7d..1..... 1.000000: kvm_pio: a",
                                 "a-1 x d..1 1.000000: kvm_pio: a",
                                 "a 1 7d..1 1.000000: kvm_pio: a",
                                 "7d..1 1.000000: kvm_pio: a",
                                 "d..1 1.000000: kvm_pio: a"}) {
    EXPECT_FALSE(parse_kvm_line(text)) << text;
  }
}

TEST(KvmLine, TimesOfFtracesLatencyFormatAreKnownForWhatTheyAre) {
  EXPECT_TRUE(has_relative_time("    qemu-9         3d..1   123us!: kvm_pio: pio_read at 0x71"));
  EXPECT_TRUE(has_relative_time("    qemu-9         3d..1     0us : kvm_fpu: load"));
  EXPECT_FALSE(has_relative_time("us"));
  EXPECT_FALSE(has_relative_time("it took 5us, which"));
  EXPECT_FALSE(has_relative_time("bus: kvm_pio: a"));
}

TEST(TextStamp, ScalesToTheTicksAsked) {
  EXPECT_EQ((TextStamp{2, 500'000, 6}).ticks(6), 2'500'000U);
  EXPECT_EQ((TextStamp{2, 500'000, 6}).ticks(9), 2'500'000'000U);
  EXPECT_EQ((TextStamp{2, 123'456'789, 9}).ticks(6), 2'123'456U);
  EXPECT_EQ((TextStamp{2, 5, 1}).ticks(6), 2'500'000U);
  EXPECT_EQ((TextStamp{2, 0, 0}).ticks(6), 2'000'000U);
}

TEST(LostMarker, IsReadInEveryForm) {
  struct Row {
    char const* text;
    std::uint64_t count;
    std::uint64_t cpu;
  };
  for (Row const& row :
       {Row{"CPU:3 [LOST 1234 EVENTS]", 1234, 3}, Row{"CPU:0 [LOST EVENTS]", 1, 0},
        Row{"CPU:12 [77 EVENTS DROPPED]", 77, 12}, Row{" CPU:1 [EVENTS DROPPED]", 1, 1},
        Row{"qemu 12 [002] 1.0: PERF_RECORD_LOST lost 42", 42, 2}}) {
    auto const marker = parse_lost_marker(row.text);
    ASSERT_TRUE(marker) << row.text;
    EXPECT_EQ(marker->count, row.count) << row.text;
    EXPECT_EQ(marker->cpu, row.cpu) << row.text;
  }
  EXPECT_FALSE(parse_lost_marker("CPU:1 is fine"));
  EXPECT_FALSE(parse_lost_marker("CPU:1 [FOUND 5 EVENTS]"));
  EXPECT_FALSE(parse_lost_marker("CPU 1 is empty"));
}

TEST(OverwrittenEntries, IsTheDifferenceInTheHeading) {
  EXPECT_EQ(overwritten_entries("# entries-in-buffer/entries-written: 44611/44611   #P:2"), 0U);
  EXPECT_EQ(overwritten_entries("# entries-in-buffer/entries-written: 44611/50000   #P:2"), 5389U);
  EXPECT_EQ(overwritten_entries("# entries-in-buffer/entries-written: 5/x"), 0U);
  EXPECT_EQ(overwritten_entries("# tracer: nop"), 0U);
}

TEST(KvmRemark, NamesItsKind) {
  EXPECT_STREQ(kvm_remark_kind("  "), "blank line");
  EXPECT_STREQ(kvm_remark_kind("> # tracer: nop"), "comment");
  EXPECT_STREQ(kvm_remark_kind("cpus=2"), "trace-cmd heading");
  EXPECT_STREQ(kvm_remark_kind("CPU 1 is empty"), "trace-cmd heading");
  EXPECT_STREQ(kvm_remark_kind("\tffffffffc0a2b3c4 kvm_emulate_pio+0x64 ([kvm])"), "call chain");
  EXPECT_STREQ(kvm_remark_kind(" => kvm_emulate_pio"), "call chain");
  EXPECT_EQ(kvm_remark_kind("face of a house"), nullptr);
  EXPECT_EQ(kvm_remark_kind("CPU:1 [LOST 5 EVENTS]"), nullptr);
}

}  // namespace
}  // namespace acrn::traces

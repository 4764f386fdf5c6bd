// SPDX-License-Identifier: BSD-3-Clause
// The exact outcome of every real trace we have. The numbers were found without the importer, with
// grep and awk on the decompressed text:
//   lines     wc -l
//   pio etc.  grep -c 'kvm_pio:', 'kvm_mmio:', 'unsatisfied-read', 'kvm_userspace_exit:' ...
//   accesses  KVM: pio + mmio - unsatisfied-read that a read follows
//             QEMU: grep -c memory_region_ops_ minus grep -c 'cpu -1'
//   forwarded grep -cE 'KVM_EXIT_(IO|MMIO) ', less exits whose access the recording cut off
//             in QEMU logs: all but ports that no device has: grep -c "name 'io'"
//   ports     QEMU: accesses whose 'addr' has at most 4 digits (all such regions are port regions)
//   cut       awk: more digits in 'value' than 2 x size
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <ostream>
#include <string>

#include "tests/support/data.hpp"
#include "tests/unit/traces/importers/list_sink.hpp"

namespace acrn::traces {
namespace {

struct Counts {
  std::uint64_t lines{}, used{}, ignored{};
  std::uint64_t accesses{}, forwarded{}, ports{};
  std::uint64_t exits{}, inputs{}, vcpus{};
  std::uint64_t cut{};
};

struct RealTrace {
  char const* name;
  char const* committed;  ///< path from the root; nullptr: outside test data only
  char const* shared;     ///< path in the outside test data
  char const* dialect;
  Counts counts;
};
std::ostream& operator<<(std::ostream& out, RealTrace const& trace) { return out << trace.name; }

class RealTraceCounts : public testing::TestWithParam<RealTrace> {};

std::uint64_t sum(std::map<std::string, std::uint64_t> const& counts) {
  return std::accumulate(
      counts.begin(), counts.end(), std::uint64_t{0},
      [](std::uint64_t total, auto const& entry) { return total + entry.second; });
}

/// Counts rows without keeping them: the largest trace has a million.
class CountingSink final : public RowSink {
 public:
  void write(std::uint16_t, AccessRow const& row) override {
    in_order = in_order && row.sequence == accesses;
    ++accesses;
    if (row.handling == Handling::forwarded) ++forwarded;
    if (row.access.space == core::Space::port) ++ports;
  }
  void write(std::uint16_t, ExitRow const&) override { ++exits; }
  void write(std::uint16_t, InjectRow const&) override {}
  void write(std::uint16_t, InputRow const&) override { ++inputs; }
  ClientId client(std::string_view) override { return ++clients; }
  void lost(std::uint16_t, std::uint64_t) override { FAIL() << "nothing was lost"; }

  std::uint64_t accesses{}, forwarded{}, ports{}, exits{}, inputs{};
  ClientId clients{};
  bool in_order{true};
};

void expect_report(ImportReport const& report, Counts const& expected) {
  EXPECT_EQ(report.lines, expected.lines);
  EXPECT_EQ(report.source.used, expected.used);
  EXPECT_EQ(report.source.ignored, expected.ignored);
  EXPECT_EQ(report.source.rejected, 0U);
  EXPECT_EQ(report.source.lost, 0U);
  EXPECT_EQ(sum(report.used_by_kind), expected.used);
  EXPECT_EQ(sum(report.ignored_by_kind), expected.ignored);
  EXPECT_EQ(report.accesses, expected.accesses);
  EXPECT_EQ(report.exits, expected.exits);
  EXPECT_EQ(report.inputs, expected.inputs);
  EXPECT_EQ(report.vcpus, expected.vcpus);
  auto const cut = report.notes.find("value wider than its access, cut");
  EXPECT_EQ(cut == report.notes.end() ? 0 : cut->second, expected.cut);
}

TEST_P(RealTraceCounts, AreExact) {
  RealTrace const& trace = GetParam();
  std::filesystem::path path;
  if (trace.committed != nullptr) {
    path = tests::source_dir() / trace.committed;
  } else if (auto const shared = tests::shared_data(trace.shared)) {
    path = *shared;
  } else {
    GTEST_SKIP() << "data absent: " << trace.shared;
  }
  TraceImport import(path.string(), {});
  CountingSink sink;
  ImportReport const report = import.run(sink);
  EXPECT_EQ(report.source.dialect, trace.dialect);
  expect_report(report, trace.counts);
  EXPECT_EQ(sink.accesses, trace.counts.accesses);
  EXPECT_EQ(sink.forwarded, trace.counts.forwarded);
  EXPECT_EQ(sink.ports, trace.counts.ports);
  EXPECT_EQ(sink.exits, trace.counts.exits);
  EXPECT_EQ(sink.inputs, trace.counts.inputs);
  EXPECT_TRUE(sink.in_order);
}

INSTANTIATE_TEST_SUITE_P(
    Kvm, RealTraceCounts,
    testing::Values(RealTrace{"seabios_ftrace",
                              "traces/captures/seabios_kvm.ftrace.txt.xz",
                              nullptr,
                              "kvm-ftrace",
                              {.lines = 44'623,
                               .used = 6'074 + 21'539 + 6'326 + 636,
                               .ignored = 12 + 9'827 + 88 + 88 + 33,
                               .accesses = 6'074 + 21'539 - 271,
                               .forwarded = 5'915 + 409,
                               .ports = 6'074,
                               .inputs = 636,
                               .vcpus = 1}},
                    RealTrace{"seabios_perf_script",
                              nullptr,
                              "kvm/pvm_seabios.perf-script.txt.xz",
                              "kvm-perf-script",
                              {.lines = 35'199,
                               .used = 6'008 + 21'539 + 6'272 + 446,
                               .ignored = 749 + 76 + 76 + 33,
                               .accesses = 6'008 + 21'539 - 271,
                               .forwarded = 5'861 + 409,
                               .ports = 6'008,
                               .inputs = 446,
                               .vcpus = 1}},
                    RealTrace{"k64_out",
                              "tests/golden/text/k64_out.perf-script.txt.xz",
                              nullptr,
                              "kvm-perf-script",
                              {.lines = 1'806,
                               .used = 600,
                               .ignored = 1'206,
                               .accesses = 300,
                               .forwarded = 300,
                               .ports = 300,
                               .vcpus = 1}},
                    // The recording ends between the 300th exit and its read.
                    RealTrace{"k64_in",
                              "tests/golden/text/k64_in.perf-script.txt.xz",
                              nullptr,
                              "kvm-perf-script",
                              {.lines = 1'804,
                               .used = 599,
                               .ignored = 1'205,
                               .accesses = 299,
                               .forwarded = 299,
                               .ports = 299,
                               .vcpus = 1}},
                    RealTrace{"k64_mmio_write",
                              "tests/golden/text/k64_mmio_write.perf-script.txt.xz",
                              nullptr,
                              "kvm-perf-script",
                              {.lines = 1'805,
                               .used = 600,
                               .ignored = 1'205,
                               .accesses = 300,
                               .forwarded = 300,
                               .vcpus = 1}},
                    // 300 unsatisfied reads and 299 reads: the last value was not recorded.
                    RealTrace{"k64_mmio_read",
                              "tests/golden/text/k64_mmio_read.perf-script.txt.xz",
                              nullptr,
                              "kvm-perf-script",
                              {.lines = 2'104,
                               .used = 899,
                               .ignored = 1'205,
                               .accesses = 300,
                               .forwarded = 300,
                               .vcpus = 1}},
                    RealTrace{"ftrace_2_6",
                              "tests/golden/text/ftrace_2.6_no_info.txt",
                              nullptr,
                              "kvm-ftrace",
                              {.lines = 9,
                               .used = 7,
                               .ignored = 2,
                               .accesses = 2,
                               .ports = 1,
                               .exits = 2,
                               .vcpus = 1}},
                    RealTrace{"ftrace_4_flags",
                              "tests/golden/text/ftrace_4_flags.txt",
                              nullptr,
                              "kvm-ftrace",
                              {.lines = 12,
                               .used = 9,
                               .ignored = 3,
                               .accesses = 2,
                               .forwarded = 1,
                               .ports = 2,
                               .exits = 3,
                               .vcpus = 1}},
                    RealTrace{"ftrace_5_flags",
                              "tests/golden/text/ftrace_5_flags.txt",
                              nullptr,
                              "kvm-ftrace",
                              {.lines = 11,
                               .used = 11,
                               .accesses = 2,
                               .ports = 2,
                               .exits = 3,
                               .inputs = 4,
                               .vcpus = 4}},
                    // No kvm_pio in it: the one access comes from its kvm_exit.
                    RealTrace{"ftrace_trace_marks",
                              "tests/golden/text/ftrace_trace_marks.txt",
                              nullptr,
                              "kvm-ftrace",
                              {.lines = 8,
                               .used = 6,
                               .ignored = 2,
                               .accesses = 1,
                               .ports = 1,
                               .exits = 3,
                               .vcpus = 1}},
                    RealTrace{"trace_cmd_padded",
                              "tests/golden/text/trace_cmd_padded.txt",
                              nullptr,
                              "kvm-trace-cmd",
                              {.lines = 12,
                               .used = 5,
                               .ignored = 7,
                               .accesses = 1,
                               .forwarded = 1,
                               .ports = 1,
                               .exits = 2,
                               .vcpus = 2}},
                    RealTrace{"trace_cmd_ns",
                              "tests/golden/text/trace_cmd_ns.txt",
                              nullptr,
                              "kvm-trace-cmd",
                              {.lines = 60,
                               .used = 59,
                               .ignored = 1,
                               .accesses = 21,
                               .forwarded = 19,
                               .ports = 21,
                               .inputs = 18,
                               .vcpus = 1}},
                    // Two vCPUs. The index port of the RTC is coalesced, the other five accesses
                    // have their exits.
                    RealTrace{"perf_script_ns",
                              "tests/golden/text/perf_script_ns.txt",
                              nullptr,
                              "kvm-perf-script",
                              {.lines = 120,
                               .used = 13,
                               .ignored = 107,
                               .accesses = 6,
                               .forwarded = 5,
                               .ports = 6,
                               .vcpus = 2}},
                    RealTrace{"trace_cmd_raw",
                              "tests/golden/text/trace_cmd_raw.txt",
                              nullptr,
                              "kvm-trace-cmd",
                              {.lines = 60,
                               .used = 59,
                               .ignored = 1,
                               .accesses = 21,
                               .forwarded = 19,
                               .ports = 21,
                               .inputs = 18,
                               .vcpus = 1}}),
    [](auto const& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Qemu, RealTraceCounts,
                         testing::Values(RealTrace{"microvm",
                                                   "traces/captures/microvm_linux_qemu.trace.xz",
                                                   nullptr,
                                                   "qemu-log",
                                                   {.lines = 189'610,
                                                    .used = 41'505 + 29'040 - 535,
                                                    .ignored = 189'610 - 70'010,
                                                    .accesses = 70'010,
                                                    .forwarded = 70'010 - 145,
                                                    .ports = 58'833,
                                                    .vcpus = 1,
                                                    .cut = 51}},
                                         RealTrace{"pc_virtioblk",
                                                   nullptr,
                                                   "qemu/tcg_pc_virtioblk_rr.trace.xz",
                                                   "qemu-log",
                                                   {.lines = 343'459,
                                                    .used = 190'212,
                                                    .ignored = 343'459 - 190'212,
                                                    .accesses = 190'212,
                                                    .forwarded = 190'212 - 3'243,
                                                    .ports = 83'265,
                                                    .vcpus = 1,
                                                    .cut = 143}},
                                         RealTrace{"linux_q35",
                                                   nullptr,
                                                   "qemu/tcg_linux_q35.trace.xz",
                                                   "qemu-log",
                                                   {.lines = 1'235'841,
                                                    .used = 1'046'110,
                                                    .ignored = 1'235'841 - 1'046'110,
                                                    .accesses = 1'046'110,
                                                    .forwarded = 1'046'110 - 3'241,
                                                    .ports = 132'534,
                                                    .vcpus = 1,
                                                    .cut = 8'311}}),
                         [](auto const& test) { return test.param.name; });

TEST(SeabiosTrace, EveryUserSpaceExitFoundItsAccess) {
  auto const got = tests::import_file(
      (tests::source_dir() / "traces/captures/seabios_kvm.ftrace.txt.xz").string());
  EXPECT_TRUE(got.report.notes.empty());
  EXPECT_EQ(got.report.source.crc32c, 0x62e0ad14U);
  AccessRow const& first = got.sink.accesses.at(0).row;
  EXPECT_EQ(first.access, (core::Access{core::Space::port, core::Direction::write, 1, 0x70, 0x8f}));
  EXPECT_EQ(first.time, 2871'448'722U);
  // The RTC's index port is coalesced: the exit after it is that of the IN from 0x71.
  EXPECT_EQ(first.handling, Handling::queued);
  AccessRow const& second = got.sink.accesses.at(1).row;
  EXPECT_EQ(second.handling, Handling::forwarded);
  EXPECT_EQ(second.stages[2], 2871'448'725U);
  EXPECT_EQ(second.stages[13], 2871'448'746U);
  // Found by a script on the text: accesses to the PIC, PIT, speaker and APICs, which this guest's
  // KVM has in the kernel; no other read lacks its exit.
  auto const in_kernel =
      std::count_if(got.sink.accesses.begin(), got.sink.accesses.end(),
                    [](auto const& access) { return access.row.handling == Handling::hypervisor; });
  EXPECT_EQ(in_kernel, 138);
}

TEST(PerfScriptTrace, VcpusAreNumberedInTheOrderOfTheirThreads) {
  auto const got =
      tests::import_file((tests::source_dir() / "tests/golden/text/perf_script_ns.txt").string());
  EXPECT_EQ(got.info.clock.hz_numerator, 1'000'000'000U);
  // The second vCPU's thread, 16216, prints first; the accesses are those of thread 16215.
  for (auto const& access : got.sink.accesses) EXPECT_EQ(access.vcpu, 0);
  EXPECT_EQ(got.sink.accesses.at(0).row.time, 5317'436'896'140U);
}

TEST(SeabiosTrace, AllPrintsOfOneRecordingAgree) {
  auto const raw =
      tests::import_file((tests::source_dir() / "tests/golden/text/trace_cmd_raw.txt").string());
  auto const printed =
      tests::import_file((tests::source_dir() / "tests/golden/text/trace_cmd_ns.txt").string());
  ASSERT_EQ(raw.sink.accesses.size(), printed.sink.accesses.size());
  for (std::size_t i = 0; i < raw.sink.accesses.size(); ++i) {
    AccessRow const& a = raw.sink.accesses[i].row;
    AccessRow const& b = printed.sink.accesses[i].row;
    EXPECT_EQ(a.access, b.access);
    EXPECT_EQ(a.handling, b.handling);
    EXPECT_NEAR(static_cast<double>(a.time), static_cast<double>(b.time) / 1000, 1);
  }
}

}  // namespace
}  // namespace acrn::traces

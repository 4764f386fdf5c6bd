// SPDX-License-Identifier: BSD-3-Clause
// From a source file to a capture that reads back, and what is left when that fails.
#include "traces/importers/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>

#include "tests/support/data.hpp"
#include "tests/unit/traces/importers/files.hpp"
#include "traces/error.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using tests::TemporaryDirectory;

std::string const seabios =
    (tests::source_dir() / "traces/captures/seabios_kvm.ftrace.txt.xz").string();
std::string const microvm =
    (tests::source_dir() / "traces/captures/microvm_linux_qemu.trace.xz").string();

struct ReadBack {
  std::uint64_t accesses{}, inputs{}, forwarded{};
  std::set<std::uint32_t> clients;
  CaptureInfo info;
};

ReadBack read_back(std::string const& path) {
  Reader reader(path);
  ReadBack got;
  got.info = reader.info();
  Reader::Rows rows;
  std::uint64_t next = 0;
  while (reader.next(rows)) {
    for (AccessRow const& row : rows.access) {
      EXPECT_EQ(row.sequence, next++);
      got.forwarded += row.handling == Handling::forwarded ? 1 : 0;
      got.clients.insert(row.client);
    }
    got.accesses += rows.access.size();
    got.inputs += rows.input.size();
  }
  return got;
}

TEST(ImportCapture, TheSeabiosBootReadsBackWhole) {
  TemporaryDirectory const directory;
  std::string const path = (directory.path() / "seabios.acap").string();
  ImportReport const report = import_capture(seabios, path, {});
  EXPECT_EQ(report.accesses, 27'342U);
  ReadBack const got = read_back(path);
  EXPECT_EQ(got.accesses, 27'342U);
  EXPECT_EQ(got.inputs, 636U);
  EXPECT_EQ(got.forwarded, 6'324U);
  EXPECT_EQ(got.info.clock.kind, "kvm-trace");
  EXPECT_EQ(got.info.clock.hz_numerator, 1'000'000U);
  EXPECT_EQ(got.info.source.dialect, "kvm-ftrace");
  EXPECT_EQ(got.info.source.file, "seabios_kvm.ftrace.txt.xz");
  EXPECT_EQ(got.info.source.crc32c, report.source.crc32c);
  EXPECT_EQ(got.info.source.used, report.source.used);
  EXPECT_EQ(got.info.source.ignored, report.source.ignored);
  EXPECT_THAT(got.info.never_recorded, Contains("exit"));
}

TEST(ImportCapture, TheMicrovmBootKeepsItsRegionNames) {
  TemporaryDirectory const directory;
  std::string const path = (directory.path() / "microvm.acap").string();
  import_capture(microvm, path, {});
  ReadBack const got = read_back(path);
  EXPECT_EQ(got.accesses, 70'010U);
  EXPECT_EQ(got.clients.size(), 12U);  // sort -u of the log's names
  EXPECT_EQ(got.info.clients.size(), 12U);
  EXPECT_EQ(got.info.clients.at(*got.clients.begin()), "io");  // grep -m1 memory_region_ops
  EXPECT_THAT(got.info.clients, Contains(testing::Pair(testing::_, "virtio-mmio")));
}

TEST(ImportCapture, TheSameSourceGivesTheSameBytes) {
  TemporaryDirectory const directory;
  std::string const first = (directory.path() / "a.acap").string();
  std::string const second = (directory.path() / "b.acap").string();
  import_capture(seabios, first, {});
  import_capture(seabios, second, {});
  EXPECT_EQ(tests::read_file(first), tests::read_file(second));
}

TEST(ImportCapture, LeavesNothingBehindWhenItFails) {
  TemporaryDirectory const directory;
  std::string const whole = tests::read_file(seabios);
  std::string const cut =
      tests::write_file(directory.path() / "cut.xz", std::string_view{whole}.substr(0, 100'000));
  fs::create_directory(directory.path() / "out");
  std::string const path = (directory.path() / "out" / "x.acap").string();
  EXPECT_THROW(import_capture(cut, path, {}), ContentError);
  EXPECT_TRUE(fs::is_empty(directory.path() / "out"));

  ImportOptions cancel;
  cancel.progress = [](ImportProgress const& progress) {
    if (progress.lines > 20'000) throw std::runtime_error("cancelled");
  };
  EXPECT_THROW(import_capture(seabios, path, cancel), std::runtime_error);
  EXPECT_TRUE(fs::is_empty(directory.path() / "out"));
}

TEST(ImportCapture, AFailureLeavesAnEarlierCaptureAlone) {
  TemporaryDirectory const directory;
  std::string const path = tests::write_file(directory.path() / "x.acap", "earlier");
  std::string const bad = tests::write_file(directory.path() / "bad", "no trace\n");
  EXPECT_THROW(import_capture(bad, path, {}), ContentError);
  EXPECT_EQ(tests::read_file(path), "earlier");
}

TEST(ImportCapture, SaysWhenSourceOrDestinationCannotBeOpened) {
  TemporaryDirectory const directory;
  std::string const absent = (directory.path() / "absent").string();
  EXPECT_THROW(import_capture(absent, (directory.path() / "x.acap").string(), {}),
               EnvironmentError);
  EXPECT_THROW(import_capture(seabios, absent + "/x.acap", {}), EnvironmentError);
}

TEST(DialectNames, AreTheFourThatImportTakes) {
  EXPECT_THAT(dialect_names(),
              testing::ElementsAre("kvm-ftrace", "kvm-trace-cmd", "kvm-perf-script", "qemu-log"));
}

}  // namespace
}  // namespace acrn::traces

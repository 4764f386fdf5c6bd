// SPDX-License-Identifier: BSD-3-Clause
// Tests of what record kvm asks of the machine before it starts perf.
#include "sim/cli/record_kvm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/data.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string const& tracefs) {
  try {
    find_kvm_events(tracefs);
  } catch (traces::EnvironmentError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(FindKvmEvents, NamesWhatThisKernelHas) {
  tests::TemporaryDirectory const folder;
  std::filesystem::create_directories(folder.path() / "events/kvm/kvm_pio");
  std::filesystem::create_directories(folder.path() / "events/kvm/kvm_exit");
  std::filesystem::create_directories(folder.path() / "events/kvm/kvm_unheard_of");
  EXPECT_THAT(find_kvm_events(folder.path().string()), ElementsAre("kvm:kvm_exit", "kvm:kvm_pio"));
}

TEST(FindKvmEvents, SaysHowToMountTracefs) {
  tests::TemporaryDirectory const folder;
  EXPECT_THAT(refusal(folder.path().string()), HasSubstr("mount -t tracefs"));
}

TEST(FindKvmEvents, SaysWhichModuleToLoad) {
  tests::TemporaryDirectory const folder;
  std::filesystem::create_directories(folder.path() / "events");
  EXPECT_THAT(refusal(folder.path().string()), HasSubstr("modprobe kvm_intel"));
}

TEST(FindKvmEvents, RefusesAKernelWithoutAnyNeededEvent) {
  tests::TemporaryDirectory const folder;
  std::filesystem::create_directories(folder.path() / "events/kvm/kvm_unheard_of");
  EXPECT_THAT(refusal(folder.path().string()), HasSubstr("has none of the events"));
}

TEST(PerfCommand, RecordsEveryGuestWithoutTarget) {
  EXPECT_THAT(
      perf_record_command({}, {"kvm:kvm_pio"}, "d"),
      ElementsAre("perf", "record", "-q", "-m", "4096", "-o", "d", "-e", "kvm:kvm_pio", "-a"));
}

TEST(PerfCommand, RecordsOneProcessForATime) {
  RecordJob const job{.pid = 42, .duration_ns = 1'500'000'000};
  EXPECT_THAT(perf_record_command(job, {"a", "b"}, "d"),
              ElementsAre("perf", "record", "-q", "-m", "4096", "-o", "d", "-e", "a,b", "-p", "42",
                          "--", "sleep", "1.500000000"));
}

TEST(PerfCommand, RecordsACommandUntilItEnds) {
  RecordJob const job{.command = {"qemu", "-accel", "kvm"}};
  EXPECT_THAT(perf_record_command(job, {"a"}, "d"),
              ElementsAre("perf", "record", "-q", "-m", "4096", "-o", "d", "-e", "a", "--", "qemu",
                          "-accel", "kvm"));
}

}  // namespace
}  // namespace acrn::cli

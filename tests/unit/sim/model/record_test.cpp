// SPDX-License-Identifier: BSD-3-Clause
// Recordings of timed replays: stamps and slot times are simulated ones, and replaying a recording
// gives it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/sim/model/plans.hpp"
#include "traces/error.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace acrn::model {
namespace {

using testing::ElementsAre;
using tests::Made;
using tests::plan_of;
using tests::round_timing;
using traces::Handling;

/// A file in the tests' folder, gone afterwards.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string const& name)
      : path_{testing::TempDir() + "acrn_record_" + std::to_string(getpid()) + name} {}
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;
  [[nodiscard]] std::string const& path() const { return path_; }

 private:
  std::string path_;
};

void record(replay::Plan const& plan, std::string const& path) {
  traces::CaptureInfo info = tests::capture_info(0);
  info.clock = recording_clock(plan.info().clock);
  info.cpu = "vmx";
  traces::Writer writer{path, info};
  TimedOptions options;
  options.record = &writer;
  (void)replay_timed(plan, round_timing(), options);
  writer.finish(info);
}

std::string content(std::string const& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

replay::Plan load(std::string const& path) {
  traces::Reader reader{path};
  return replay::Plan::load(reader);
}

TEST(TimedRecord, HoldsTheSimulatedStampsAndSlotTimes) {
  TemporaryFile const file{".acap"};
  record(plan_of({{0, 5000, Handling::hypervisor, 0x20}, {0, 6000}}), file.path());
  traces::Reader reader{file.path()};
  traces::Reader::Rows rows;
  std::vector<traces::AccessRow> accesses;
  std::vector<traces::SlotRow> slots;
  while (reader.next(rows)) {
    accesses.insert(accesses.end(), rows.access.begin(), rows.access.end());
    slots.insert(slots.end(), rows.slot.begin(), rows.slot.end());
  }
  ASSERT_EQ(accesses.size(), 2U);
  constexpr std::uint64_t none = traces::no_stamp;
  EXPECT_THAT(accesses[0].stages, ElementsAre(0, 10, none, none, none, none, none, none, none, none,
                                              none, none, none, 15, none, 125));
  EXPECT_EQ(accesses[1].time, 1000U);
  EXPECT_THAT(accesses[1].stages, ElementsAre(1000, 1010, 1030, 1030, 1060, 1100, 1150, 1210, 1280,
                                              1360, 1360, 1450, none, 1550, none, 1660));
  std::vector<std::uint64_t> times;
  for (traces::SlotRow const& slot : slots) times.push_back(slot.time);
  EXPECT_THAT(times, ElementsAre(1030, 1150, 1360, 1550));
}

class TimedFixedPoint : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Clocks, TimedFixedPoint,
                         testing::Values(0, 1'000'000, 1'000'000'000, 2'494'391'000,
                                         1'000'000'000'000));

TEST_P(TimedFixedPoint, ReplayingARecordingGivesItAgain) {
  std::vector<Made> made;
  std::uint64_t time = 123'456'789;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    time += i * 7919 % 1500;
    Made one{static_cast<std::uint16_t>(i * 31 % 3), time};
    one.handling = i % 3 == 0 ? Handling::hypervisor : Handling::forwarded;
    one.port = one.handling == Handling::hypervisor ? 0x20 : 0x60;
    one.count = i % 50 == 0 ? 3 : 1;
    made.push_back(one);
  }
  TemporaryFile const first{".1.acap"};
  TemporaryFile const second{".2.acap"};
  if (GetParam() == 0) {  // untimed: the gap is only in the first replay
    replay::Plan const untimed = plan_of(made, 0);
    traces::CaptureInfo info = tests::capture_info(0);
    info.clock = recording_clock(untimed.info().clock);
    info.cpu = "vmx";
    traces::Writer writer{first.path(), info};
    TimedOptions options;
    options.record = &writer;
    options.assume_gap_ns = 700;
    (void)replay_timed(untimed, round_timing(), options);
    writer.finish(info);
  } else {
    record(plan_of(made, GetParam()), first.path());
  }
  record(load(first.path()), second.path());
  std::string const expected = content(first.path());
  EXPECT_GT(expected.size(), 1000U);
  EXPECT_TRUE(content(second.path()) == expected);
}

/// Files of this process cannot grow beyond `bytes` while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_{std::signal(SIGXFSZ, SIG_IGN)} {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(FileSizeLimit const&) = delete;
  FileSizeLimit& operator=(FileSizeLimit const&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(TimedRecord, AWriterThatFailsAmidTheSimulationIsHeard) {
  TemporaryFile const file{".acap.partial"};
  traces::Writer writer{file.path().substr(0, file.path().size() - std::string{".partial"}.size()),
                        tests::capture_info(1'000'000'000),
                        {.codec = traces::Codec::none, .chunk_rows = 64}};
  TimedOptions options;
  options.record = &writer;
  replay::Plan const plan = plan_of(std::vector<Made>(2000));
  FileSizeLimit const limit{8192};
  EXPECT_THROW((void)replay_timed(plan, round_timing(), options), traces::EnvironmentError);
}

}  // namespace
}  // namespace acrn::model

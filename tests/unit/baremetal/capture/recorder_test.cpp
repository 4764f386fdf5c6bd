// SPDX-License-Identifier: BSD-3-Clause
// What a recorder was told is what a reader finds: every row, past every flush, cut and drop.
#include "baremetal/capture/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/baremetal/capture/recorded.hpp"

namespace acrn::baremetal::tests {
namespace {

using acrn::tests::show;

RecorderConfig config_for(Pages& pages) {
  return {.vm = 3, .vcpu = 0, .clients = {}, .memory = pages.bytes()};
}

class RecordedRows : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RecordedRows, AreReadBackAsTheyWereTold) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{GetParam(), recorder};
  script.before_the_first_exit();
  std::uint64_t const exits = 50 + script.random() % 3000;
  for (std::uint64_t i = 0; i < exits; ++i) {
    script.exit();
    if (recorder.wants_flush() || script.random() % 500 == 0) recorder.flush(capture.sink());
  }
  recorder.finish(capture.sink());
  ReadBack const back = read_back(capture.file());
  EXPECT_EQ(show(back.rows), show(script.rows()));
  EXPECT_EQ(back.dropped, 0U);
  EXPECT_TRUE(back.cut) << "the image writes no index";
  EXPECT_EQ(recorder.counts().exits, exits);
  EXPECT_EQ(recorder.counts().accesses, script.rows().access.begin()->second.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecordedRows, testing::Range<std::uint64_t>(1, 16));

TEST(RecordedCapture, HoldsMoreRowsInAFlushThanInAChunk) {
  Pages pages{recorder_memory_min + (std::size_t{8} << 20U)};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{99, recorder};
  std::size_t const exits = 2 * traces::raw_rows_max + 100;
  for (std::size_t i = 0; i < exits; ++i) {
    ASSERT_FALSE(recorder.wants_flush());
    script.exit();
  }
  recorder.finish(capture.sink());
  EXPECT_EQ(recorder.counts().flushes, 1U);
  EXPECT_EQ(show(read(capture.file())), show(script.rows()));
}

/// A file of two flushes, and where their frames end.
struct TwoFlushes {
  std::string file{};
  std::size_t start{};
  std::string first{};
  std::string both{};
};

TwoFlushes two_flushes() {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{7, recorder};
  TwoFlushes result{.start = capture.file().size()};
  for (int i = 0; i < 12; ++i) script.exit();
  recorder.flush(capture.sink());
  result.first = capture.file();
  for (int i = 0; i < 12; ++i) script.exit();
  recorder.finish(capture.sink());
  result.file = capture.file();
  result.both = show(script.rows());
  return result;
}

TEST(RecordedCapture, CutAtAnyByteOpensUpToItsLastWholeChunk) {
  TwoFlushes const whole = two_flushes();
  std::vector<std::size_t> frames;  // where each whole chunk ends
  std::string const sync{"\xF7\x61\x63\x46"};
  for (std::size_t at = whole.start; at != std::string::npos; at = whole.file.find(sync, at + 1)) {
    if (at > whole.start) frames.push_back(at);
  }
  frames.push_back(whole.file.size());
  std::string expected = show(read(whole.file.substr(0, whole.start)));
  std::size_t next = 0;
  for (std::size_t size = whole.start; size <= whole.file.size(); ++size) {
    if (next < frames.size() && size == frames[next]) {
      ++next;
      expected = show(read(whole.file.substr(0, size)));
      ASSERT_FALSE(expected.empty());
    } else {
      ASSERT_EQ(show(read(whole.file.substr(0, size))), expected) << "cut at " << size;
    }
  }
  EXPECT_EQ(expected, whole.both);
}

TEST(RecordedCapture, KeepsWhatIsFlushedWhenTheRingOverflows) {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{5, recorder};
  for (int i = 0; i < 500; ++i) script.exit();
  recorder.flush(capture.sink());
  std::string const before = show(read(capture.file()));
  EXPECT_EQ(before, show(script.rows()));
  // Nobody flushes: whole exits from the first that has no room on are lost, and counted.
  std::size_t const told = 500 + 20'000;
  for (std::size_t i = 500; i < told; ++i) script.exit();
  EXPECT_TRUE(recorder.wants_flush());
  recorder.flush(capture.sink());
  std::size_t const kept = recorder.counts().exits;
  EXPECT_GT(kept, 2'000U);
  EXPECT_LT(kept, told);
  std::uint64_t const dropped = recorder.counts().dropped;
  EXPECT_GE(dropped, told - kept);
  for (int i = 0; i < 10; ++i) script.exit();
  recorder.finish(capture.sink());
  ReadBack const back = read_back(capture.file());
  auto const& exits = back.rows.exit.begin()->second;
  ASSERT_EQ(exits.size(), kept + 10);
  EXPECT_EQ(back.dropped, dropped) << "told with the first chunk behind the gap";
  auto const& all = script.rows().exit.begin()->second;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    std::size_t const source = i < kept ? i : told + (i - kept);
    ASSERT_EQ(show(exits[i]), show(all[source])) << i;
  }
  auto const& accesses = back.rows.access.begin()->second;
  for (std::size_t i = 0; i < accesses.size(); ++i) ASSERT_EQ(accesses[i].sequence, i);
}

TEST(RecordedCapture, TakesBackAnExitThatLogsTooMuch) {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{6, recorder};
  for (int i = 0; i < 20; ++i) script.exit();
  std::string const expected = show(script.rows());
  recorder.begin_exit({.reason = 48}, 0x1000, {5});
  recorder.access({.size = 1}, {.handling = traces::Handling::hypervisor});
  std::vector<std::uint8_t> const page(4096);
  for (int i = 0; i < 5; ++i) recorder.log(traces::RawKind::ram, page);
  recorder.end_exit({core::Commit{}, core::ControlWrite{}}, core::Progress::done, {});
  recorder.enter({}, {6});
  recorder.finish(capture.sink());
  ReadBack const back = read_back(capture.file());
  EXPECT_EQ(show(back.rows), expected);
  EXPECT_EQ(back.dropped, 2U) << "the exit and its access";
}

TEST(RecordedCapture, CountsWhatTheSinkDoesNotTake) {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture{std::size_t{20} << 10U};
  Script script{8, recorder};
  for (int i = 0; i < 100; ++i) script.exit();
  recorder.flush(capture.sink());
  std::string const taken = capture.file();
  EXPECT_EQ(recorder.counts().dropped, 0U);
  std::string const expected = show(script.rows());
  for (int i = 0; i < 2000; ++i) script.exit();
  recorder.finish(capture.sink());
  EXPECT_EQ(recorder.counts().exits, 100U);
  EXPECT_GE(recorder.counts().dropped, 2000U);
  ReadBack const back = read_back(capture.file());
  EXPECT_EQ(show(back.rows), expected) << "what was taken stays whole";
  EXPECT_EQ(back.dropped, recorder.counts().dropped) << "the last chunk tells, being small";
}

TEST(RecordedCapture, DigestIsThatOfItsAccesses) {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  Script script{11, recorder};
  for (int i = 0; i < 300; ++i) {
    script.exit();
    if (i % 100 == 0) recorder.flush(capture.sink());
  }
  recorder.finish(capture.sink());
  traces::VcpuDigest digest;
  for (auto const& row : script.rows().access.begin()->second) digest.add({.access = row.access});
  EXPECT_EQ(recorder.digest().value(), digest.value());
  EXPECT_EQ(recorder.digest().sequence(), digest.sequence());
}

TEST(RecordedCapture, DigestKnowsFaults) {
  Pages pages{recorder_memory_min};
  Recorder recorder{config_for(pages)};
  Capture capture;
  core::Access const access{.size = 2, .address = 0x60, .value = 5};
  recorder.begin_exit({.reason = 30}, 0, {1});
  recorder.access(access, {.handling = traces::Handling::unclaimed, .fault_vector = 13});
  recorder.end_exit({core::Commit{}, core::ControlWrite{}}, core::Progress::fault, {});
  recorder.leave({2});
  recorder.finish(capture.sink());
  traces::VcpuDigest digest;
  digest.add({.access = access, .fault = traces::digest_fault(13)});
  EXPECT_EQ(recorder.digest().value(), digest.value());
}

TEST(RecordedCapture, APlainExitIsTheRowOfAWholeOne) {
  core::MachineExit const port{.reason = 30, .instruction_length = 1, .qualification = 0x21'0008};
  core::MachineExit const other{.reason = 48, .qualification = 1, .guest_physical = {0xfee0'0000}};
  auto const record = [&](bool plainly) {
    Pages pages{recorder_memory_min};
    Recorder recorder{config_for(pages)};
    Capture capture;
    for (core::MachineExit const& exit : {other, port, port}) {
      bool const plain = plainly && exit.reason == 30;
      if (plain) {
        recorder.begin_plain_exit(exit, 0x1000, {5});
      } else {
        recorder.begin_exit(exit, 0x1000, {5});
      }
      recorder.end_exit({core::Commit{}, core::ControlWrite{}}, core::Progress::done, {});
      if (plain) {
        recorder.enter_quietly({6});
      } else {
        recorder.enter({}, {6});
      }
    }
    recorder.finish(capture.sink());
    return show(read_back(capture.file()).rows);
  };
  EXPECT_EQ(record(true), record(false));
}

TEST(RecordedCapture, NamesItsClientsOnce) {
  std::array const clients{traces::ClientNameView{.id = 1, .name = "uart"},
                           traces::ClientNameView{.id = 2, .name = "rtc"}};
  Pages pages{recorder_memory_min};
  RecorderConfig config = config_for(pages);
  config.clients = clients;
  Recorder recorder{config};
  Capture capture;
  Script script{12, recorder};
  for (int i = 0; i < 40; ++i) script.exit();
  recorder.flush(capture.sink());
  for (int i = 0; i < 40; ++i) script.exit();
  recorder.finish(capture.sink());
  std::string const file = capture.file();
  std::size_t const first = file.find("uart");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(file.find("uart", first + 1), std::string::npos);
}

TEST(Recorder, ThatIsOffTakesEveryCallAndKeepsNothing) {
  Recorder recorder;
  EXPECT_FALSE(recorder.is_on());
  Capture capture;
  std::string const before = capture.file();
  Script script{13, recorder};
  script.before_the_first_exit();
  for (int i = 0; i < 100; ++i) script.exit();
  recorder.flush(capture.sink());
  recorder.finish(capture.sink());
  EXPECT_EQ(capture.file(), before);
}

TEST(RecorderDeathTest, RefusesTooLittleMemory) {
  Pages pages{recorder_memory_min};
  auto const small = pages.bytes().first(recorder_memory_min - 4096);
  EXPECT_DEATH(Recorder({.memory = small}), "recorder_memory_min");
}

}  // namespace
}  // namespace acrn::baremetal::tests

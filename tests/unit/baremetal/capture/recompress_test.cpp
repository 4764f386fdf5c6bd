// SPDX-License-Identifier: BSD-3-Clause
// What the image wrote, written anew: the same rows, an index, and few bytes.
#include "traces/recompress.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/support/data.hpp"
#include "tests/unit/baremetal/capture/recorded.hpp"
#include "traces/error.hpp"

namespace acrn::baremetal::tests {
namespace {

using acrn::tests::show;

/// A file in a directory of its own.
class StoredCapture {
 public:
  explicit StoredCapture(std::string const& bytes) {
    std::ofstream{source(), std::ios::binary} << bytes;
  }
  [[nodiscard]] std::string source() const { return directory_.path() / "image.acap"; }
  [[nodiscard]] std::string output() const { return directory_.path() / "kept.acap"; }

 private:
  acrn::tests::TemporaryDirectory directory_;
};

TEST(Recompress, KeepsEveryRowAndAddsTheEnd) {
  Pages pages{recorder_memory_min};
  Recorder recorder{{.vm = 3, .vcpu = 0, .clients = {}, .memory = pages.bytes()}};
  Capture capture;
  Script script{21, recorder};
  script.before_the_first_exit();
  for (int i = 0; i < 6000; ++i) {
    script.exit();
    if (recorder.wants_flush()) recorder.flush(capture.sink());
  }
  recorder.finish(capture.sink());
  StoredCapture const file{capture.file()};
  traces::RecompressReport const report = traces::recompress(file.source(), file.output());
  EXPECT_TRUE(report.cut);
  EXPECT_EQ(report.rows[1], 6000U);
  EXPECT_LT(report.bytes_written, report.bytes_read);
  traces::Reader reader{file.output()};
  EXPECT_FALSE(reader.cut());
  EXPECT_EQ(reader.info().version, 2U);
  ASSERT_EQ(reader.info().vms.size(), 1U);
  ASSERT_EQ(reader.info().vms[0].devices.size(), 1U);
  EXPECT_EQ(reader.info().vms[0].devices[0].name, "platform");
  EXPECT_EQ(reader.info().vms[0].devices[0].configuration, std::string("\x01\x00", 2));
  EXPECT_EQ(show(acrn::tests::read_all(reader)), show(script.rows()));
}

TEST(Recompress, KeepsTheCountOfLostRows) {
  Pages pages{recorder_memory_min};
  Recorder recorder{{.vm = 3, .vcpu = 0, .clients = {}, .memory = pages.bytes()}};
  Capture capture;
  Script script{22, recorder};
  for (int i = 0; i < 20'000; ++i) script.exit();
  recorder.flush(capture.sink());
  for (int i = 0; i < 5; ++i) script.exit();
  recorder.finish(capture.sink());
  ASSERT_GT(recorder.counts().dropped, 0U);
  StoredCapture const file{capture.file()};
  traces::RecompressReport const report = traces::recompress(file.source(), file.output());
  EXPECT_EQ(report.dropped, recorder.counts().dropped);
  ReadBack const before = read_back(capture.file());
  traces::Reader reader{file.output()};
  EXPECT_EQ(show(acrn::tests::read_all(reader)), show(before.rows));
  std::uint64_t dropped = 0;  // told by whichever stream comes first behind the gap
  for (traces::StreamTotals const& totals : reader.totals()) dropped += totals.dropped;
  EXPECT_EQ(dropped, recorder.counts().dropped);
}

TEST(Recompress, KnowsCapturesByTheirFirstBytes) {
  EXPECT_TRUE(traces::is_capture(StoredCapture{Capture{}.file()}.source()));
  EXPECT_FALSE(traces::is_capture(StoredCapture{"some text"}.source()));
  EXPECT_FALSE(traces::is_capture(StoredCapture{""}.source()));
  EXPECT_FALSE(traces::is_capture("/nowhere"));
  EXPECT_FALSE(traces::is_capture("-"));
}

/// Exits as a Linux boot with a verbose console makes them: mostly the serial port's status and
/// data, forwarded; timer ticks with their interrupt controller's ports in between.
class BootScript {
 public:
  explicit BootScript(Recorder& recorder) : recorder_{recorder} {}

  void character() {
    port(0x3fd, core::Direction::read, 0x60, 0xffff'ffff'8159'1b11);
    port(0x3f8, core::Direction::write, 0x20 + random_() % 0x50, 0xffff'ffff'8159'1b31);
    if (++characters_ % 8 == 0) timer();
  }
  [[nodiscard]] std::uint64_t exits() const { return exits_; }

 private:
  /// A way of the code that is the same each time, but for a few instructions.
  std::uint64_t step(std::uint64_t usual, std::uint64_t spread) {
    return usual + (random_() % 4 == 0 ? random_() % spread : 0);
  }
  void begin(core::MachineExit const& exit, std::uint64_t rip) {
    now_ += step(150, 40);
    recorder_.begin_exit(exit, rip, {now_});
    ++exits_;
  }
  void end(core::Commit const& commit, core::EntryPlan const& plan = {}) {
    recorder_.end_exit({commit, core::ControlWrite{}}, core::Progress::done, {});
    now_ += step(120, 8);
    recorder_.enter(plan, {now_});
  }
  void port(std::uint16_t number, core::Direction direction, std::uint64_t value,
            std::uint64_t rip) {
    bool const reads = direction == core::Direction::read;
    begin({.reason = 30,
           .instruction_length = 1,
           .qualification = std::uint64_t{number} << 16U | (reads ? 8U : 0U)},
          rip);
    recorder_.asked(0, reads ? number : value);
    recorder_.asked(traces::exit_read::rflags, random_() % 3 == 0 ? 0x2 : 0x46);
    bool const forwarded = number >= 0x100;
    std::array<std::uint64_t, 16> row{};
    std::uint64_t const pending = now_ += step(90, 6);
    for (std::size_t stage = 4; stage < 10; ++stage) row[stage] = now_ += step(35, 16);
    now_ += step(40, 16);
    if (forwarded) recorder_.request(pending, now_, {.stamps = {}, .client = 1, .row = row.data()});
    recorder_.access(
        {core::Space::port, direction, 1, number, value},
        {.handling = forwarded ? traces::Handling::forwarded : traces::Handling::hypervisor,
         .client = forwarded ? 1U : 0U});
    core::Commit commit;
    commit.start(1);
    if (reads) commit.set(core::Register::rax, (number & 0xff00U) | value);
    end(commit);
  }
  void timer() {
    begin({.reason = 52}, 0xffff'ffff'8100'0000 + random_() % 0x40'0000);
    recorder_.asked(traces::exit_read::entry_state, 0x246);
    core::Commit commit;
    commit.start(0);
    core::EntryPlan plan;
    plan.interruption_information = 0x8000'0030;
    plan.origin = core::InjectOrigin::device;
    end(commit, plan);
    port(0x21, core::Direction::read, 0xfa, 0xffff'ffff'8103'5a11);
    port(0x21, core::Direction::write, 0xfb, 0xffff'ffff'8103'5a20);
    port(0x20, core::Direction::write, 0x60, 0xffff'ffff'8103'5a31);
    port(0x21, core::Direction::write, 0xfa, 0xffff'ffff'8103'5a44);
  }

  std::mt19937_64 random_{1};
  Recorder& recorder_;
  std::uint64_t now_{1'000'000'000};
  std::uint64_t exits_{};
  std::uint64_t characters_{};
};

TEST(CaptureSize, OfABootStaysWithinItsLimits) {
  Pages pages{recorder_memory_min + (std::size_t{4} << 20U)};
  Recorder recorder{{.vm = 3, .vcpu = 0, .clients = {}, .memory = pages.bytes()}};
  Capture capture;
  BootScript boot{recorder};
  for (int i = 0; i < 17'000; ++i) {
    boot.character();
    if (recorder.wants_flush()) recorder.flush(capture.sink());
  }
  recorder.finish(capture.sink());
  ASSERT_EQ(recorder.counts().dropped, 0U);
  StoredCapture const file{capture.file()};
  traces::RecompressReport const report = traces::recompress(file.source(), file.output());
  auto const per_exit = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(boot.exits());
  };
  std::printf("%llu exits: %.2f bytes each raw, %.2f compressed\n",
              static_cast<unsigned long long>(boot.exits()), per_exit(report.bytes_read),
              per_exit(report.bytes_written));
  EXPECT_LE(per_exit(report.bytes_read), 48);
  EXPECT_LE(per_exit(report.bytes_written), 8);
}

}  // namespace
}  // namespace acrn::baremetal::tests

// SPDX-License-Identifier: BSD-3-Clause
// Timing files: the built-in one, the shipped ones, and every way a file can be wrong.
#include "sim/model/timing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "traces/error.hpp"

namespace acrn::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string shipped(std::string const& file) {
  return std::string{ACRN_SOURCE_DIR "/sim/model/timings/"} + file;
}

/// The default text with its first `from` replaced by `to`; fails the test when `from` is absent.
std::string edited(std::string_view from, std::string_view to) {
  std::string text{default_timing_text()};
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string message_of(std::string_view text) {
  try {
    (void)Timing::parse(text, "my.toml");
  } catch (traces::ContentError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(Timing, DefaultsAreTheShippedFile) {
  std::ifstream in{shipped("default.toml")};
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(default_timing_text(), text);
}

TEST(Timing, DefaultsAddUpToThePublishedParts) {
  Timing const timing = Timing::defaults();
  EXPECT_EQ(timing.name, "acrn-nominal");
  EXPECT_EQ(timing.completion, Completion::notification);
  std::uint64_t all = 0;
  for (Cost const& cost : timing.costs) {
    EXPECT_FALSE(cost.source.empty());
    all += cost.ns;
  }
  EXPECT_EQ(all - timing.ns(Stage::emulate), 9250U);
  EXPECT_EQ(timing.ns(Stage::exit) + timing.ns(Stage::emulate) + timing.ns(Stage::entry), 1000U);
}

TEST(Timing, PollingFileSavesFiveThousandCycles) {
  Timing const notified = Timing::load(shipped("default.toml"));
  Timing const polled = Timing::load(shipped("acrn_polling.toml"));
  EXPECT_EQ(polled.completion, Completion::polling);
  EXPECT_GT(polled.poll_interval_ns, 0U);
  auto const tail = [](Timing const& timing) {
    return timing.ns(Stage::notify) + timing.ns(Stage::resume);
  };
  EXPECT_EQ(tail(notified) - tail(polled), 2000U);
}

TEST(Timing, StageNamesAreDistinctAndBounded) {
  EXPECT_EQ(stage_name(Stage::exit), "exit");
  EXPECT_EQ(stage_name(Stage::entry), "entry");
  EXPECT_EQ(stage_name(static_cast<Stage>(stage_total)), "?");
}

struct BadFile {
  char const* label;
  char const* from;
  char const* to;
  char const* line;     ///< expected beginning of the message
  char const* mention;  ///< what it must name
  char const* remedy;
};

void PrintTo(BadFile const& bad, std::ostream* out) { *out << bad.label; }

class BadTimingFile : public testing::TestWithParam<BadFile> {};

TEST_P(BadTimingFile, IsRefusedWithLineKeyAndRemedy) {
  BadFile const& bad = GetParam();
  EXPECT_THAT(message_of(edited(bad.from, bad.to)),
              AllOf(StartsWith(bad.line), HasSubstr(bad.mention), HasSubstr(bad.remedy)));
}

constexpr BadFile bad_files[] = {
    {"UnknownTopKey", "[completion]", "speed = 1\n[completion]", "my.toml: line 10: ", "key speed",
     "expected one of: name, completion, stages"},
    {"UnknownStage", "[stages.turn]", "[stages.trun]", "my.toml: line 18: ", "key stages.trun",
     "client_wake"},
    {"UnknownCostKey", "ns = 400", "ns = 400\nus = 1", "my.toml: line 16: ", "key stages.exit.us",
     "expected one of: ns, source"},
    {"MissingName", "name = \"acrn-nominal\"", "", "my.toml: line ", "name is missing", "add it"},
    {"EmptyName", "\"acrn-nominal\"", "\"\"", "my.toml: line 8: ", "name is empty", "in quotes"},
    {"NumberForName", "\"acrn-nominal\"", "7", "my.toml: line 8: ", "name is a whole number",
     "expected text in quotes"},
    {"MissingFigure", "ns = 400\n", "", "my.toml: line ", "stages.exit.ns is missing",
     "whole nanoseconds"},
    {"FractionalFigure", "ns = 400", "ns = 0.4",
     "my.toml: line 15: ", "stages.exit.ns is a number with a fraction", "whole nanoseconds"},
    {"TextForFigure", "ns = 400", "ns = \"400\"", "my.toml: line 15: ", "stages.exit.ns is text",
     "whole nanoseconds"},
    {"NegativeFigure", "ns = 400", "ns = -1", "my.toml: line 15: ", "stages.exit.ns is -1",
     "0 to 60000000000"},
    {"FigureOverTheTop", "ns = 400", "ns = 60000000001",
     "my.toml: line 15: ", "stages.exit.ns is 60000000001", "0 to 60000000000"},
    {"FigureOver64Bits", "ns = 400", "ns = 99999999999999999999", "my.toml: line 15: ", "not TOML",
     "--print-timing"},
    {"TableForFigure", "ns = 400", "ns = {}", "my.toml: line 15: ", "stages.exit.ns is a table",
     "whole nanoseconds"},
    {"FigureForStage",
     "[stages.turn]           # within t0 to t1: the turn of the VM is taken\nns = 0\n"
     "source = \"assumption: ACRN takes no VM-wide lock here, so the stage shows waiting only\"",
     "[stages]\nturn = 3", "my.toml: line 19: ", "stages.turn is a whole number",
     "expected a table [stages.turn]"},
    {"UnknownMode", "mode = \"notification\"", "mode = \"carrier\"",
     "my.toml: line 11: ", "completion.mode is \"carrier\"", "\"notification\" or \"polling\""},
    {"PollingWithoutInterval", "mode = \"notification\"", "mode = \"polling\"", "my.toml: line ",
     "completion.poll_interval_ns is missing", "add it"},
    {"PollingEveryZero", "mode = \"notification\"", "mode = \"polling\"\npoll_interval_ns = 0",
     "my.toml: line 12: ", "completion.poll_interval_ns is 0", "1 or more"},
    {"IntervalWithoutPolling", "mode = \"notification\"",
     "mode = \"notification\"\npoll_interval_ns = 5", "my.toml: line 12: ", "poll_interval_ns",
     "remove it or change mode"},
    {"NotToml", "[completion]", "[completion", "my.toml: line 10: ", "not TOML", "--print-timing"},
    {"KeyTwice", "ns = 400", "ns = 400\nns = 401", "my.toml: line 16: ", "not TOML",
     "--print-timing"},
};

INSTANTIATE_TEST_SUITE_P(Table, BadTimingFile, testing::ValuesIn(bad_files),
                         [](auto const& row) { return std::string{row.param.label}; });

TEST(Timing, EveryStageNeedsItsSource) {
  for (std::size_t i = 0; i < stage_total; ++i) {
    std::string text{default_timing_text()};
    std::string const key{stage_name(static_cast<Stage>(i))};
    std::size_t const stage = text.find("[stages." + key + "]");
    std::size_t const at = text.find("source = ", stage);
    text.erase(at, text.find('\n', at) - at);
    EXPECT_THAT(message_of(text), HasSubstr("stages." + key + ".source is missing; add it"));
  }
}

TEST(Timing, AcceptsTheDearestCost) {
  EXPECT_EQ(Timing::parse(edited("ns = 400", "ns = 60000000000"), "my.toml").ns(Stage::exit),
            cost_ns_max);
}

TEST(Timing, EmptyAndBinaryTextAreRefused) {
  EXPECT_THAT(message_of(""), HasSubstr("name is missing"));
  EXPECT_THAT(message_of(std::string_view{"\x7f"
                                          "ELF\x02\x01\x01\0\0\xff",
                                          10}),
              HasSubstr("not TOML"));
}

TEST(Timing, AbsentFileAndFolderAreTheEnvironmentsFault) {
  EXPECT_THROW((void)Timing::load("/nonexistent/timing.toml"), traces::EnvironmentError);
  EXPECT_THROW((void)Timing::load(ACRN_SOURCE_DIR), traces::EnvironmentError);
}

TEST(Timing, HugeFileIsRefusedUnparsed) {
  std::string const path = testing::TempDir() + "acrn_huge_timing.toml";
  std::ofstream{path} << std::string((std::size_t{1} << 20U) + 1, '#');
  EXPECT_THROW((void)Timing::load(path), traces::ContentError);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace acrn::model

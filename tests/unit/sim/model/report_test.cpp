// SPDX-License-Identifier: BSD-3-Clause
// The timing report: every section, in text and in JSON, from a result filled by hand.
#include "sim/model/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace acrn::model {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Report : public testing::Test {
 protected:
  Report() {
    info_.source.file = "boot.txt";
    info_.source.dialect = "kvm-ftrace";
    info_.clock.kind = "kvm-trace";
    info_.clock.hz_numerator = 1'000'000'000;
    result_.replay = {.accesses = 3,
                      .elements = 3,
                      .handled = 1,
                      .forwarded = 2,
                      .upcalls = 2,
                      .fields = {.checked = 4, .echoed = 5, .unknown = 6},
                      .first_divergence = {},
                      .vcpu_digests = {0x11, 0x22},
                      .digest = 0xabc};
    result_.simulated_ns = 20'000;
    result_.stages_ns.resize(stage_total);
    result_.stages_ns[static_cast<std::size_t>(Stage::exit)].record(100, 3);
    result_.stages_ns[static_cast<std::size_t>(Stage::service)].record(350, 2);
    result_.latency_ns.record(100);
    result_.latency_ns.record(450, 2);
    result_.regions = {group("port 0x70", 100, 1), group("port 0x3f8", 450, 2)};
    result_.clients = {group("acrndm", 450, 2)};
    result_.utilisation = {{"hsm worker", 600, 2}, {"acrndm", 5000, 2}};
  }

  static Group group(std::string name, std::uint64_t latency, std::uint64_t count) {
    Group group;
    group.name = std::move(name);
    group.reads = count;
    group.latency_ns.record(latency, count);
    return group;
  }

  [[nodiscard]] std::string text(std::size_t top = 15) const {
    return format_report(result_, Timing::defaults(), {&info_, vcpus_, top});
  }

  traces::CaptureInfo info_;
  std::array<replay::PlannedVcpu, 2> vcpus_{{{{1}, {0}}, {{1}, {1}}}};
  TimedResult result_;
};

TEST_F(Report, SaysWhatWasReplayedAndWhatEqualityProved) {
  EXPECT_THAT(
      text(),
      AllOf(HasSubstr("capture     boot.txt (kvm-ftrace), clock kvm-trace\n"),
            HasSubstr("3 accesses as 3 elements: 1 handled in the hypervisor, 2 forwarded"),
            HasSubstr("fields      4 checked, 5 echoed, 6 unknown\n"),
            HasSubstr("digest      0x00000abc (vm1/vcpu0 0x00000011, vm1/vcpu1 0x00000022)"),
            HasSubstr("divergences 0\n"), Not(HasSubstr("first at"))));
}

TEST_F(Report, NamesTheFirstDivergence) {
  result_.replay.divergences = 7;
  result_.replay.first_divergence = {
      .position = 41, .vcpu = vcpus_[1], .field = "value", .expected = 0x60, .actual = 0xff};
  EXPECT_THAT(text(), HasSubstr("first at    access 41 of vm1/vcpu1: value is 0x60 in the capture, "
                                "0xff in the replay\n"));
}

TEST_F(Report, StageRowsCarryCountPercentilesAndShare) {
  std::string const report = text();
  EXPECT_THAT(report, HasSubstr("stage          count  p50 ns  p90 ns  p99 ns  p99.9 ns  max ns"));
  EXPECT_THAT(report, ContainsRegex("service +2 +350 +350 +350 +350 +350 +700 +70.0\n"));
  EXPECT_THAT(report, ContainsRegex("emulate +0 +- +- +- +- +- +0 +0.0\n"));
  EXPECT_THAT(report, ContainsRegex("exit to entry +3 +[0-9]+ .* 1000 +100.0\n"));
}

TEST_F(Report, RegionsAreOrderedByTimeAndCutAtTop) {
  std::string const all = text();
  EXPECT_LT(all.find("port 0x3f8"), all.find("port 0x70"));
  EXPECT_THAT(all, Not(HasSubstr(" more, ")));
  std::string const cut = text(1);
  EXPECT_THAT(cut, AllOf(HasSubstr("port 0x3f8"), Not(HasSubstr("port 0x70"))));
  EXPECT_THAT(cut, HasSubstr("  1 more, 10.0 % of the time\n"));
}

TEST_F(Report, UtilisationIsBusyTimeOverSimulatedTime) {
  EXPECT_THAT(text(), AllOf(ContainsRegex("hsm worker +2 +600 +3.000\n"),
                            ContainsRegex("acrndm +2 +5000 +25.000\n")));
}

TEST_F(Report, ComparesRecordedWithSimulatedWhereBothAreKnown) {
  EXPECT_THAT(text(), HasSubstr("the capture holds no access's end"));
  result_.recorded_latency_ns.record(400, 3);
  result_.compared_latency_ns.record(100, 3);
  EXPECT_THAT(text(), AllOf(HasSubstr("Recorded against simulated (100.0 % of the accesses)"),
                            ContainsRegex("recorded +3 +400"), ContainsRegex("simulated +3 +100")));
}

TEST_F(Report, LatenessIsOfAccessesNotOfElements) {
  result_.started = 3;
  result_.late = 2;
  result_.late_ns_max = 70;
  result_.latency_ns.record(1, 100);
  EXPECT_THAT(text(), HasSubstr("late        2 of 3 accesses started after their recorded time, by "
                                "70 ns at most\n"));
}

TEST_F(Report, EmptyResultPrintsWithoutDivisionByZero) {
  result_ = {};
  result_.stages_ns.resize(stage_total);
  EXPECT_THAT(text(), AllOf(HasSubstr("replayed    0 accesses"), HasSubstr("digest      0x00000000"
                                                                           "\n")));
}

TEST_F(Report, LinesEndWithoutBlanks) { EXPECT_THAT(text(), Not(HasSubstr(" \n"))); }

TEST_F(Report, JsonHoldsTheSchemaAndTheSameFigures) {
  result_.replay.first_divergence = {
      .position = 1, .vcpu = vcpus_[0], .field = "value", .expected = ~0ULL, .actual = 0};
  nlohmann::json const json = to_json(result_, Timing::defaults(), {&info_, vcpus_});
  EXPECT_EQ(json.at("schema"), "acrntb.replay/1");
  EXPECT_EQ(json.at("engine"), "systemc");
  EXPECT_EQ(json.at("replay").at("digest"), "0x00000abc");
  EXPECT_EQ(json.at("replay").at("vcpus").at(1).at("digest"), "0x00000022");
  EXPECT_EQ(json.at("replay").at("first_divergence").at("expected"), "0xffffffffffffffff");
  EXPECT_EQ(json.at("timing").at("stages").at("service").at("ns"), 1200);
  EXPECT_EQ(json.at("stages").size(), stage_total);
  EXPECT_EQ(json.at("stages").at(0).at("name"), "exit");
  EXPECT_DOUBLE_EQ(json.at("stages").at(0).at("share").get<double>(), 0.3);
  EXPECT_EQ(json.at("regions").size(), 2U);
  EXPECT_EQ(json.at("utilisation").at(1).at("busy_share"), 0.25);
}

TEST_F(Report, JsonOfTheFunctionalEngineHasNoTimes) {
  nlohmann::json const json = to_json(result_.replay, {&info_, vcpus_});
  EXPECT_EQ(json.at("engine"), "functional");
  EXPECT_TRUE(json.at("replay").at("first_divergence").is_null());
  EXPECT_FALSE(json.contains("stages"));
}

}  // namespace
}  // namespace acrn::model

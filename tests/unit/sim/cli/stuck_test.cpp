// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/stuck.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acrn::cli {
namespace {

using core::Access;
using core::Direction;
using core::Space;

/// Transitions of one VM, as a merger would hand them over.
class StuckTest : public testing::Test {
 protected:
  StuckTest() { info_.clock = {.kind = "tsc", .hz_numerator = 1'000'000'000}; }

  void slot(std::uint16_t vcpu, std::uint64_t time, std::uint8_t to, std::uint64_t access,
            traces::AccessRow const* row = nullptr) {
    traces::SlotRow const transition{.time = time, .access = access, .to = to};
    Event event{.vm = {1}, .vcpu = {vcpu}, .data = &transition, .access = row};
    view_.add(event);
  }
  void pass(std::uint64_t time) {
    traces::ExitRow exit{};
    exit.time_in = time;
    view_.add({.vm = {1}, .vcpu = {9}, .data = &exit});
  }
  std::string lines(TimeStyle style = TimeStyle::nanoseconds) {
    fmt::memory_buffer out;
    for (StuckRequest const& stuck : view_.requests()) append_stuck_line(out, format(style), stuck);
    return fmt::to_string(out);
  }
  StuckFormat format(TimeStyle style = TimeStyle::nanoseconds) {
    return {.info = info_, .start = 1000, .moment = view_.moment(), .style = style};
  }

  traces::CaptureInfo info_;
  StuckView view_;
};

constexpr std::uint8_t pending = 0;
constexpr std::uint8_t complete = 1;
constexpr std::uint8_t processing = 2;
constexpr std::uint8_t free_slot = 3;

TEST_F(StuckTest, NamesSlotStateActorStepAndTime) {
  traces::AccessRow const read{.sequence = 7,
                               .access = {Space::port, Direction::read, 1, 0x3fd, 0x60}};
  traces::AccessRow const write{.sequence = 8,
                                .access = {Space::mmio, Direction::write, 4, 0xfed0'0000, 0xab}};
  slot(0, 1100, pending, 7, &read);
  slot(0, 1200, processing, 7);
  slot(1, 1300, pending, 8, &write);
  pass(4200);
  EXPECT_EQ(lines(),
            "vm1/vcpu0 [???] 200: owed:client slot=0 pio R 0x03fd size=1 value=? processing "
            "for=3.00us access=7: answer the request\n"
            "vm1/vcpu1 [???] 300: owed:service_module slot=1 mmio W 0xfed00000 size=4 value=0xab "
            "pending for=2.90us access=8: scan the slot and give the request to a client\n");
}

TEST_F(StuckTest, WhatIsFreeAgainIsNotStuckAndWhatIsCompleteIsTheHypervisors) {
  for (std::uint8_t const to : {pending, processing, complete}) slot(0, 1100, to, 7);
  EXPECT_EQ(lines(TimeStyle::seconds),
            "vm1/vcpu0 [???] 0.000000100: owed:hypervisor slot=0 ? ? ? size=? value=? complete "
            "for=0ns access=7: let the vCPU take the answer\n");
  slot(0, 1200, free_slot, 7);
  EXPECT_EQ(lines(), "");
  EXPECT_TRUE(view_.saw_slots());
}

TEST_F(StuckTest, ARequestDoesNotInheritTheAccessOfTheOneBefore) {
  traces::AccessRow const read{.sequence = 7,
                               .access = {Space::port, Direction::read, 1, 0x3fd, 0}};
  slot(0, 1100, pending, 7, &read);
  slot(0, 1200, free_slot, 7);
  slot(0, 1300, pending, 8);
  auto const requests = view_.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_FALSE(requests[0].access.has_value());
  EXPECT_EQ(requests[0].sequence, 8U);
}

TEST_F(StuckTest, AStateThatIsNoneIsTheHypervisorsToEnd) {
  slot(0, 1100, 77, 7);
  ASSERT_EQ(view_.requests().size(), 1U);
  EXPECT_EQ(view_.requests()[0].owed.debt.step, core::OwedStep::end_request);
}

TEST_F(StuckTest, JsonHasUnitsAndNulls) {
  traces::AccessRow const read{.sequence = 7,
                               .access = {Space::port, Direction::read, 1, 0x3fd, 1}};
  slot(3, 1100, pending, 7, &read);
  pass(1500);
  Json const json = stuck_json(format(), view_.requests());
  EXPECT_EQ(json["schema"], "acrntb.stuck/1");
  EXPECT_EQ(json["moment_ns"], 500);
  Json const& entry = json["stuck"].at(0);
  EXPECT_EQ(entry["vm"], 1);
  EXPECT_EQ(entry["slot"], 3);
  EXPECT_EQ(entry["state"], "pending");
  EXPECT_EQ(entry["since_ns"], 100);
  EXPECT_EQ(entry["waited_ns"], 400);
  EXPECT_EQ(entry["owed_by"], "service_module");
  EXPECT_EQ(entry["access"]["address"], 0x3fd);
  EXPECT_TRUE(entry["access"]["value"].is_null()) << "the answer has not come";
}

TEST_F(StuckTest, WithoutStampsTimesAreUnknown) {
  info_.clock = {.kind = "none"};
  slot(0, 0, pending, 7);
  EXPECT_NE(lines().find("[???] ?: owed:"), std::string::npos) << lines();
  EXPECT_NE(lines().find(" for=? "), std::string::npos) << lines();
  Json const json = stuck_json(format(), view_.requests());
  EXPECT_TRUE(json["moment_ns"].is_null());
  EXPECT_TRUE(json["stuck"].at(0)["since_ns"].is_null());
}

TEST_F(StuckTest, WithoutTransitionsNothingIsKnown) {
  pass(1);
  EXPECT_FALSE(view_.saw_slots());
  EXPECT_TRUE(view_.requests().empty());
}

}  // namespace
}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
// Tests of the one-line and JSON form of every kind of event.
#include "sim/cli/event_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/acrn.h>

#include "sim/cli/event_json.hpp"

namespace acrn::cli {
namespace {

traces::CaptureInfo capture() {
  traces::CaptureInfo info;
  info.clock = {.kind = "tsc", .hz_numerator = 1'000'000'000};
  info.clients = {{1, "acrndm"}};
  return info;
}

traces::AccessRow uart_write() {
  return {.sequence = 17,
          .time = 1'000'345'678,
          .access = {core::Space::port, core::Direction::write, 1, 0x3f8, 0x41},
          .handling = traces::Handling::forwarded,
          .client = 1,
          .exit = 3};
}

template <class Row>
Event event_of(Row const& row, traces::AccessRow const* access = nullptr) {
  return {.vm = {1}, .vcpu = {0}, .row = 3, .data = &row, .access = access};
}

std::string line(traces::CaptureInfo const& info, Event const& event,
                 TimeStyle style = TimeStyle::seconds) {
  fmt::memory_buffer out;
  EventLine{info, 1'000'000'000, style}.append(out, event);
  return fmt::to_string(out);
}

TEST(EventLine, ShowsAnAccess) {
  traces::AccessRow const row = uart_write();
  EXPECT_EQ(line(capture(), event_of(row)),
            "vm1/vcpu0 [???] 0.000345678: io:access pio W 0x03f8 size=1 value=0x41 count=1 "
            "by=forwarded client=acrndm access=17 exit=3\n");
}

TEST(EventLine, ShowsWhatIsNotKnownAsQuestionMarks) {
  traces::AccessRow const row{
      .access = {core::Space::mmio, core::Direction::read, 4, 0xfed000f0, 0}, .value_known = false};
  EXPECT_EQ(line({}, event_of(row)),
            "vm1/vcpu0 [???] ?: io:access mmio R 0xfed000f0 size=4 value=? count=1 by=? client=? "
            "access=0 exit=?\n");
}

TEST(EventLine, ShowsTheStampsThatExist) {
  traces::AccessRow row = uart_write();
  row.stages[2] = 1'000'346'000;
  row.stages[15] = 1'000'400'000;
  EXPECT_THAT(line(capture(), event_of(row)),
              testing::EndsWith(" exit=3 t2=0.000346000 t15=0.000400000\n"));
}

TEST(EventLine, CountsNanosecondsOnRequest) {
  traces::AccessRow const row = uart_write();
  EXPECT_THAT(line(capture(), event_of(row), TimeStyle::nanoseconds),
              testing::StartsWith("vm1/vcpu0 [???] 345678: io:access"));
}

TEST(EventLine, ShowsAStampBeforeTheStartAsNegative) {
  traces::AccessRow row = uart_write();
  row.time = 999'999'999;
  EXPECT_THAT(line(capture(), event_of(row)), testing::HasSubstr("] -0.000000001: "));
}

TEST(EventLine, ShowsASlotTransitionWithItsAccess) {
  traces::AccessRow const access = uart_write();
  traces::SlotRow const row{.time = 1'000'345'678,
                            .access = 17,
                            .from = ACRN_IOREQ_STATE_FREE,
                            .to = ACRN_IOREQ_STATE_PENDING,
                            .actor = 1};
  EXPECT_EQ(line(capture(), event_of(row, &access)),
            "vm1/vcpu0 [???] 0.000345678: ioreq:submit slot=0 pio W 0x03f8 size=1 value=0x41 "
            "free->pending by=hypervisor access=17\n");
}

TEST(EventLine, ShowsASlotTransitionWithoutItsAccess) {
  traces::SlotRow const row{.from = 9, .to = ACRN_IOREQ_STATE_FREE, .actor = 8};
  EXPECT_THAT(line(capture(), event_of(row)),
              testing::HasSubstr("ioreq:transition slot=0 ? ? ? size=? value=? ?->free by=? "));
}

TEST(EventLine, NamesEveryTransitionOfTheProtocol) {
  EXPECT_EQ(slot_event_name({.from = 3, .to = 0}), "submit");
  EXPECT_EQ(slot_event_name({.from = 0, .to = 2}), "claim");
  EXPECT_EQ(slot_event_name({.from = 2, .to = 1}), "complete");
  EXPECT_EQ(slot_event_name({.from = 0, .to = 1}), "complete_early");
  EXPECT_EQ(slot_event_name({.from = 1, .to = 3}), "consume");
  EXPECT_EQ(slot_event_name({.from = 2, .to = 3}), "transition");
}

TEST(EventLine, ShowsAnExit) {
  traces::ExitRow row;
  row.time_in = 1'000'000'100;
  row.time_out = 1'000'009'000;
  row.reason = 30;
  row.qualification = 0x3f8'0000;
  row.rip = 0xfff0;
  row.length = 1;
  row.register_mask = 0b101;
  row.registers_read = {0x41, 0x3f8};
  EXPECT_EQ(line(capture(), event_of(row)),
            "vm1/vcpu0 [???] 0.000000100: vm:exit exit=3 reason=30 qualification=0x3f80000 "
            "rip=0xfff0 length=1 entry=0.000009000 turn=? read.r0=0x41 read.r2=0x3f8\n");
}

TEST(EventLine, ShowsAnExitOfWhichLittleIsKnown) {
  traces::ExitRow row;
  row.time_in = 1'000'000'100;
  row.reason = 48;
  row.instruction_bytes = "\x8b\x45";
  EXPECT_THAT(line(capture(), event_of(row)),
              testing::EndsWith("reason=48 qualification=? rip=? length=? entry=? turn=? "
                                "instruction=8b45\n"));
}

TEST(EventLine, ShowsInjectionsAndInputs) {
  traces::InjectRow inject;
  inject.time = 1'000'000'000;
  inject.position = 5;
  inject.vector = 0x30;
  inject.origin = 1;
  EXPECT_EQ(line(capture(), event_of(inject)),
            "vm1/vcpu0 [???] 0.000000000: vm:inject vector=0x30 type=0 error_code=? origin=device "
            "position=5 exit=?\n");
  traces::InputRow const input{.time = 1'000'000'000,
                               .position = 6,
                               .kind = traces::InputKind::irq_line,
                               .target = 4,
                               .payload = 1};
  EXPECT_EQ(line(capture(), event_of(input)),
            "vm1/vcpu0 [???] 0.000000000: vm:input irq_line target=0x4 payload=0x1 position=6\n");
}

TEST(EventJson, HasSchemaUnitsAndNulls) {
  traces::AccessRow row = uart_write();
  row.value_known = false;
  row.stages[2] = 1'000'346'000;
  Json const json = event_json(capture(), 1'000'000'000, event_of(row));
  EXPECT_EQ(json["schema"], "acrntb.event/1");
  EXPECT_EQ(json["stream"], "access");
  EXPECT_EQ(json["time_ns"], 345'678);
  EXPECT_EQ(json["address"], 0x3f8);
  EXPECT_TRUE(json["value"].is_null());
  EXPECT_EQ(json["client"], "acrndm");
  EXPECT_EQ(json["stages"]["t2_ns"], 346'000);
}

TEST(EventJson, CoversEveryStream) {
  traces::ExitRow exit;
  exit.time_in = 999'999'999;
  exit.reason = 30;
  traces::SlotRow const slot{.access = 17, .from = 3, .to = 0, .actor = 1};
  traces::InjectRow inject;
  inject.vector = 0x30;
  traces::InputRow const input{.kind = traces::InputKind::reset};
  traces::AccessRow const access = uart_write();
  Json const first = event_json(capture(), 1'000'000'000, event_of(exit));
  EXPECT_EQ(first["time_ns"], -1);
  EXPECT_TRUE(first["rip"].is_null());
  Json const second = event_json(capture(), 0, event_of(slot, &access));
  EXPECT_EQ(second["event"], "submit");
  EXPECT_EQ(second["direction"], "write");
  EXPECT_EQ(event_json(capture(), 0, event_of(inject))["vector"], 0x30);
  EXPECT_EQ(event_json(capture(), 0, event_of(input))["kind"], "reset");
}

TEST(EventPlace, TakesThePortOfAnIoExitFromItsQualification) {
  traces::ExitRow row;
  row.reason = 30;
  row.qualification = 0x3fd'0008;
  EventPlace const place = event_place(event_of(row));
  EXPECT_EQ(place.space, core::Space::port);
  EXPECT_EQ(place.address, 0x3fdU);
  row.reason = 48;
  EXPECT_EQ(event_place(event_of(row)).space, std::nullopt);
}

}  // namespace
}  // namespace acrn::cli

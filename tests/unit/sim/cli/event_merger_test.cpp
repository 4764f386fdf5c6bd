// SPDX-License-Identifier: BSD-3-Clause
// Tests of the merge of a capture's streams into one order of events.
#include "sim/cli/event_merger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acrn::cli {
namespace {

using testing::ElementsAre;
using traces::Reader;
using traces::Stream;

Reader::Rows chunk(Stream stream, std::uint16_t vcpu, std::uint64_t first = 0,
                   std::uint16_t vm = 0) {
  Reader::Rows rows;
  rows.info = {.stream = stream, .vm = vm, .vcpu = vcpu, .first_sequence = first};
  return rows;
}

Reader::Rows accesses(std::uint16_t vcpu,
                      std::vector<std::pair<std::uint64_t, std::uint64_t>> const& rows,
                      std::uint16_t vm = 0) {
  Reader::Rows result = chunk(Stream::access, vcpu, 0, vm);
  for (auto const& [sequence, time] : rows) {
    traces::AccessRow row;
    row.sequence = sequence;
    row.time = time;
    result.access.push_back(row);
  }
  return result;
}

Reader::Rows exits(std::uint16_t vcpu, std::vector<std::uint64_t> const& times,
                   std::uint64_t first = 0) {
  Reader::Rows result = chunk(Stream::exit, vcpu, first);
  for (std::uint64_t const time : times) {
    traces::ExitRow row;
    row.time_in = time;
    result.exit.push_back(row);
  }
  return result;
}

/// Remembers events as "vcpu:access 7", and for slots whether the access is known.
class Recorder {
 public:
  EventMerger::Visit visit() {
    return [this](Event const& event) {
      constexpr std::array<char const*, 5> names{"exit", "access", "slot", "inject", "input"};
      std::string text = std::to_string(event.vcpu.value) + ":" + names[event.data.index()] + " ";
      if (auto const* const* access = std::get_if<traces::AccessRow const*>(&event.data)) {
        text += std::to_string((*access)->sequence);
      } else {
        text += std::to_string(event.row);
      }
      if (event.access != nullptr) text += " of " + std::to_string(event.access->sequence);
      seen.push_back(text);
    };
  }
  std::vector<std::string> seen;
};

std::vector<std::string> merged(Stamps stamps, std::vector<Reader::Rows> chunks) {
  Recorder recorder;
  EventMerger merger{stamps, recorder.visit()};
  for (Reader::Rows& rows : chunks) merger.add(std::move(rows));
  merger.finish();
  return recorder.seen;
}

TEST(EventMerger, OrdersVcpusByTime) {
  EXPECT_THAT(
      merged(Stamps::present, {accesses(0, {{0, 10}, {2, 30}}), accesses(1, {{1, 20}, {3, 40}})}),
      ElementsAre("0:access 0", "1:access 1", "0:access 2", "1:access 3"));
}

TEST(EventMerger, OrdersEqualTimesAndUntimedRowsBySequence) {
  std::vector<Reader::Rows> const chunks{accesses(0, {{1, 10}, {2, 10}}),
                                         accesses(1, {{0, 10}, {3, 10}})};
  auto const expected = ElementsAre("1:access 0", "0:access 1", "0:access 2", "1:access 3");
  EXPECT_THAT(merged(Stamps::present, chunks), expected);
  EXPECT_THAT(merged(Stamps::absent, chunks), expected);
}

TEST(EventMerger, PutsAnExitBeforeItsAccessWithinOneTick) {
  Reader::Rows access = accesses(0, {{0, 10}, {1, 10}});
  access.access[0].exit = 5;
  access.access[1].exit = 6;
  EXPECT_THAT(merged(Stamps::present, {exits(0, {10, 10}, 5), access}),
              ElementsAre("0:exit 5", "0:access 0", "0:exit 6", "0:access 1"));
}

TEST(EventMerger, GivesSlotTransitionsTheirAccess) {
  Reader::Rows slots = chunk(Stream::slot, 0);
  for (std::uint64_t const access : {0U, 0U, 1U, 9U}) {
    traces::SlotRow row;
    row.time = 20 + 10 * access;
    row.access = access;
    slots.slot.push_back(row);
  }
  EXPECT_THAT(merged(Stamps::present, {accesses(0, {{0, 10}, {1, 25}}), slots}),
              ElementsAre("0:access 0", "0:slot 0 of 0", "0:slot 1 of 0", "0:access 1",
                          "0:slot 2 of 1", "0:slot 3"));
}

TEST(EventMerger, KnowsTheAccessOfASlotTransitionInTheNextGroup) {
  Reader::Rows slots = chunk(Stream::slot, 0);
  slots.slot.push_back({.time = 20, .access = 0});
  EXPECT_THAT(merged(Stamps::present, {accesses(0, {{0, 10}}), accesses(0, {{1, 30}}), slots}),
              ElementsAre("0:access 0", "0:slot 0 of 0", "0:access 1"));
}

TEST(EventMerger, PutsInputsAndInjectionsAtTheirPosition) {
  Reader::Rows inject = chunk(Stream::inject, 0);
  inject.inject.emplace_back().position = 1;
  Reader::Rows input = chunk(Stream::input, 0);
  input.input.emplace_back().position = 1;
  EXPECT_THAT(merged(Stamps::absent, {accesses(0, {{0, 0}, {1, 0}}), inject, input}),
              ElementsAre("0:access 0", "0:input 0", "0:inject 0", "0:access 1"));
}

TEST(EventMerger, KeepsGroupsApartSoThatMemoryStaysBounded) {
  Recorder recorder;
  EventMerger merger{Stamps::present, recorder.visit()};
  merger.add(accesses(0, {{0, 10}}));
  EXPECT_TRUE(recorder.seen.empty());
  merger.add(accesses(0, {{1, 20}}));  // a second chunk of one vCPU and stream: a new group
  EXPECT_THAT(recorder.seen, ElementsAre("0:access 0"));
}

TEST(EventMerger, FollowsTheGroupsThatAChunkNames) {
  Recorder recorder;
  EventMerger merger{Stamps::present, recorder.visit()};
  auto const add = [&merger](std::uint16_t vcpu, std::uint64_t group, std::uint64_t sequence) {
    Reader::Rows rows = accesses(vcpu, {{sequence, 10 * sequence}});
    rows.info.group = group;
    merger.add(std::move(rows));
  };
  add(1, 1, 1);
  add(0, 1, 0);  // not in the usual order of vCPUs, but flushed together
  EXPECT_TRUE(recorder.seen.empty());
  add(2, 2, 2);  // nothing but its group says that it is later
  EXPECT_THAT(recorder.seen, ElementsAre("0:access 0", "1:access 1"));
}

TEST(EventMerger, OrdersVmsByTimeAcrossTheirGroups) {
  EXPECT_THAT(merged(Stamps::present, {accesses(0, {{0, 10}}, 1), accesses(0, {{1, 30}}, 1),
                                       accesses(7, {{0, 20}, {1, 40}}, 2)}),
              ElementsAre("0:access 0", "7:access 0", "0:access 1", "7:access 1"));
}

TEST(EventMerger, DoesNotWaitForeverForAQuietVm) {
  Recorder recorder;
  EventMerger merger{Stamps::present, recorder.visit()};
  merger.add(accesses(7, {{0, 5}}, 2));  // never comes again, so its group stays open
  std::vector<std::pair<std::uint64_t, std::uint64_t>> const many(1000, {0, 10});
  for (std::size_t i = 0; i * many.size() <= 2 * EventMerger::held_rows_max; ++i) {
    merger.add(accesses(0, many, 1));
  }
  EXPECT_GT(recorder.seen.size(), EventMerger::held_rows_max / 2);
}

TEST(EventMerger, TakesAnEmptyCapture) {
  EXPECT_TRUE(merged(Stamps::present, {}).empty());
  EXPECT_TRUE(merged(Stamps::present, {chunk(Stream::access, 0)}).empty());
}

}  // namespace
}  // namespace acrn::cli

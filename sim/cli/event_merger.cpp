// SPDX-License-Identifier: BSD-3-Clause
// The merge of a capture's streams.
#include "sim/cli/event_merger.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace acrn::cli {
namespace {

using traces::Stream;

/// Whether `chunk` was flushed later than `last`, the chunk of the same VM before it. A foreign
/// capture may name no groups; then the order within one tells: vCPU by vCPU, stream by stream.
bool opens_group(traces::ChunkInfo const& last, traces::ChunkInfo const& chunk) {
  if (last.group != 0 || chunk.group != 0) return chunk.group != last.group;
  return std::tie(chunk.vcpu, chunk.stream) <= std::tie(last.vcpu, last.stream);
}

/// The order of streams for events that nothing else orders.
int rank(Stream stream) {
  switch (stream) {
    case Stream::input:
      return 0;
    case Stream::inject:
      return 1;
    case Stream::exit:
      return 2;
    case Stream::access:
      return 3;
    case Stream::slot:
      return 4;
  }
  return 5;
}

std::size_t row_count(traces::Reader::Rows const& rows) {
  return rows.access.size() + rows.exit.size() + rows.slot.size() + rows.inject.size() +
         rows.input.size();
}

}  // namespace

/// The next event of a lane, reduced to what orders it.
struct EventMerger::Head {
  Stream stream{};
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  std::uint64_t time{};
  std::optional<std::uint64_t> position;  ///< in the VM's order of accesses
  std::uint64_t exit{traces::no_exit};    ///< exit row: its number; others: the exit they follow
};

EventMerger::EventMerger(Stamps stamps, Visit visit) : stamps_{stamps}, visit_{std::move(visit)} {}

void EventMerger::add(traces::Reader::Rows&& rows) {
  std::size_t const count = row_count(rows);
  if (count == 0) return;
  std::deque<Group>& groups = vms_[rows.info.vm];
  if (groups.empty() || opens_group(groups.back().lanes.back().rows.info, rows.info)) {
    groups.emplace_back();
  }
  groups.back().lanes.push_back({.rows = std::exchange(rows, {}), .at = 0});
  held_rows_ += count;
  while (may_emit() && emit_one()) {
  }
}

void EventMerger::finish() {
  finishing_ = true;
  while (emit_one()) {
  }
}

bool EventMerger::ready(std::deque<Group> const& groups) const {
  return groups.size() > 1 || (finishing_ && !groups.empty());
}

bool EventMerger::may_emit() const {
  if (held_rows_ > held_rows_max) return true;
  return std::all_of(vms_.begin(), vms_.end(), [this](auto const& vm) { return ready(vm.second); });
}

bool EventMerger::emit_one() {
  Lane* best = nullptr;
  Head best_head;
  std::deque<Group>* best_groups = nullptr;
  for (auto& [vm, groups] : vms_) {
    if (!ready(groups)) continue;
    for (Lane& lane : groups.front().lanes) {
      if (lane.at == row_count(lane.rows)) continue;
      Head const candidate = head(lane);
      if (best == nullptr || before(candidate, best_head)) {
        best = &lane;
        best_head = candidate;
        best_groups = &groups;
      }
    }
  }
  if (best == nullptr) return false;
  emit(*best);
  std::vector<Lane> const& lanes = best_groups->front().lanes;
  if (std::all_of(lanes.begin(), lanes.end(),
                  [](Lane const& lane) { return lane.at == row_count(lane.rows); })) {
    best_groups->pop_front();
  }
  return true;
}

void EventMerger::emit(Lane& lane) {
  traces::Reader::Rows const& rows = lane.rows;
  std::size_t const at = lane.at++;
  --held_rows_;
  Event event{.vm = {rows.info.vm},
              .vcpu = {rows.info.vcpu},
              .row = rows.info.first_sequence + at,
              .data = {},
              .access = nullptr};
  VcpuKey const vcpu{rows.info.vm, rows.info.vcpu};
  switch (rows.info.stream) {
    case Stream::exit:
      event.data = &rows.exit[at];
      break;
    case Stream::inject:
      event.data = &rows.inject[at];
      break;
    case Stream::input:
      event.data = &rows.input[at];
      break;
    case Stream::access:
      event.data = &rows.access[at];
      last_access_[vcpu] = rows.access[at];
      break;
    case Stream::slot: {
      event.data = &rows.slot[at];
      auto const access = last_access_.find(vcpu);
      if (access != last_access_.end() && access->second.sequence == rows.slot[at].access) {
        event.access = &access->second;
      }
      break;
    }
  }
  visit_(event);
}

EventMerger::Head EventMerger::head(Lane const& lane) const {
  traces::Reader::Rows const& rows = lane.rows;
  Head head{.stream = rows.info.stream,
            .vm = rows.info.vm,
            .vcpu = rows.info.vcpu,
            .position = std::nullopt};
  switch (rows.info.stream) {
    case Stream::exit:
      head.time = rows.exit[lane.at].time_in;
      head.exit = rows.info.first_sequence + lane.at;
      break;
    case Stream::access:
      head.time = rows.access[lane.at].time;
      head.position = rows.access[lane.at].sequence;
      head.exit = rows.access[lane.at].exit;
      break;
    case Stream::slot:
      head.time = rows.slot[lane.at].time;
      head.position = rows.slot[lane.at].access;
      break;
    case Stream::inject:
      head.time = rows.inject[lane.at].time;
      head.position = rows.inject[lane.at].position;
      head.exit = rows.inject[lane.at].after_exit;
      break;
    case Stream::input:
      head.time = rows.input[lane.at].time;
      head.position = rows.input[lane.at].position;
      break;
  }
  return head;
}

bool EventMerger::before(Head const& a, Head const& b) const {
  if (stamps_ == Stamps::present && a.time != b.time) return a.time < b.time;
  if (a.vm == b.vm) {
    if (a.position && b.position && *a.position != *b.position) return *a.position < *b.position;
    bool const linked = a.vcpu == b.vcpu && a.exit != traces::no_exit && b.exit != traces::no_exit;
    if (linked && a.stream == Stream::exit) return a.exit <= b.exit;
    if (linked && b.stream == Stream::exit) return a.exit < b.exit;
  }
  return std::tuple{rank(a.stream), a.vm, a.vcpu} < std::tuple{rank(b.stream), b.vm, b.vcpu};
}

}  // namespace acrn::cli

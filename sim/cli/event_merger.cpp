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

/// What `use` makes of the list that holds the chunk's rows.
template <class Use>
auto with_list(traces::Reader::Rows const& rows, Use const& use) {
  switch (rows.info.stream) {
    case Stream::exit:
      return use(rows.exit);
    case Stream::access:
      return use(rows.access);
    case Stream::slot:
      return use(rows.slot);
    case Stream::inject:
      return use(rows.inject);
    case Stream::input:
      break;
  }
  return use(rows.input);
}

std::size_t row_count(traces::Reader::Rows const& rows) {
  return with_list(rows, [](auto const& list) { return list.size(); });
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

  static Head of(traces::ExitRow const& row) { return {.time = row.time_in, .position = {}}; }
  static Head of(traces::AccessRow const& row) {
    return {.time = row.time, .position = row.sequence, .exit = row.exit};
  }
  static Head of(traces::SlotRow const& row) { return {.time = row.time, .position = row.access}; }
  static Head of(traces::InjectRow const& row) {
    return {.time = row.time, .position = row.position, .exit = row.after_exit};
  }
  static Head of(traces::InputRow const& row) {
    return {.time = row.time, .position = row.position, .exit = row.after_exit};
  }
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
  with_list(rows, [&event, at](auto const& list) { event.data = &list[at]; });
  VcpuKey const vcpu{rows.info.vm, rows.info.vcpu};
  if (rows.info.stream == Stream::access) last_access_[vcpu] = rows.access[at];
  if (rows.info.stream == Stream::slot) {
    auto const access = last_access_.find(vcpu);
    if (access != last_access_.end() && access->second.sequence == rows.slot[at].access) {
      event.access = &access->second;
    }
  }
  visit_(event);
}

EventMerger::Head EventMerger::head(Lane const& lane) const {
  traces::ChunkInfo const& info = lane.rows.info;
  Head head = with_list(lane.rows, [&lane](auto const& list) { return Head::of(list[lane.at]); });
  head.stream = info.stream;
  head.vm = info.vm;
  head.vcpu = info.vcpu;
  if (info.stream == Stream::exit) head.exit = info.first_sequence + lane.at;
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

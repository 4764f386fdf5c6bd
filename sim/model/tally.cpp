// SPDX-License-Identifier: BSD-3-Clause
// Groups are per port, and per 4-KiB page of everything else.
#include "sim/model/tally.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/names.hpp"

namespace acrn::model {
namespace {

constexpr unsigned page_shift = 12;

/// What puts accesses into one group: the space, and the port or the page.
std::uint64_t region_key(replay::PlannedAccess const& access) {
  core::Space const space = access.space;
  std::uint64_t const place =
      space == core::Space::port ? access.address : access.address >> page_shift;
  return place << 2U | static_cast<std::uint64_t>(space);
}

}  // namespace

Tally::Tally(TallySubject const& subject, Timing const& timing, TickScale const& scale)
    : accesses_{subject.accesses},
      info_{subject.info},
      scale_{scale},
      exit_cost_{SimTime::from_ns(timing.ns(Stage::exit))},
      stages_(stage_total) {
  if (subject.keep_stamps) {
    stamps_.assign(accesses_.size() * traces::stage_count, traces::no_stamp);
  }
}

void Tally::stages(Stamps const& stamps) {
  for_each_stage(stamps, exit_cost_, [this](Stage stage, SimTime length) {
    stages_[static_cast<std::size_t>(stage)].record(length.ns());
  });
}

void Tally::started(SimTime start, SimTime recorded) {
  ++started_;
  first_start_ = std::min(first_start_, start);
  if (start <= recorded) return;
  ++late_;
  late_ns_max_ = std::max(late_ns_max_, (start - recorded).ns());
}

void Tally::finished(Finished const& access, Stamps const& stamps) {
  replay::PlannedAccess const& planned = accesses_[access.position];
  SimTime const length = access.end - access.start;
  last_end_ = std::max(last_end_, access.end);
  add(region(planned), planned, length);
  std::uint64_t const recorded = recorded_ns(planned);
  if (recorded != traces::no_stamp) {
    recorded_.record(recorded);
    compared_.record(length.ns());
  }
  if (stamps_.empty()) return;
  std::uint64_t* const row = &stamps_[access.position * traces::stage_count];
  for (std::size_t i = 0; i < traces::stage_count; ++i) {
    if (stamps[i] != never) row[i] = stamps[i].ns();
  }
  row[0] = access.start.ns();
}

void Tally::finished(std::uint16_t reason, SimTime start, SimTime end) {
  last_end_ = std::max(last_end_, end);
  region(reason).latency.record((end - start).ns());
}

void Tally::served(core::HsmClientId client, Finished const& access, std::string const& name) {
  if (client.value >= clients_.size()) clients_.resize(client.value + std::size_t{1});
  Draft& group = clients_[client.value];
  if (group.name.empty()) group.name = name;
  add(group, accesses_[access.position], access.end - access.start);
}

void Tally::add(Draft& group, replay::PlannedAccess const& access, SimTime length) {
  ++(access.direction == core::Direction::read ? group.reads : group.writes);
  group.latency.record(length.ns());
  std::uint64_t const recorded = recorded_ns(access);
  if (recorded != traces::no_stamp) group.recorded.record(recorded);
}

std::uint64_t Tally::recorded_ns(replay::PlannedAccess const& access) const {
  if (access.recorded_end == traces::no_stamp || access.recorded_end < access.time) {
    return traces::no_stamp;
  }
  return (scale_.to_sim(access.recorded_end) - scale_.to_sim(access.time)).ns();
}

Tally::Draft& Tally::region(replay::PlannedAccess const& access) {
  std::uint64_t const key = region_key(access);
  if (key == last_key_) return *last_region_;
  auto const [entry, fresh] = region_of_.try_emplace(key);
  if (fresh) {
    entry->second = &regions_.emplace_back();
    entry->second->name = region_name(access);
  }
  last_key_ = key;
  last_region_ = entry->second;
  return *last_region_;
}

/// Keys of accesses have bits 1:0 of a space; 2 and 3 are none that an instruction reaches.
Tally::Draft& Tally::region(std::uint16_t reason) {
  constexpr std::uint64_t no_access = 3;
  auto const [entry, fresh] = region_of_.try_emplace(std::uint64_t{reason} << 2U | no_access);
  if (fresh) {
    entry->second = &regions_.emplace_back();
    entry->second->name = fmt::format("exit {}", reason);
  }
  return *entry->second;
}

std::string Tally::region_name(replay::PlannedAccess const& access) const {
  core::Space const space = access.space;
  if (space == core::Space::port) return fmt::format("port {:#05x}", access.address);
  std::string name =
      fmt::format("{} {:#x}", core::name(space), access.address >> page_shift << page_shift);
  auto const client = info_.clients.find(access.client);
  return client == info_.clients.end() ? name : name + ' ' + client->second;
}

Group Tally::Draft::finish() {
  return {.name = name,
          .reads = reads,
          .writes = writes,
          .latency_ns = latency.histogram(),
          .recorded_ns = recorded.histogram()};
}

void Tally::fill(TimedResult& result) {
  for (RunHistogram& stage : stages_) {
    result.stages_ns.push_back(stage.histogram());
  }
  result.latency_ns = latency_.histogram();
  result.recorded_latency_ns = recorded_.histogram();
  result.compared_latency_ns = compared_.histogram();
  result.started = started_;
  result.late = late_;
  result.late_ns_max = late_ns_max_;
  if (first_start_ != never) result.simulated_ns = (last_end_ - first_start_).ns();
  for (Draft& region : regions_) {
    result.regions.push_back(region.finish());
  }
  for (Draft& client : clients_) {
    if (client.reads + client.writes != 0) result.clients.push_back(client.finish());
  }
  result.stamps = std::move(stamps_);
}

}  // namespace acrn::model

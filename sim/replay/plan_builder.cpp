// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/plan_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <utility>

#include "core/exit.hpp"
#include "sim/replay/access_row.hpp"
#include "sim/replay/plain.hpp"
#include "traces/error.hpp"

namespace acrn::replay {
PlanBuilder::PlanBuilder(traces::CaptureInfo info, std::string file, PlanOptions options)
    : file_{std::move(file)}, options_{std::move(options)} {
  vmx_ = info.cpu.starts_with("vmx");
  plan_.info_ = std::move(info);
}

void PlanBuilder::check_vcpu(traces::ChunkInfo const& info) const {
  if (info.vcpu < vcpus_per_vm_max) return;
  throw traces::ContentError(fmt::format(
      "{}: offset {}: chunk of vCPU {} of VM {}, expected a vCPU of 0 to {} (a request page has {} "
      "slots); leave it out with a vCPU filter when importing",
      file_, info.file_offset, info.vcpu, info.vm, vcpus_per_vm_max - 1, vcpus_per_vm_max));
}

void PlanBuilder::check_row(traces::ChunkInfo const& info, std::size_t row,
                            traces::AccessRow const& access) const {
  std::string const fault = problem_of(access);
  if (fault.empty()) return;
  throw traces::ContentError(
      fmt::format("{}: offset {}: access row {} of this chunk (VM {}, vCPU {}): {}; import the "
                  "source again, or leave the row out with a filter",
                  file_, info.file_offset, row, info.vm, info.vcpu, fault));
}

void PlanBuilder::add(traces::ChunkInfo const& info, std::span<traces::AccessRow const> rows) {
  if (rows.empty()) return;
  std::vector<Pending>& pending = accesses_[info.vm];
  std::size_t const before = pending.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    traces::AccessRow const& row = rows[i];
    if (options_.keep && !options_.keep(core::VmId{info.vm}, core::VcpuId{info.vcpu}, row)) {
      continue;
    }
    check_vcpu(info);
    check_row(info, i, row);
    pending.push_back({.sequence = row.sequence, .exit = row.exit, .access = plan_access(row)});
    pending.back().access.vcpu = info.vcpu;  // renumbered by number_vcpus()
  }
  if (pending.size() > before) vcpus_.insert({core::VmId{info.vm}, core::VcpuId{info.vcpu}});
}

PlannedExit PlanBuilder::make_exit(traces::ExitRow const& row) {
  PlannedExit exit{.reason = row.reason};
  bool const known_reason = row.reason == static_cast<unsigned>(core::ExitReason::io_instruction) ||
                            row.reason == static_cast<unsigned>(core::ExitReason::ept_violation);
  if (!vmx_ || !known_reason) return exit;  // other vendors' numbers mean other things
  exit.qualification = row.qualification.value_or(0);
  exit.qualification_known = row.qualification.has_value();
  exit.length = row.length.value_or(0);
  exit.first_register = static_cast<std::uint32_t>(plan_.registers_.size());
  auto const take = [this](std::uint32_t mask, std::vector<std::uint64_t> const& values) {
    if (values.size() != static_cast<std::size_t>(std::popcount(mask))) return std::uint32_t{0};
    plan_.registers_.insert(plan_.registers_.end(), values.begin(), values.end());
    return mask;
  };
  exit.read_mask = take(row.register_mask, row.registers_read);
  exit.written_mask = take(row.written_mask, row.registers_written);
  return exit;
}

void PlanBuilder::add(traces::ChunkInfo const& info, std::span<traces::ExitRow const> rows) {
  if (rows.empty()) return;
  Exits& exits = exits_[{core::VmId{info.vm}, core::VcpuId{info.vcpu}}];
  exits.segments.push_back(
      {.first_row = info.first_sequence, .begin = exits.rows.size(), .count = rows.size()});
  for (traces::ExitRow const& row : rows) {
    exits.rows.push_back(make_exit(row));
    exits.time_out.push_back(row.time_out.value_or(traces::no_stamp));
    exits.planned.push_back(no_planned_exit);
  }
}

void PlanBuilder::add(traces::ChunkInfo const& info, std::span<traces::SlotRow const> rows) {
  if (rows.empty()) return;
  std::vector<Transition>& transitions = transitions_[info.vm];
  for (traces::SlotRow const& row : rows) transitions.push_back({row.access, row.to, row.actor});
}

std::optional<std::size_t> PlanBuilder::Exits::find(std::uint64_t row) const {
  auto const after = std::upper_bound(
      segments.begin(), segments.end(), row,
      [](std::uint64_t value, Segment const& segment) { return value < segment.first_row; });
  if (after == segments.begin()) return std::nullopt;
  Segment const& segment = *std::prev(after);
  if (row - segment.first_row >= segment.count) return std::nullopt;
  return segment.begin + (row - segment.first_row);
}

void PlanBuilder::sort_by_turn() {
  auto const by_sequence = [](auto const& a, auto const& b) { return a.sequence < b.sequence; };
  for (auto& [vm, pending] : accesses_) {
    std::stable_sort(pending.begin(), pending.end(), by_sequence);
  }
  for (auto& [vm, transitions] : transitions_) {
    std::stable_sort(transitions.begin(), transitions.end(), by_sequence);
  }
}

void PlanBuilder::number_vcpus() {
  plan_.vcpus_.assign(vcpus_.begin(), vcpus_.end());
  for (auto& [vm, pending] : accesses_) {
    std::array<std::uint16_t, vcpus_per_vm_max> number{};
    for (std::size_t i = 0; i < plan_.vcpus_.size(); ++i) {
      PlannedVcpu const vcpu = plan_.vcpus_[i];
      if (vcpu.vm.value == vm) number[vcpu.vcpu.value] = static_cast<std::uint16_t>(i);
    }
    for (Pending& one : pending) one.access.vcpu = number[one.access.vcpu];
  }
}

void PlanBuilder::join_slots() {
  for (auto const& [vm, transitions] : transitions_) {
    auto at = transitions.begin();
    for (Pending& one : accesses_[vm]) {
      while (at != transitions.end() && at->sequence < one.sequence) ++at;
      for (; at != transitions.end() && at->sequence == one.sequence; ++at) {
        one.access.slot_path = append_slot_path(one.access.slot_path, at->to, at->actor);
      }
    }
  }
}

void PlanBuilder::join_exits() {
  std::vector<Exits*> by_vcpu;
  for (PlannedVcpu const vcpu : plan_.vcpus_) by_vcpu.push_back(&exits_[vcpu]);
  for (auto& [vm, pending] : accesses_) {
    // An exit's last access first.
    for (auto one = pending.rbegin(); one != pending.rend(); ++one) {
      Exits& exits = *by_vcpu[one->access.vcpu];
      auto const row = exits.find(one->exit);
      if (!row) continue;
      std::uint32_t& number = exits.planned[*row];
      if (number == no_planned_exit) {
        number = static_cast<std::uint32_t>(plan_.exits_.size());
        plan_.exits_.push_back(exits.rows[*row]);
        if (one->access.recorded_end == traces::no_stamp) {
          one->access.recorded_end = exits.time_out[*row];
        }
      }
      one->access.exit = number;
      ++plan_.exits_[number].accesses;
    }
  }
}

void PlanBuilder::merge_vms() {
  struct Cursor {
    std::vector<Pending> const* rows;
    std::size_t at;
  };
  std::vector<Cursor> cursors;
  std::size_t total = 0;
  for (auto const& [vm, pending] : accesses_) {
    if (!pending.empty()) cursors.push_back({&pending, 0});
    total += pending.size();
  }
  plan_.accesses_.reserve(total);
  auto const time_of = [](Cursor const& c) { return (*c.rows)[c.at].access.time; };
  auto const earlier = [&](Cursor const& a, Cursor const& b) { return time_of(a) < time_of(b); };
  while (!cursors.empty()) {
    auto const next = std::min_element(cursors.begin(), cursors.end(), earlier);
    plan_.accesses_.push_back((*next->rows)[next->at].access);
    PlannedAccess& added = plan_.accesses_.back();
    added.plain = plain_kind(added);
    plan_.has_slot_paths_ |= added.slot_path != no_slot_path;
    if (++next->at == next->rows->size()) cursors.erase(next);
  }
}

Plan PlanBuilder::build() && {
  sort_by_turn();
  number_vcpus();
  join_slots();
  join_exits();
  merge_vms();
  plan_.regions_ = make_regions(plan_.accesses_, plan_.vcpus_);
  return std::move(plan_);
}

}  // namespace acrn::replay

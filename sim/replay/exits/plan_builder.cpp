// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/plan_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <utility>

#include "sim/replay/access_row.hpp"
#include "traces/error.hpp"
#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {
namespace {

constexpr std::uint64_t pool_max = std::numeric_limits<std::uint32_t>::max();

core::PlatformConfig platform_of(traces::VmInfo const& vm, std::string const& file) {
  for (traces::DeviceInfo const& device : vm.devices) {
    if (device.name != traces::platform_device_name) continue;
    auto const bytes = std::as_bytes(std::span{device.configuration});
    auto const* const first = reinterpret_cast<std::uint8_t const*>(bytes.data());
    auto const config = core::decode_platform_config({first, bytes.size()});
    if (config) return *config;
    throw traces::ContentError(fmt::format(
        "{}: header: VM {}: configuration of device \"{}\" ({} bytes): {}, expected what this "
        "version's image writes; replay with the version that made the capture",
        file, vm.id, device.name, bytes.size(), core::name(config.error())));
  }
  throw traces::ContentError(fmt::format(
      "{}: header: VM {} has exits but no device \"{}\", expected one for each VM of an exit-exact "
      "capture; record again",
      file, vm.id, traces::platform_device_name));
}

/// The part of `pool` that grew since it had `first` elements.
template <class T>
Run grown(std::vector<T> const& pool, std::size_t first) {
  return {.first = static_cast<std::uint32_t>(first),
          .count = static_cast<std::uint32_t>(pool.size() - first)};
}

void append_bytes(std::vector<std::uint8_t>& pool, std::string const& bytes, Run& run) {
  std::size_t const first = pool.size();
  pool.insert(pool.end(), bytes.begin(), bytes.end());
  run = grown(pool, first);
}

}  // namespace

PlanBuilder::PlanBuilder(traces::CaptureInfo info, std::string file) : file_{std::move(file)} {
  plan_.info_ = std::move(info);
}

void PlanBuilder::refuse(traces::ChunkInfo const& info, std::size_t row,
                         std::string const& what) const {
  throw traces::ContentError(
      fmt::format("{}: offset {}: row {} of this chunk (VM {}, vCPU {}): {}; record again, or "
                  "replay with the version that made the capture",
                  file_, info.file_offset, row, info.vm, info.vcpu, what));
}

void PlanBuilder::add_gap(Stream& stream, Gap gap) {
  if (!stream.gap || gap.row < stream.gap->row) stream.gap = std::move(gap);
}

void PlanBuilder::note_damage(std::uint64_t offset) {
  damage_ = offset;
  for (auto& [id, stream] : streams_) {
    add_gap(stream, {.row = stream.next_row,
                     .what = fmt::format("a damaged chunk was skipped before offset {}", offset)});
  }
}

void PlanBuilder::add(traces::Reader::Rows const& rows) {
  traces::ChunkInfo const& info = rows.info;
  auto const [entry, fresh] = streams_.try_emplace({core::VmId{info.vm}, core::VcpuId{info.vcpu}});
  Stream& stream = entry->second;
  if (fresh && damage_) {
    add_gap(
        stream,
        {.row = 0, .what = fmt::format("a damaged chunk was skipped before offset {}", *damage_)});
  }
  if (info.dropped_before != 0) {
    stream.lost += info.dropped_before;
    add_gap(stream, {.row = stream.next_row,
                     .what = fmt::format("{} rows were dropped by the recorder before offset {}",
                                         info.dropped_before, info.file_offset)});
  }
  add_exits(stream, rows);
  add_accesses(stream, rows);
  for (traces::SlotRow const& slot : rows.slot) {
    stream.slots.push_back(
        {.access = slot.access, .from = slot.from, .to = slot.to, .actor = slot.actor});
  }
  stream.injects.insert(stream.injects.end(), rows.inject.begin(), rows.inject.end());
  add_inputs(stream, rows);
}

void PlanBuilder::add_exits(Stream& stream, traces::Reader::Rows const& rows) {
  if (rows.exit.empty()) return;
  traces::ChunkInfo const& info = rows.info;
  if (info.first_sequence < stream.next_row) {
    refuse(info, 0,
           fmt::format("exit {} again, expected exit {} or a later one", info.first_sequence,
                       stream.next_row));
  }
  if (info.first_sequence > stream.next_row) {
    add_gap(stream, {.row = stream.next_row,
                     .what = fmt::format("exits {} to {} are not in the capture", stream.next_row,
                                         info.first_sequence - 1)});
  }
  for (std::size_t i = 0; i < rows.exit.size(); ++i) add_exit(stream, info, rows.exit[i], i);
  stream.next_row = info.first_sequence + rows.exit.size();
}

void PlanBuilder::add_exit(Stream& stream, traces::ChunkInfo const& info,
                           traces::ExitRow const& row, std::size_t number) {
  auto const check_list = [&](char const* name, std::uint32_t mask, unsigned bits,
                              std::size_t values) {
    if (mask >> bits != 0) {
      refuse(info, number, fmt::format("{} {:#x} has bits above {}", name, mask, bits - 1));
    }
    if (values != static_cast<std::size_t>(std::popcount(mask))) {
      refuse(info, number, fmt::format("{} {:#x} goes with {} values", name, mask, values));
    }
  };
  check_list("register mask", row.register_mask, traces::exit_read::bit_count,
             row.registers_read.size());
  check_list("written mask", row.written_mask, traces::exit_written::bit_count,
             row.registers_written.size());
  if (row.reason > std::numeric_limits<std::uint16_t>::max()) {
    refuse(info, number,
           fmt::format("exit reason {:#x}, expected a basic one of 16 bits", row.reason));
  }
  if (!row.rip) refuse(info, number, "no RIP, expected one in each exit of an exit-exact capture");
  if (plan_.values_.size() + 64 > pool_max || plan_.bytes_.size() > pool_max - (1U << 20U)) {
    refuse(info, number, "more exits than fit into memory at once, expected below 2^32 values");
  }
  PlannedExit planned;
  planned.row = info.first_sequence + number;
  planned.time_in = row.time_in;
  planned.time_out = row.time_out.value_or(row.time_in);
  planned.rip = *row.rip;
  planned.register_mask = row.register_mask;
  planned.written_mask = row.written_mask;
  planned.first_value = static_cast<std::uint32_t>(plan_.values_.size());
  auto const append = [this](std::vector<std::uint64_t> const& values) {
    plan_.values_.insert(plan_.values_.end(), values.begin(), values.end());
  };
  append(row.registers_read);
  append(row.registers_written);
  append_bytes(plan_.bytes_, row.guest_ram_read, planned.memory);
  append_bytes(plan_.bytes_, row.entry_state, planned.asked);
  take_machine_exit(planned, row);
  stream.exits.push_back(planned);
}

/// What the CPU said of the exit: see traces::exit_read.
void PlanBuilder::take_machine_exit(PlannedExit& planned, traces::ExitRow const& row) const {
  namespace bit = traces::exit_read;
  std::uint64_t const* const values = plan_.values_.data() + planned.first_value;
  auto const value = [&](unsigned which) -> std::uint64_t {
    if ((row.register_mask >> which & 1U) == 0) return 0;
    return values[std::popcount(row.register_mask & ((1U << which) - 1U))];
  };
  auto const low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  auto const high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); };
  planned.exit = {.reason = static_cast<std::uint16_t>(row.reason),
                  .instruction_length = row.length.value_or(0),
                  .qualification = row.qualification.value_or(0),
                  .guest_physical = {value(bit::guest_physical)},
                  .guest_linear = value(bit::guest_linear),
                  .instruction_information = low(value(bit::instruction_information)),
                  .interruption_information = low(value(bit::interruption)),
                  .interruption_error_code = high(value(bit::interruption)),
                  .idt_vectoring_information = low(value(bit::idt_vectoring)),
                  .idt_vectoring_error_code = high(value(bit::idt_vectoring))};
}

void PlanBuilder::add_accesses(Stream& stream, traces::Reader::Rows const& rows) const {
  for (std::size_t i = 0; i < rows.access.size(); ++i) {
    traces::AccessRow const& row = rows.access[i];
    if (std::string const problem = problem_of(row); !problem.empty()) {
      refuse(rows.info, i, problem);
    }
    if (row.count != 1) refuse(rows.info, i, fmt::format("count {}, expected 1", row.count));
    if (row.exit == traces::no_exit) {
      refuse(rows.info, i, "an access without an exit, expected the exit that made it");
    }
    stream.accesses.push_back(
        {.sequence = row.sequence, .exit = row.exit, .access = plan_access(row)});
  }
}

void PlanBuilder::add_inputs(Stream& stream, traces::Reader::Rows const& rows) const {
  for (std::size_t i = 0; i < rows.input.size(); ++i) {
    traces::InputRow const& row = rows.input[i];
    bool const known =
        row.kind == traces::InputKind::received_byte || row.kind == traces::InputKind::irq_line ||
        row.kind == traces::InputKind::ipi || row.kind == traces::InputKind::device_clock;
    if (!known) {
      refuse(rows.info, i,
             fmt::format("an input of kind {}, expected 1 (received byte), 2 (IRQ "
                         "line), 3 (IPI) or 4 (device clock)",
                         static_cast<unsigned>(row.kind)));
    }
    bool const line = row.kind == traces::InputKind::irq_line;
    if (line && (row.target > 0xffff || row.payload > 3)) {
      refuse(rows.info, i,
             fmt::format("IRQ line {} with action {}, expected a line below 65536 "
                         "and an action of 0 to 3",
                         row.target, row.payload));
    }
    if (row.kind == traces::InputKind::ipi && (row.payload < 32 || row.payload > 255)) {
      refuse(rows.info, i, fmt::format("interrupt vector {}, expected 32 to 255", row.payload));
    }
    stream.inputs.push_back(row);
  }
}

/// Sequences of one vCPU's accesses follow each other where nothing was lost.
void PlanBuilder::find_access_gap(Stream& stream) const {
  std::stable_sort(stream.accesses.begin(), stream.accesses.end(),
                   [](Access const& a, Access const& b) { return a.sequence < b.sequence; });
  std::uint64_t expected = 0;
  std::uint64_t exit = 0;
  for (Access const& access : stream.accesses) {
    if (access.sequence != expected) {
      add_gap(stream, {.row = exit,
                       .what = fmt::format("accesses {} to {} are not in the capture", expected,
                                           access.sequence - 1)});
      return;
    }
    expected = access.sequence + 1;
    exit = access.exit;
  }
}

std::uint16_t PlanBuilder::vm_index(PlannedVcpu id) const {
  auto const& vms = plan_.vms_;
  auto const found =
      std::find_if(vms.begin(), vms.end(), [&](PlannedVm const& vm) { return vm.id == id.vm; });
  return static_cast<std::uint16_t>(found - vms.begin());
}

/// Moves one vCPU's rows into the plan.
void PlanBuilder::place(PlannedVcpu id, Stream& stream) {
  find_access_gap(stream);
  std::uint64_t const end = stream.gap ? stream.gap->row : ~std::uint64_t{0};
  auto const behind = std::find_if(stream.exits.begin(), stream.exits.end(),
                                   [&](PlannedExit const& exit) { return exit.row >= end; });
  PlannedStream planned{.id = id,
                        .vm = vm_index(id),
                        .first = plan_.exits_.size(),
                        .count = static_cast<std::size_t>(behind - stream.exits.begin()),
                        .behind = static_cast<std::uint64_t>(stream.exits.end() - behind),
                        .lost = stream.lost};
  if (stream.gap && (planned.behind != 0 || planned.lost != 0)) planned.gap = stream.gap->what;
  stream.exits.erase(behind, stream.exits.end());
  for (PlannedExit& exit : stream.exits) {
    exit.vcpu = static_cast<std::uint16_t>(plan_.vcpus_.size());
    exit.entered = exit.row + 1 < stream.next_row;
  }
  plan_.exits_.insert(plan_.exits_.end(), stream.exits.begin(), stream.exits.end());
  plan_.vcpus_.push_back(std::move(planned));
  join(stream, plan_.vcpus_.back().first);
}

Plan PlanBuilder::build() && {
  for (auto const& [id, stream] : streams_) {
    if (!plan_.vms_.empty() && plan_.vms_.back().id == id.vm) {
      throw traces::ContentError(
          fmt::format("{}: VM {} has exits of several vCPUs, expected one vCPU per VM, which is "
                      "what exit-exact "
                      "replay follows; record the VM with one vCPU",
                      file_, id.vm.value));
    }
    auto const& vms = plan_.info_.vms;
    auto const info = std::find_if(vms.begin(), vms.end(),
                                   [&, vm = id.vm.value](auto const& one) { return one.id == vm; });
    traces::VmInfo const unknown{.id = id.vm.value};
    plan_.vms_.push_back({.id = id.vm,
                          .vcpus = static_cast<std::uint16_t>(id.vcpu.value + 1),
                          .platform = platform_of(info == vms.end() ? unknown : *info, file_)});
  }
  for (auto& [id, stream] : streams_) place(id, stream);
  return std::move(plan_);
}

}  // namespace acrn::replay::exits

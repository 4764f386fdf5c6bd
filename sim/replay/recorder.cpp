// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/recorder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/abi/ioreq.hpp"
#include "core/exit.hpp"

namespace acrn::replay {
namespace {

using traces::Handling;

Handling handling_of(ReplayedElement const& element) {
  Handling const planned = element.planned->handling;
  if (planned == Handling::unclaimed) return planned;
  if (element.forwarded) return Handling::forwarded;
  return planned == Handling::queued ? Handling::queued : Handling::hypervisor;
}

/// When a slot reached `state`: the stage stamp of that step, or else the access's time.
std::uint64_t slot_time(std::uint8_t state, std::span<std::uint64_t const> stamps,
                        std::uint64_t otherwise) {
  constexpr std::array<std::size_t, 4> stage_of{2, 9, 6,
                                                13};  // PENDING, COMPLETE, PROCESSING, FREE
  static_assert(core::abi::ioreq_state_pending == 0 && core::abi::ioreq_state_complete == 1 &&
                core::abi::ioreq_state_processing == 2 && core::abi::ioreq_state_free == 3);
  if (stamps.size() != traces::stage_count) return otherwise;
  std::uint64_t const stamp = stamps[stage_of[state]];
  return stamp == traces::no_stamp ? otherwise : stamp;
}

/// The registers that the instruction asked for and changed. Where a value is invented, they are
/// too, and where one row stands for many elements, the first one's are not the instruction's.
void put_registers(traces::ExitRow& exit, ReplayedElement const& element) {
  if (!element.value_known || element.planned->count != 1) return;
  exit.register_mask = element.registers->asked();
  for (std::size_t i = 0; i < register_count; ++i) {
    if ((exit.register_mask >> i & 1U) != 0) {
      exit.registers_read.push_back(element.registers->value(static_cast<core::Register>(i)));
    }
  }
  std::map<core::Register, std::uint64_t> written;  // ascending, as the row wants them
  for (std::size_t i = 0; i < element.commit.register_count; ++i) {
    written[element.commit.registers[i]] = element.commit.values[i];
  }
  for (auto const& [reg, value] : written) {
    exit.written_mask |= 1U << static_cast<unsigned>(reg);
    exit.registers_written.push_back(value);
  }
}

}  // namespace

void Recorder::begin(Rows& rows, ReplayedElement const& element) {
  PlannedAccess const& planned = *element.planned;
  rows.vcpu = element.vcpu;
  rows.client = element.client;
  rows.access.time = planned.time;
  rows.access.access = guest_access(planned);
  rows.access.access.value = element.value_known ? element.value : 0;
  rows.access.value_known = element.value_known;
  rows.access.count = planned.count;
  rows.access.handling = handling_of(element);
  bool const port = rows.access.access.space == core::Space::port;
  rows.exit.time_in = planned.time;
  rows.exit.reason = static_cast<std::uint32_t>(port ? core::ExitReason::io_instruction
                                                     : core::ExitReason::ept_violation);
  rows.exit.qualification = planned.qualification;
  if (element.commit.rip_advance != 0) rows.exit.length = element.commit.rip_advance;
  put_registers(rows.exit, element);
  if (element.stamps.size() == traces::stage_count) {
    std::copy(element.stamps.begin(), element.stamps.end(), rows.access.stages.begin());
    if (element.stamps.front() != traces::no_stamp) {
      rows.access.time = element.stamps.front();
      rows.exit.time_in = element.stamps.front();
    }
  }
}

void Recorder::add(ReplayedElement const& element) {
  Rows& rows = waiting_[element.position];
  if (element.element == 0) begin(rows, element);
  std::uint8_t from = core::abi::ioreq_state_free;
  for (std::uint8_t const step : element.slots) {
    auto const to = static_cast<std::uint8_t>(step & 3U);
    rows.slots.push_back({.time = slot_time(to, element.stamps, rows.access.time),
                          .from = from,
                          .to = to,
                          .actor = static_cast<std::uint8_t>(step >> 2U)});
    from = to;
  }
  if (!element.stamps.empty() && element.stamps.back() != traces::no_stamp) {
    rows.exit.time_out = element.stamps.back();
    rows.access.stages.back() = element.stamps.back();
  }
  rows.complete = element.element + 1 == element.planned->count;
  for (auto next = waiting_.begin();
       next != waiting_.end() && next->first == next_position_ && next->second.complete;
       next = waiting_.erase(next)) {
    write(next->second);
    ++next_position_;
  }
}

void Recorder::write(Rows& rows) {
  std::uint16_t const vm = rows.vcpu.vm.value;
  std::uint16_t const vcpu = rows.vcpu.vcpu.value;
  std::uint64_t const sequence = sequences_[vm]++;
  rows.exit.vm_seq = sequence;
  rows.access.sequence = sequence;
  rows.access.exit = exits_[rows.vcpu]++;
  if (!rows.client.empty()) rows.access.client = writer_.client(rows.client);
  writer_.write(vm, vcpu, rows.exit);
  writer_.write(vm, vcpu, rows.access);
  for (traces::SlotRow& slot : rows.slots) {
    slot.access = sequence;
    writer_.write(vm, vcpu, slot);
  }
}

traces::CaptureInfo recording_info(Plan const& plan, std::string_view profile) {
  traces::CaptureInfo info;
  info.clock = plan.info().clock;
  info.profile = profile;
  info.cpu = "vmx replayed";
  for (PlannedVcpu const vcpu : plan.vcpus()) {
    auto const vcpus = static_cast<std::uint16_t>(vcpu.vcpu.value + 1);
    if (info.vms.empty() || info.vms.back().id != vcpu.vm.value) {
      info.vms.push_back({.id = vcpu.vm.value, .vcpus = vcpus});
    }
    info.vms.back().vcpus = std::max(info.vms.back().vcpus, vcpus);
  }
  info.source.dialect = "replay";
  info.source.file = plan.info().source.file;
  info.never_recorded = {"exit.rip", "exit.instruction_bytes", "exit.guest_ram_read"};
  return info;
}

}  // namespace acrn::replay

// SPDX-License-Identifier: BSD-3-Clause
// The part of KvmMachine that follows single accesses: who answered, and when.
#include <algorithm>

#include "traces/importers/kernel_devices.hpp"
#include "traces/importers/kvm_machine.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t stage_built = 1;
constexpr std::size_t stage_handed = 2;
constexpr std::size_t stage_value = 13;
constexpr std::size_t stage_next_event = 14;

// kvm_fast_mmio does not print how much was written; a virtio doorbell is 16 bits wide (virtio 1.1,
// section 4.1.5.2 "Available Buffer Notifications").
constexpr std::uint8_t doorbell_size = 2;

// Accesses of one exit; more come only where the entries between them were lost.
constexpr std::size_t open_max = 64;

std::uint8_t piece_size(std::uint32_t remaining) {
  return remaining >= 8 ? 8 : remaining >= 4 ? 4 : remaining >= 2 ? 2 : 1;
}

}  // namespace

AccessRow KvmMachine::make_row(KvmVcpu const& vcpu, std::uint64_t time,
                               core::Access const& access) const {
  AccessRow row{.time = time, .access = access};
  if (ExitRow const* const exit = vcpu.own_exit()) {
    row.time = exit->time_in;
    row.stages[0] = row.time;
    row.exit = vcpu.exits - 1;
  }
  std::uint64_t const cut = core::truncate(access.value, access.size);
  if (cut != access.value) tally_.note("value wider than its access, cut");
  row.access.value = cut;
  return row;
}

void KvmMachine::admit(KvmVcpu& vcpu, KvmRequest const& request) {
  if (request.answered && !outline_.has_entries) {
    close(request);
    return;
  }
  if (vcpu.open.size() == open_max) {
    close(vcpu.open.front());
    vcpu.open.erase(vcpu.open.begin());
  }
  vcpu.open.push_back(request);
}

void KvmMachine::close(KvmRequest const& request) {
  for (std::uint32_t i = 0; i < request.rows; ++i) window_.close(request.first + i);
}

void KvmMachine::stamp(KvmRequest const& request, std::size_t stage, std::uint64_t time) {
  for (std::uint32_t i = 0; i < request.rows; ++i) {
    if (AccessRow* const row = window_.find(request.first + i)) row->stages[stage] = time;
  }
}

void KvmMachine::set_handling(KvmRequest const& request, Handling handling) {
  for (std::uint32_t i = 0; i < request.rows; ++i) {
    if (AccessRow* const row = window_.find(request.first + i)) row->handling = handling;
  }
}

bool KvmMachine::answered_in_kernel(std::uint16_t port) const {
  PortReader const learned = port_readers_[port];
  return learned == PortReader::not_seen ? is_kernel_device(core::Space::port, port)
                                         : learned == PortReader::kernel;
}

void KvmMachine::pio_sent(KvmVcpu& vcpu, std::uint64_t time, KvmPio const& event) {
  settle(vcpu, time);
  AccessRow row = make_row(
      vcpu, time,
      {core::Space::port, event.direction, event.size, event.port, event.value.value_or(0)});
  if (vcpu.own_exit() != nullptr) row.stages[stage_built] = time;
  row.value_known = event.value.has_value();
  row.count = event.count;
  admit(vcpu, {.first = window_.open(vcpu.number, row), .rows = 1, .phase = KvmPhase::port_sent});
}

void KvmMachine::pio_answered(KvmVcpu& vcpu, std::uint64_t time, KvmPio const& event) {
  bool const known = !vcpu.fresh && outline_.has_userspace_exits;
  bool const certain = known && !(vcpu.hand_over && vcpu.hand_over->doubtful);
  bool const in_user_space =
      vcpu.hand_over && (!vcpu.hand_over->doubtful || !answered_in_kernel(event.port));
  if (certain) {
    port_readers_[event.port] = in_user_space ? PortReader::user_space : PortReader::kernel;
  }
  std::uint64_t const handed = in_user_space ? vcpu.hand_over->time : no_stamp;
  if (in_user_space) vcpu.hand_over.reset();  // it is this access's, not that of the one before
  settle(vcpu, time);
  AccessRow row =
      make_row(vcpu, in_user_space ? handed : time,
               {core::Space::port, core::Direction::read, event.size, event.port, *event.value});
  row.count = event.count;
  row.stages[stage_handed] = handed;
  if (in_user_space || vcpu.own_exit() != nullptr) row.stages[stage_value] = time;
  if (in_user_space) {
    row.handling = Handling::forwarded;
  } else if (known) {
    row.handling = Handling::hypervisor;
  }
  admit(vcpu, {.first = window_.open(vcpu.number, row), .rows = 1, .answered = true});
}

void KvmMachine::open_mmio(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event,
                           KvmRequest request) {
  bool const write = event.type == MmioType::write;
  request.first = window_.next_sequence();
  request.gpa = event.gpa;
  request.length = event.length;
  for (std::uint32_t at = 0; at < event.length; ++request.rows) {
    std::uint8_t const size = piece_size(event.length - at);
    std::uint64_t const value = at < 8 ? event.value >> (8 * at) : 0;
    bool const whole = size == event.length;
    AccessRow row =
        make_row(vcpu, time,
                 {core::Space::mmio, write ? core::Direction::write : core::Direction::read, size,
                  event.gpa + at, whole ? value : core::truncate(value, size)});
    if (vcpu.own_exit() != nullptr) row.stages[request.answered ? stage_value : stage_built] = time;
    row.value_known = event.type != MmioType::unsatisfied_read && at + size <= 8;
    row.handling = request.handling;
    window_.open(vcpu.number, row);
    at += size;
  }
  if (request.rows > 1) tally_.note("MMIO access that takes several rows");
  admit(vcpu, request);
}

void KvmMachine::mmio_sent(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event) {
  settle(vcpu, time);
  bool const write = event.type == MmioType::write;
  open_mmio(vcpu, time, event, {.phase = write ? KvmPhase::mmio_sent : KvmPhase::mmio_asked});
}

void KvmMachine::mmio_answered(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event) {
  KvmRequest* const asked = vcpu.latest();
  if (asked != nullptr && asked->phase == KvmPhase::mmio_asked && asked->gpa == event.gpa &&
      asked->length == event.length) {
    bring_value(*asked, event.value);
    stamp(*asked, stage_value, time);
    set_handling(*asked, Handling::forwarded);
    asked->phase = KvmPhase::none;
    asked->answered = true;
    if (!outline_.has_entries) {
      close(*asked);
      vcpu.open.pop_back();
    }
    return;
  }
  settle(vcpu, time);
  open_mmio(vcpu, time, event,
            {.answered = true, .handling = vcpu.fresh ? Handling::unknown : Handling::hypervisor});
}

void KvmMachine::bring_value(KvmRequest const& request, std::uint64_t value) {
  for (std::uint32_t i = 0; i < request.rows; ++i) {
    AccessRow* const row = window_.find(request.first + i);
    if (row == nullptr) continue;
    std::uint64_t const at = row->access.address - request.gpa;
    std::uint64_t const piece = at < 8 ? value >> (8 * at) : 0;
    row->access.value = core::truncate(piece, row->access.size);
    row->value_known = at + row->access.size <= 8;
    if (request.rows == 1 && piece != row->access.value) {
      tally_.note("value wider than its access, cut");
    }
  }
}

void KvmMachine::fast_mmio(KvmVcpu& vcpu, std::uint64_t time, KvmFastMmio const& event) {
  settle(vcpu, time);
  AccessRow row = make_row(
      vcpu, time, {core::Space::mmio, core::Direction::write, doorbell_size, event.gpa, 0});
  row.value_known = false;
  row.handling = Handling::queued;
  tally_.note("kvm_fast_mmio taken as a write of 2 bytes");
  admit(vcpu, {.first = window_.open(vcpu.number, row), .rows = 1, .answered = true});
}

void KvmMachine::handed_over(KvmVcpu& vcpu, std::uint64_t time, UserspaceReason reason) {
  outline_.has_userspace_exits = true;
  KvmRequest* const latest = vcpu.latest();
  if (reason == UserspaceReason::mmio) {
    if (latest == nullptr || latest->phase == KvmPhase::port_sent) {
      tally_.note("user-space exit without its access");
    } else if (!latest->handed) {  // a wide access has one exit for every 8 bytes
      stamp(*latest, stage_handed, time);
      set_handling(*latest, Handling::forwarded);
      latest->handed = true;
    }
    return;
  }
  if (reason != UserspaceReason::io) return;
  bool const last_may_own =
      latest != nullptr && latest->phase == KvmPhase::port_sent && !latest->handed;
  if (vcpu.hand_over && vcpu.hand_over->doubtful) {
    give(vcpu, time);
    vcpu.hand_over = KvmHandOver{time, false, std::nullopt};
    return;
  }
  if (vcpu.hand_over) tally_.note("user-space exit without its access");
  vcpu.hand_over = KvmHandOver{time, last_may_own, std::nullopt};
}

// The held user-space exit is that of the latest request.
void KvmMachine::give(KvmVcpu& vcpu, std::uint64_t time) {
  KvmRequest& latest = *vcpu.latest();
  stamp(latest, stage_handed, vcpu.hand_over->time);
  set_handling(latest, Handling::forwarded);
  latest.handed = true;
  latest.phase = KvmPhase::none;
  std::uint64_t const end = vcpu.hand_over->end.value_or(time);
  vcpu.hand_over.reset();
  if (outline_.has_entries) return;
  stamp(latest, stage_next_event, end);
  close(latest);
  vcpu.open.pop_back();
}

// Nothing more can happen to the latest request but its last stamp.
void KvmMachine::settle(KvmVcpu& vcpu, std::uint64_t time) {
  if (vcpu.hand_over && vcpu.hand_over->doubtful) {
    give(vcpu, time);
  } else if (vcpu.hand_over) {
    tally_.note("user-space exit without its access");
    vcpu.hand_over.reset();
  }
  KvmRequest* const latest = vcpu.latest();
  if (latest != nullptr) settle_latest(*latest);
  if (outline_.has_entries) return;
  for (KvmRequest const& request : vcpu.open) {
    if (request.handed && !request.answered) stamp(request, stage_next_event, time);
    close(request);
  }
  vcpu.open.clear();
}

void KvmMachine::settle_latest(KvmRequest& request) {
  AccessRow const* const row = window_.find(request.first);
  if (request.phase == KvmPhase::mmio_asked) {
    set_handling(request, Handling::forwarded);
    tally_.note("MMIO read whose value never came");
  } else if (row != nullptr && !request.handed && outline_.has_userspace_exits) {
    bool const device = row->access.direction == core::Direction::read ||
                        is_kernel_device(row->access.space, row->access.address);
    set_handling(request, device ? Handling::hypervisor : Handling::queued);
  }
  request.phase = KvmPhase::none;
}

// The vCPU runs at `time`. Without kvm_entry that is the best bound for what user space took.
void KvmMachine::progress(KvmVcpu& vcpu, std::uint64_t time) {
  if (vcpu.hand_over && !vcpu.hand_over->end) vcpu.hand_over->end = time;
  if (outline_.has_entries) return;
  std::erase_if(vcpu.open, [&](KvmRequest const& request) {
    if (!request.handed || request.phase == KvmPhase::mmio_asked || request.rows > 1) return false;
    stamp(request, stage_next_event, time);
    close(request);
    return true;
  });
}

// Closes what is open as it is: events were lost, or the source ends.
void KvmMachine::abandon(KvmVcpu& vcpu) {
  if (vcpu.hand_over) tally_.note("user-space exit without its access");
  vcpu.hand_over.reset();
  for (KvmRequest const& request : vcpu.open) close(request);
  vcpu.open.clear();
}

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// The running part of the machine under replay, inline: engines spend most of their time here.
// Included by machine.hpp; not for use on its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/check.hpp"
#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "sim/replay/answers.hpp"
#include "sim/replay/machine.hpp"

namespace acrn::replay {

using ReplaySlot = core::HypervisorSlot<LoggedMemory>;

struct Machine::Vm {
  Vm(core::VmId vm_id, std::uint32_t count, SlotMover const& mover, core::Completion completion)
      : id{vm_id}, vcpu_count{count}, memory{storage, mover}, page{memory, completion} {}

  core::VmId id;
  std::uint32_t vcpu_count;  // highest id plus 1
  core::VmState state{};
  LoggedPage storage;
  LoggedMemory memory;
  core::HypervisorPage<LoggedMemory> page;
  std::uint64_t turns{};
  Vcpu* acting{};        // who holds the turn, for the recorded device
  bool config_known{};   // the HSM's configuration address register holds what the guest's did
  bool orders_config{};  // more than one vCPU: see Machine::may_begin()
  std::size_t config_next{};
  std::vector<std::size_t> config_positions;            // of accesses to the configuration ports
  std::array<std::uint16_t, vcpus_per_vm_max> vcpus{};  // index in Plan::vcpus() by id
};

struct Machine::Vcpu {
  Vcpu(PlannedVcpu vcpu_id, Vm& owner)
      : id{vcpu_id},
        vm{&owner},
        slot{&owner.page.slot(vcpu_id.vcpu)},
        log{&owner.storage.logs.at(vcpu_id.vcpu.value)} {}

  PlannedVcpu id;
  Vm* vm;
  ReplaySlot* slot;
  SlotLog* log;
  core::VcpuIo io;
  RegisterFile registers;
  NoGuestMemory memory;
  core::Effects effects;
  traces::VcpuDigest digest;

  // The element in hand.
  PlannedAccess const* access{};
  core::Access planned{};  // the same as core's type, without value
  std::size_t position{};
  std::uint32_t element{};
  std::uint64_t answer{};  // what device or client gives, or the guest writes
  core::Progress progress{};
  bool value_known{};          // `answer` is the capture's
  bool device_answers{};       // the recorded device takes it
  bool forwarded{};            // some of it went through the slot
  bool client_answered{};      // some of it reached a client
  bool rax_recorded{};         // the written value came from a recorded RAX
  core::HsmClientId client{};  // if client_answered
};

/// What the part of the access that `piece` is has of the whole's `value`, not cut to its size.
inline std::uint64_t piece_of(core::Access const& whole, core::Access const& piece,
                              std::uint64_t value) {
  // Of ports the low bits are the same although they wrap; no access is longer than 8 bytes.
  return value >> (8U * ((piece.address - whole.address) % core::access_size_max));
}

/// The qualification of the exit that an access makes: for MMIO, as EPT reports a data access to a
/// page which is not there.
constexpr std::uint64_t qualification(core::Access const& access) {
  if (access.space == core::Space::port) {
    return core::encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                          .size = access.size,
                                          .direction = access.direction});
  }
  return core::encode_ept_qualification({.read = access.direction == core::Direction::read,
                                         .write = access.direction == core::Direction::write,
                                         .linear_address_valid = true,
                                         .final_translation = true});
}

/// Without the checks of vector and unique_ptr: plan and machine agree on the numbers.
inline Machine::Vcpu& Machine::vcpu_at(std::size_t index) const {
  return *vcpus_.data()[index].get();
}

inline core::Progress Machine::begin(std::size_t position, std::uint32_t element, core::Ticks now) {
  PlannedAccess const& access = plan_.accesses().data()[position];
  Vcpu& vcpu = vcpu_at(access.vcpu);
  vcpu.access = &access;
  vcpu.planned = {.space = traces::shape_space(access.shape),
                  .direction = traces::shape_direction(access.shape),
                  .size = traces::shape_size(access.shape),
                  .address = access.address};
  vcpu.position = position;
  vcpu.element = element;
  vcpu.value_known = access.value_known && element == 0;
  bool const nobody_answers = access.handling == traces::Handling::unclaimed &&
                              vcpu.planned.direction == core::Direction::read;
  vcpu.answer = vcpu.value_known && !nobody_answers ? access.value : ~std::uint64_t{0};
  vcpu.device_answers = replay::device_answers(access);
  vcpu.forwarded = false;
  vcpu.client_answered = false;
  vcpu.rax_recorded = false;
  vcpu.log->clear();
  vcpu.registers.forget_asked();
  core::VmExit exit = make_exit(vcpu);
  if (access.exit != no_planned_exit) [[unlikely]]
    take_recorded_exit(vcpu, exit);
  return act(vcpu,
             [&](auto const& env, core::Turn turn) { return vcpu.io.begin(exit, env, turn, now); });
}

inline core::Progress Machine::resume(std::size_t vcpu_number, core::Ticks now) {
  Vcpu& vcpu = vcpu_at(vcpu_number);
  return act(vcpu,
             [&](auto const& env, core::Turn turn) { return vcpu.io.resume(env, turn, now); });
}

/// Lets the vCPU go on with its exit, holding the VM's turn.
template <class Step>
core::Progress Machine::act(Vcpu& vcpu, Step step) {
  Vm& vm = *vcpu.vm;
  vm.acting = &vcpu;
  mover_ = SlotMover::hypervisor;
  vcpu.effects.clear();
  core::VcpuEnvironment<ReplaySlot, RegisterFile, NoGuestMemory> const env{
      .vm = vm.state,
      .profile = *options_.profile,
      .slot = *vcpu.slot,
      .cpu = vcpu.registers,
      .memory = vcpu.memory,
      .effects = vcpu.effects};
  vcpu.progress = step(env, core::Turn{vm.turns++});
  if (vcpu.effects.upcall_wanted()) {
    vcpu.forwarded = true;
    ++totals_.upcalls;
  }
  return vcpu.progress;
}

/// The exit whose emulation makes the planned access. Captures know which access it was, not which
/// instruction: ports are IN or OUT, MMIO is a move between memory and RAX.
inline core::VmExit Machine::make_exit(Vcpu& vcpu) {
  core::Access const& planned = vcpu.planned;
  if (planned.space == core::Space::port) {
    if (planned.direction == core::Direction::write) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, planned.size);
    }
    return {.reason = core::ExitReason::io_instruction, .qualification = qualification(planned)};
  }
  return {.reason = core::ExitReason::ept_violation,
          .qualification = qualification(planned),
          .gpa = {planned.address},
          .mmio = {.direction = planned.direction,
                   .size = planned.size,
                   .value = vcpu.answer,
                   .destination = core::Register::rax,
                   .extend = core::Extend::by_size}};
}

inline core::Effects const& Machine::effects(std::size_t vcpu) const {
  return vcpu_at(vcpu).effects;
}

inline core::DispatchEffects Machine::dispatch() {
  mover_ = SlotMover::worker;
  return hsm_->dispatch();
}

inline core::SlotEffects Machine::dispatch(std::size_t vcpu_number) {
  mover_ = SlotMover::worker;
  PlannedVcpu const vcpu = vcpu_at(vcpu_number).id;
  return hsm_->dispatch_slot(vcpu.vm, vcpu.vcpu);
}

inline std::optional<core::Request> Machine::next_request(core::HsmClientId client) {
  return hsm_->next_request(client);
}

inline core::CompletionEffects Machine::complete(core::Request const& request) {
  mover_ = SlotMover::client;
  Vcpu& vcpu = vcpu_at(vcpu_index(request.from));
  vcpu.client_answered = true;
  vcpu.client = request.client;
  // The request may be a converted one: which piece of the guest's access it is, the vCPU knows.
  return hsm_->complete(request, piece_of(vcpu.planned, vcpu.io.request(), vcpu.answer));
}

inline std::size_t Machine::vcpu_index(core::VcpuRef vcpu) const {
  for (auto const& vm : vms_) {
    if (vm->id == vcpu.vm) return vm->vcpus[vcpu.vcpu.value];
  }
  core::check(false, "a request is of a VM of the plan");
  return 0;
}

inline void Machine::finish(std::size_t vcpu_number, std::span<std::uint64_t const> stamps) {
  Vcpu& vcpu = vcpu_at(vcpu_number);
  bool const done = vcpu.progress == core::Progress::done;
  core::check(done || vcpu.progress == core::Progress::fault,
              "an access is finished once, when the machine has done or refused it");
  traces::DigestEntry entry{.access = vcpu.planned};
  ++totals_.elements;
  totals_.accesses += vcpu.element == 0 ? 1 : 0;
  if (vcpu.element == 0) check_exit(vcpu);
  if (done) [[likely]] {
    core::Commit const& commit = vcpu.io.commit();
    bool const read = entry.access.direction == core::Direction::read;
    entry.access.value =
        core::truncate(read ? commit.values.front() : vcpu.io.access().value, entry.access.size);
    ++(vcpu.forwarded ? totals_.forwarded : totals_.handled);
    check_outputs(vcpu, entry.access);
    if (options_.recorder != nullptr) [[unlikely]]
      record(vcpu, entry, stamps);
    vcpu.registers.apply(commit);
  } else {
    take_fault(vcpu, entry);
    if (options_.recorder != nullptr) record(vcpu, entry, stamps);
  }
  vcpu.digest.add(entry);
  if (touches_config_ports(vcpu.access->shape, vcpu.access->address)) [[unlikely]]
    config_finished(vcpu);
  vcpu.progress = core::Progress::waiting;
}

inline void Machine::compare(Vcpu const& vcpu, Comparison const& comparison) {
  checker_.compare(vcpu.position, vcpu.id, comparison);
}

/// The access row against the qualification that the CPU gave for its exit.
inline void Machine::check_exit(Vcpu const& vcpu) {
  if (vcpu.access->exit == no_planned_exit) [[likely]] {
    checker_.unknown(1);
  } else {
    check_recorded_exit(vcpu);
  }
}

/// What the access did against what the capture says it did.
inline void Machine::check_outputs(Vcpu const& vcpu, core::Access const& access) {
  PlannedAccess const& planned = *vcpu.access;
  bool const handling_known = planned.handling != traces::Handling::unknown;
  compare(vcpu, {.field = Field::handling,
                 .evidence = handling_known ? Evidence::same_source : Evidence::none,
                 .expected = vcpu.device_answers ? 0U : 1U,
                 .actual = vcpu.forwarded ? 1U : 0U});
  compare(vcpu, {.field = Field::value,
                 .evidence = value_evidence(vcpu),
                 .expected = planned.value,
                 .actual = access.value});
  if (access.direction == core::Direction::read) {
    if (planned.exit == no_planned_exit) [[likely]] {
      checker_.unknown(1);
    } else {
      check_destination(vcpu);
    }
  }
  if (vcpu.forwarded) {
    if (planned.slot_path == no_slot_path) [[likely]] {
      checker_.unknown(1);
    } else {
      check_slots(vcpu);
    }
  }
}

/// What equality of the access's value would prove.
inline Evidence Machine::value_evidence(Vcpu const& vcpu) {
  if (!vcpu.value_known) return Evidence::none;
  if (vcpu.planned.direction == core::Direction::write) {
    return vcpu.rax_recorded ? Evidence::independent : Evidence::same_source;
  }
  if (vcpu.access->handling == traces::Handling::unclaimed) return Evidence::independent;
  bool const computed_by_hsm = vcpu.forwarded && !vcpu.client_answered;
  if (!computed_by_hsm) [[likely]]
    return Evidence::same_source;
  return vcpu.vm->config_known ? Evidence::independent : Evidence::none;
}

}  // namespace acrn::replay

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

/// What the part of the access that `piece` is has of the whole's `value`.
inline std::uint64_t piece_of(PlannedAccess const& whole, core::Access const& piece,
                              std::uint64_t value) {
  std::uint64_t offset = piece.address - whole.address;
  if (piece.space == core::Space::port) offset &= 0xffff;  // ports wrap
  return core::truncate(value >> (8U * (offset & 7U)), piece.size);
}

/// Ports of PCI configuration mechanism 1. Source: PCI Local Bus Specification 3.0, 3.2.2.3.2.
inline constexpr std::uint64_t config_address_port = 0xcf8;
inline constexpr std::uint64_t config_port_last = 0xcff;

inline bool touches_config_ports(PlannedAccess const& access) {
  return access.address <= config_port_last &&
         traces::shape_space(access.shape) == core::Space::port &&
         access.address + traces::shape_size(access.shape) > config_address_port;
}

/// Whether the capture says that nobody waited for the device model.
constexpr bool expects_hypervisor(traces::Handling handling) {
  return handling == traces::Handling::hypervisor || handling == traces::Handling::queued;
}

/// The qualification of a port access's exit.
constexpr std::uint64_t io_qualification(PlannedAccess const& access) {
  return core::encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                        .size = traces::shape_size(access.shape),
                                        .direction = traces::shape_direction(access.shape)});
}

/// That of a data access to a page which is not there, as EPT reports it.
constexpr std::uint64_t ept_qualification(core::Direction direction) {
  return core::encode_ept_qualification({.read = direction == core::Direction::read,
                                         .write = direction == core::Direction::write,
                                         .linear_address_valid = true,
                                         .final_translation = true});
}

inline core::Progress Machine::begin(std::size_t position, std::uint32_t element, core::Ticks now) {
  PlannedAccess const& access = plan_.accesses().data()[position];
  Vcpu& vcpu = *vcpus_.data()[access.vcpu];
  vcpu.access = &access;
  vcpu.position = position;
  vcpu.element = element;
  vcpu.value_known = access.value_known && element == 0;
  bool const answers = vcpu.value_known && access.handling != traces::Handling::unclaimed;
  vcpu.answer = answers ? access.value : ~std::uint64_t{0};
  vcpu.device_answers = expects_hypervisor(access.handling);
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
  Vcpu& vcpu = *vcpus_.data()[vcpu_number];
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
  PlannedAccess const& access = *vcpu.access;
  std::uint8_t const size = traces::shape_size(access.shape);
  core::Direction const direction = traces::shape_direction(access.shape);
  if (traces::shape_space(access.shape) == core::Space::port) {
    if (direction == core::Direction::write) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, size);
    }
    return {.reason = core::ExitReason::io_instruction, .qualification = io_qualification(access)};
  }
  return {.reason = core::ExitReason::ept_violation,
          .qualification = ept_qualification(direction),
          .gpa = {access.address},
          .mmio = {.direction = direction,
                   .size = size,
                   .value = vcpu.answer,
                   .destination = core::Register::rax,
                   .extend = core::Extend::by_size}};
}

inline core::Effects const& Machine::effects(std::size_t vcpu) const {
  return vcpus_[vcpu]->effects;
}

inline core::DispatchEffects Machine::dispatch() {
  mover_ = SlotMover::worker;
  return hsm_->dispatch();
}

inline core::SlotEffects Machine::dispatch(std::size_t vcpu_number) {
  mover_ = SlotMover::worker;
  PlannedVcpu const vcpu = vcpus_.data()[vcpu_number]->id;
  return hsm_->dispatch_slot(vcpu.vm, vcpu.vcpu);
}

inline std::optional<core::Request> Machine::next_request(core::HsmClientId client) {
  return hsm_->next_request(client);
}

inline core::CompletionEffects Machine::complete(core::Request const& request) {
  mover_ = SlotMover::client;
  Vcpu& vcpu = *vcpus_.data()[vcpu_index(request.from)];
  vcpu.client_answered = true;
  vcpu.client = request.client;
  // The request may be a converted one: which piece of the guest's access it is, the vCPU knows.
  return hsm_->complete(request, piece_of(*vcpu.access, vcpu.io.request(), vcpu.answer));
}

inline std::size_t Machine::vcpu_index(core::VcpuRef vcpu) const {
  for (auto const& vm : vms_) {
    if (vm->id == vcpu.vm) return vm->vcpus[vcpu.vcpu.value];
  }
  core::check(false, "a request is of a VM of the plan");
  return 0;
}

inline void Machine::finish(std::size_t vcpu_number, std::span<std::uint64_t const> stamps) {
  Vcpu& vcpu = *vcpus_.data()[vcpu_number];
  PlannedAccess const& planned = *vcpu.access;
  bool const done = vcpu.progress == core::Progress::done;
  core::check(done || vcpu.progress == core::Progress::fault,
              "an access is finished once, when the machine has done or refused it");
  traces::DigestEntry entry{.access = {.space = traces::shape_space(planned.shape),
                                       .direction = traces::shape_direction(planned.shape),
                                       .size = traces::shape_size(planned.shape),
                                       .address = planned.address}};
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
  if (touches_config_ports(planned)) [[unlikely]]
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
  if (traces::shape_direction(vcpu.access->shape) == core::Direction::write) {
    return vcpu.rax_recorded ? Evidence::independent : Evidence::same_source;
  }
  if (vcpu.access->handling == traces::Handling::unclaimed) return Evidence::independent;
  bool const computed_by_hsm = vcpu.forwarded && !vcpu.client_answered;
  if (!computed_by_hsm) [[likely]]
    return Evidence::same_source;
  return vcpu.vm->config_known ? Evidence::independent : Evidence::none;
}

}  // namespace acrn::replay

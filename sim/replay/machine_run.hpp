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
#include "sim/replay/answers.hpp"
#include "sim/replay/exit_word.hpp"
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
  core::VmExit exit;
  RegisterFile registers;
  NoGuestMemory memory;
  core::Effects effects;
  traces::VcpuDigest digest;

  // The element in hand.
  PlannedAccess const* access{};
  std::uint32_t element{};
  core::Progress progress{};
  bool value_known{};        // `answer` is the capture's
  std::uint64_t answer{};    // what device or client gives, or the guest writes
  struct Course {            // of its emulation so far
    bool forwarded{};        // some of it went through the slot
    bool client_answered{};  // some of it reached a client
    bool rax_recorded{};     // the written value came from a recorded RAX
  } course;
  core::HsmClientId client{};  // if client_answered
};

/// Without the checks of vector and unique_ptr: plan and machine agree on the numbers.
inline Machine::Vcpu& Machine::vcpu_at(std::size_t index) const {
  return *vcpus_.data()[index].get();  // NOLINT(readability-redundant-smartptr-get)
}

/// Of the vCPU's access in hand.
inline std::size_t Machine::position(Vcpu const& vcpu) const {
  return static_cast<std::size_t>(vcpu.access - plan_.accesses().data());
}

inline core::Progress Machine::begin(std::size_t position, std::uint32_t element, core::Ticks now) {
  PlannedAccess const& access = plan_.accesses().data()[position];
  return begin(vcpu_at(access.vcpu), access, element, now);
}

inline core::Progress Machine::begin(Vcpu& vcpu, PlannedAccess const& access, std::uint32_t element,
                                     core::Ticks now) {
  bool const nobody_answers =
      access.handling == traces::Handling::unclaimed && access.direction == core::Direction::read;
  vcpu.access = &access;
  vcpu.element = element;
  vcpu.value_known = access.value_known && element == 0;
  vcpu.answer = vcpu.value_known && !nobody_answers ? access.value : ~std::uint64_t{0};
  vcpu.course = {};
  vcpu.log->clear();
  vcpu.registers.forget_asked();
  make_exit(vcpu);
  if (access.exit != no_planned_exit) [[unlikely]]
    take_recorded_exit(vcpu);
  return act(vcpu, [&](auto const& env, core::Turn turn) {
    return vcpu.io.begin(vcpu.exit, env, turn, now);
  });
}

inline core::Progress Machine::resume(std::size_t vcpu_number, core::Ticks now) {
  return resume(vcpu_at(vcpu_number), now);
}

inline core::Progress Machine::resume(Vcpu& vcpu, core::Ticks now) {
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
    vcpu.course.forwarded = true;
    ++totals_.upcalls;
  }
  return vcpu.progress;
}

/// The exit whose emulation makes the planned access. Captures know which access it was, not which
/// instruction: ports are IN or OUT, MMIO is a move between memory and RAX.
inline void Machine::make_exit(Vcpu& vcpu) {
  PlannedAccess const& planned = *vcpu.access;
  core::VmExit& exit = vcpu.exit;
  exit.qualification = planned.qualification;
  exit.instruction_length = 0;
  if (planned.space == core::Space::port) {
    exit.reason = core::ExitReason::io_instruction;
    if (planned.direction == core::Direction::write) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, planned.size);
    }
    return;
  }
  exit.reason = core::ExitReason::ept_violation;
  exit.gpa = {planned.address};
  exit.mmio = {.direction = planned.direction,
               .size = planned.size,
               .value = vcpu.answer,
               .destination = core::Register::rax,
               .extend = core::Extend::by_size};
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
  Vcpu& vcpu = vcpu_at(vcpu_index(request.from));
  return hsm_->complete(request, client_answer(vcpu, request.client));
}

/// What the client answers to the vCPU's request, noted as answered by it.
inline std::uint64_t Machine::client_answer(Vcpu& vcpu, core::HsmClientId client) {
  mover_ = SlotMover::client;
  vcpu.course.client_answered = true;
  vcpu.client = client;
  // The request may be a converted one: which piece of the guest's access it is, the vCPU knows.
  return piece_of(vcpu.access->address, vcpu.io.request(), vcpu.answer);
}

inline void Machine::replay(std::size_t position, std::uint32_t element) {
  PlannedAccess const& access = plan_.accesses().data()[position];
  Vcpu& vcpu = vcpu_at(access.vcpu);
  core::Ticks const now{access.time};
  core::Progress progress = begin(vcpu, access, element, now);
  while (progress == core::Progress::waiting) {
    serve(vcpu);
    progress = resume(vcpu, now);
  }
  finish(vcpu, {});
}

/// The service VM's part, at once.
inline void Machine::serve(Vcpu& vcpu) {
  using Kind = core::SlotEffects::Kind;
  mover_ = SlotMover::worker;
  auto const answer = [&](core::HsmClientId client, core::Access const& /*request*/) {
    return client_answer(vcpu, client);
  };
  core::SlotEffects const effects = hsm_->serve_slot(vcpu.id.vm, vcpu.id.vcpu, answer);
  if (effects.kind == Kind::settled) [[likely]]
    return;
  core::check(effects.kind == Kind::dispatched, "an upcall finds a request");
  auto const request = next_request(effects.client);
  core::check(request.has_value(), "a woken client finds its request");
  static_cast<void>(complete(*request));
}

inline std::size_t Machine::vcpu_index(core::VcpuRef vcpu) const {
  for (auto const& vm : vms_) {
    if (vm->id == vcpu.vm) return vm->vcpus[vcpu.vcpu.value];
  }
  core::check(false, "a request is of a VM of the plan");
  return 0;
}

inline void Machine::finish(std::size_t vcpu, std::span<std::uint64_t const> stamps) {
  finish(vcpu_at(vcpu), stamps);
}

inline void Machine::finish(Vcpu& vcpu, std::span<std::uint64_t const> stamps) {
  PlannedAccess const& planned = *vcpu.access;
  bool const as_planned = vcpu.progress == core::Progress::done && output(vcpu) == planned.value &&
                          vcpu.course.forwarded != planned.device_answers;
  if (planned.plain != not_plain && as_planned && options_.recorder == nullptr) [[likely]] {
    plain_.add(planned.plain);
    vcpu.registers.apply(vcpu.io.commit());
    vcpu.digest.add({.access = guest_access(planned)});
  } else {
    finish_checked(vcpu, stamps);
  }
  vcpu.progress = core::Progress::waiting;
}

/// What the guest got, or what the device was given, cut to size.
inline std::uint64_t Machine::output(Vcpu const& vcpu) {
  bool const read = vcpu.access->direction == core::Direction::read;
  std::uint64_t const got = vcpu.io.commit().values.front();
  std::uint64_t const given = vcpu.io.access().value;
  return core::truncate(read ? got : given, vcpu.access->size);
}

}  // namespace acrn::replay

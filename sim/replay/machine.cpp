// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/machine.hpp"

#include <bit>

#include "core/check.hpp"
#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "sim/replay/machine_parts.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;
using traces::Handling;

/// A data access to a page that is not there, as EPT reports it.
constexpr std::uint64_t ept_qualification(Direction direction) {
  return core::encode_ept_qualification({.read = direction == Direction::read,
                                         .write = direction == Direction::write,
                                         .linear_address_valid = true,
                                         .final_translation = true});
}
constexpr std::uint64_t ept_read = ept_qualification(Direction::read);
constexpr std::uint64_t ept_write = ept_qualification(Direction::write);

/// The only register in `mask`, if there is just one.
std::optional<core::Register> single_register(std::uint32_t mask) {
  if (!std::has_single_bit(mask)) return std::nullopt;
  return static_cast<core::Register>(std::countr_zero(mask));
}

}  // namespace

bool Machine::may_begin(std::size_t position) const {
  PlannedAccess const& access = plan_.accesses()[position];
  Vm const& vm = *vcpus_[access.vcpu]->vm;
  if (!vm.orders_config || !touches_config_ports(access)) return true;
  return vm.config_positions[vm.config_next] == position;
}

core::Progress Machine::begin(std::size_t position, std::uint32_t element, core::Ticks now) {
  PlannedAccess const& access = plan_.accesses()[position];
  Vcpu& vcpu = *vcpus_[access.vcpu];
  vcpu.access = &access;
  vcpu.position = position;
  vcpu.element = element;
  vcpu.value_known = access.value_known && element == 0;
  vcpu.answer =
      vcpu.value_known && access.handling != Handling::unclaimed ? access.value : ~std::uint64_t{0};
  vcpu.device_answers = expects_hypervisor(access.handling);
  vcpu.forwarded = false;
  vcpu.client_answered = false;
  vcpu.log->clear();
  vcpu.registers.forget_asked();
  vcpu.effects.clear();
  core::VmExit const exit = make_exit(vcpu);
  Vm& vm = *vcpu.vm;
  vm.acting = &vcpu;
  mover_ = SlotMover::hypervisor;
  return advanced(vcpu,
                  vcpu.io.begin(exit,
                                core::VcpuEnvironment<ReplaySlot, RegisterFile, NoGuestMemory>{
                                    .vm = vm.state,
                                    .profile = *options_.profile,
                                    .slot = *vcpu.slot,
                                    .cpu = vcpu.registers,
                                    .memory = vcpu.memory,
                                    .effects = vcpu.effects},
                                core::Turn{vm.turns++}, now));
}

core::Progress Machine::resume(std::size_t vcpu_number, core::Ticks now) {
  Vcpu& vcpu = *vcpus_[vcpu_number];
  Vm& vm = *vcpu.vm;
  vcpu.effects.clear();
  vm.acting = &vcpu;
  mover_ = SlotMover::hypervisor;
  return advanced(vcpu, vcpu.io.resume(
                            core::VcpuEnvironment<ReplaySlot, RegisterFile, NoGuestMemory>{
                                .vm = vm.state,
                                .profile = *options_.profile,
                                .slot = *vcpu.slot,
                                .cpu = vcpu.registers,
                                .memory = vcpu.memory,
                                .effects = vcpu.effects},
                            core::Turn{vm.turns++}, now));
}

core::Progress Machine::advanced(Vcpu& vcpu, core::Progress progress) {
  vcpu.progress = progress;
  if (vcpu.effects.upcall_wanted()) {
    vcpu.forwarded = true;
    ++totals_.upcalls;
  }
  return progress;
}

/// The exit whose emulation makes the planned access. Captures know which access it was, not which
/// instruction: ports are IN or OUT, MMIO is a move between memory and the register that the exit
/// is known to have written, or RAX.
core::VmExit Machine::make_exit(Vcpu& vcpu) const {
  PlannedAccess const& access = *vcpu.access;
  std::uint8_t const size = traces::shape_size(access.shape);
  Direction const direction = traces::shape_direction(access.shape);
  PlannedExit const* exit = nullptr;
  vcpu.rax_recorded = false;
  if (access.exit != no_planned_exit) [[unlikely]] {
    exit = &plan_.exits()[access.exit];
    auto value = plan_.registers(*exit).begin();
    for (std::uint32_t left = exit->read_mask; left != 0; left &= left - 1) {
      vcpu.registers.set(static_cast<core::Register>(std::countr_zero(left)), *value++);
    }
    vcpu.rax_recorded = (exit->read_mask & 1U) != 0 && vcpu.element == 0;
  }
  std::uint8_t const length = exit != nullptr ? exit->length : 0;
  if (traces::shape_space(access.shape) == Space::port) {
    if (direction == Direction::write && !vcpu.rax_recorded) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, size);
    }
    vcpu.qualification =
        core::encode_io_qualification({.port = {static_cast<std::uint16_t>(access.address)},
                                       .size = size,
                                       .direction = direction});
    return {.reason = core::ExitReason::io_instruction,
            .instruction_length = length,
            .qualification = vcpu.qualification};
  }
  vcpu.qualification = direction == Direction::read ? ept_read : ept_write;
  auto const target = exit != nullptr ? single_register(exit->written_mask) : std::nullopt;
  return {.reason = core::ExitReason::ept_violation,
          .instruction_length = length,
          .qualification = vcpu.qualification,
          .gpa = {access.address},
          .mmio = {.direction = direction,
                   .size = size,
                   .value = vcpu.answer,
                   .destination = target.value_or(core::Register::rax),
                   .extend = core::Extend::by_size}};
}

core::HandlerResult Machine::recorded_device(void* context, core::Access& access,
                                             core::Ticks /*now*/, core::Effects& /*effects*/) {
  Vcpu const& vcpu = *static_cast<Vm*>(context)->acting;
  if (!vcpu.device_answers) return core::HandlerResult::declined();
  if (access.direction == Direction::read) {
    access.value = piece_of(*vcpu.access, access, vcpu.answer);
  }
  return core::HandlerResult::handled();
}

core::Effects const& Machine::effects(std::size_t vcpu) const { return vcpus_[vcpu]->effects; }

core::DispatchEffects Machine::dispatch() {
  mover_ = SlotMover::worker;
  return hsm_->dispatch();
}

core::SlotEffects Machine::dispatch(std::size_t vcpu) {
  mover_ = SlotMover::worker;
  return hsm_->dispatch_slot(vcpus_[vcpu]->id.vm, vcpus_[vcpu]->id.vcpu);
}

std::optional<core::Request> Machine::next_request(core::HsmClientId client) {
  return hsm_->next_request(client);
}

core::CompletionEffects Machine::complete(core::Request const& request) {
  mover_ = SlotMover::client;
  Vcpu& vcpu = *vcpus_[vcpu_index(request.from)];
  vcpu.client_answered = true;
  vcpu.client = request.client;
  // The request may be a converted one: which piece of the guest's access it is, the vCPU knows.
  return hsm_->complete(request, piece_of(*vcpu.access, vcpu.io.request(), vcpu.answer));
}

std::size_t Machine::vcpu_index(core::VcpuRef vcpu) const {
  for (auto const& vm : vms_) {
    if (vm->id == vcpu.vm) return vm->vcpus.at(vcpu.vcpu.value);
  }
  core::check(false, "a request is of a VM of the plan");
  return 0;
}

ReplayResult Machine::result() const {
  ReplayResult result = totals_;
  result.divergences = checker_.divergences();
  result.fields = checker_.fields();
  result.first_divergence = checker_.first();
  for (auto const& vcpu : vcpus_) result.vcpu_digests.push_back(vcpu->digest.value());
  result.digest = traces::combine_digests(result.vcpu_digests);
  return result;
}

}  // namespace acrn::replay

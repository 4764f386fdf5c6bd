// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/machine.hpp"

#include <fmt/format.h>

#include <bit>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "sim/replay/answers.hpp"
#include "sim/replay/clients.hpp"
#include "sim/replay/exits/machine_state.hpp"
#include "sim/replay/plan_builder.hpp"

namespace acrn::replay::exits {
namespace {

/// The value of `bit` in a list of one value per bit of `mask`; `absent` where the bit is clear.
std::uint64_t value_of(std::uint32_t mask, std::span<std::uint64_t const> values, unsigned bit,
                       std::uint64_t absent) {
  if ((mask >> bit & 1U) == 0) return absent;
  return values[static_cast<std::size_t>(std::popcount(mask & ((1U << bit) - 1U)))];
}

core::IrqChange irq_change(traces::InputRow const& row) {
  return {.line = {static_cast<std::uint16_t>(row.target)},
          .action = static_cast<core::IrqAction>(row.payload)};
}

}  // namespace

void ListeningSlot::finished(core::Access const& access, core::Route route, core::AccessEnd end) {
  bool const failed = end == core::AccessEnd::failed;
  traces::Handling handling = traces::Handling::forwarded;
  if (failed) {
    handling = traces::Handling::unclaimed;
  } else if (route == core::Route::completed) {
    handling = traces::Handling::hypervisor;
  } else if (route == core::Route::queued) {
    handling = traces::Handling::queued;
  }
  seen_.push_back(
      {.access = access, .handling = handling, .failed = failed, .from_client = from_client_});
  from_client_ = false;
}

Machine::Machine(Plan const& plan, MachineOptions const& options)
    : plan_{plan}, options_{options}, hsm_{std::make_unique<core::Hsm<LoggedMemory>>()} {
  make_vms();
  for (PlannedStream const& stream : plan_.vcpus()) {
    vcpus_.push_back(std::make_unique<Vcpu>(stream, *vms_[stream.vm]));
    totals_.vcpus.push_back(
        {.id = stream.id, .skipped = stream.behind, .lost = stream.lost, .gap = stream.gap});
    totals_.skipped += stream.behind;
  }
}

Machine::~Machine() = default;

void Machine::make_vms() {
  std::vector<PlannedVcpu> ids;
  for (PlannedStream const& stream : plan_.vcpus()) ids.push_back(stream.id);
  std::vector<PlannedRegion> const regions = make_regions(plan_.accesses(), ids);
  for (PlannedVm const& planned : plan_.vms()) {
    Vm& vm = *vms_.emplace_back(std::make_unique<Vm>(planned, mover_, options_));
    vm.storage.logging = plan_.has_slots();
    if (planned.platform.device_model == core::DeviceModel::absent) continue;
    core::check(vm.page.announce(vm.vcpu_count).has_value(), "a capture's vCPU ids are below 16");
    if (!hsm_->add_vm(vm.id, vm.vcpu_count)) {
      throw std::invalid_argument(fmt::format(
          "the capture has more than {} VMs with a device model, which is all that one service "
          "module serves",
          core::hsm_vm_count_max));
    }
    core::check(hsm_->set_page(vm.id, vm.memory).has_value(), "the HSM takes an announced page");
    for (MachineClient& client : make_clients(*hsm_, vm.id, regions, plan_.info())) {
      clients_.push_back(std::move(client));
    }
  }
}

/// What came before the first exit.
void Machine::start(Vcpu& vcpu) {
  vcpu.started = true;
  PlannedStream const& stream = *vcpu.stream;
  apply_inputs(vcpu, stream.first_inputs);
  auto const injects = plan_.injects(stream.first_injects);
  if (injects.empty()) return;
  vcpu.cpu.start({});
  check_injection(vcpu, injects,
                  vcpu.core.plan_entry(vcpu.cpu, vcpu.vm->platform, {injects.front().time}));
}

core::Progress Machine::begin(std::size_t exit) {
  PlannedExit const& planned = plan_.exits()[exit];
  Vcpu& vcpu = *vcpus_[planned.vcpu];
  vcpu.exit = &planned;
  vcpu.position = exit;
  if (!vcpu.started) start(vcpu);
  std::span<std::uint64_t const> const values = plan_.values(planned);
  auto const read_count = static_cast<std::size_t>(std::popcount(planned.register_mask));
  vcpu.recorded = static_cast<core::Progress>(
      value_of(planned.written_mask, values.subspan(read_count), traces::exit_written::progress,
               static_cast<std::uint64_t>(core::Progress::done)));
  vcpu.cpu.start({.rip = planned.rip,
                  .read_mask = planned.register_mask,
                  .written_mask = planned.written_mask,
                  .read = values.data(),
                  .written = values.data() + read_count,
                  .log = plan_.asked(planned)});
  vcpu.memory.start(plan_.memory(planned));
  vcpu.slot.start();
  vcpu.log->clear();
  vcpu.unfinished = false;
  return act(vcpu, [&](auto const& env, core::Turn turn) {
    return vcpu.core.begin(planned.exit, env, turn, {planned.time_in});
  });
}

core::Progress Machine::resume(std::size_t vcpu_number) {
  Vcpu& vcpu = *vcpus_[vcpu_number];
  return act(vcpu, [&](auto const& env, core::Turn turn) {
    return vcpu.core.resume(env, turn, {vcpu.exit->time_in});
  });
}

/// Lets the vCPU go on with its exit, holding the VM's turn.
template <class Step>
core::Progress Machine::act(Vcpu& vcpu, Step step) {
  Vm& vm = *vcpu.vm;
  mover_ = SlotMover::hypervisor;
  core::ExitEnvironment<ListeningSlot, ReplayingCpu, ReplayingMemory> const env{
      vm.platform, vm.profile, vcpu.slot, vcpu.cpu, vcpu.memory, vcpu.effects};
  core::Progress progress = step(env, core::Turn{vm.turns++});
  if (vcpu.core.hypercall_pending()) [[unlikely]]
    progress = end_hypercall(vcpu);
  if (progress == core::Progress::waiting) {
    // What ended the request without an answer came from outside: the capture says that it did.
    bool const withdrawn =
        vcpu.recorded == core::Progress::cancelled || vcpu.recorded == core::Progress::violation;
    bool const answered = vcpu.slot.seen().size() < vcpu.exit->accesses.count;
    if (!answered && (withdrawn || !vcpu.exit->entered)) {
      vcpu.unfinished = !vcpu.exit->entered;
      vcpu.core.cancel(vcpu.slot);
      progress = withdrawn ? vcpu.recorded : core::Progress::cancelled;
    } else {
      ++totals_.replay.upcalls;
    }
  } else if (progress == core::Progress::busy) {
    // The slot holds what an earlier exit left there, which the bare metal's did not.
    vcpu.core.cancel(vcpu.slot);
  }
  return vcpu.progress = progress;
}

/// The result of a hypercall comes from outside: from the capture.
core::Progress Machine::end_hypercall(Vcpu& vcpu) const {
  PlannedExit const& exit = *vcpu.exit;
  // The image asks before it knows how the call ends.
  core::FaultState const state = core::fault_state(vcpu.cpu);
  if (vcpu.recorded == core::Progress::fault) {
    auto const injects = plan_.injects(exit.injects);
    std::uint8_t const vector = injects.empty() ? 0 : injects.front().vector;
    bool const protection = vector == static_cast<unsigned>(core::Vector::general_protection);
    return vcpu.core.fail_hypercall(
        protection ? core::Vector::general_protection : core::Vector::invalid_opcode, state);
  }
  auto const read_count = static_cast<std::size_t>(std::popcount(exit.register_mask));
  std::uint64_t const rax =
      value_of(exit.written_mask, plan_.values(exit).subspan(read_count), 0, 0);
  return vcpu.core.finish_hypercall(static_cast<std::int64_t>(rax));
}

void Machine::finish(std::size_t vcpu_number) {
  Vcpu& vcpu = *vcpus_[vcpu_number];
  PlannedExit const& exit = *vcpu.exit;
  check_asked(vcpu);
  check_accesses(vcpu);
  if (vcpu.unfinished) {
    checker_.unknown(1);
  } else {
    check_slots(vcpu);
    check_written(vcpu);
    apply_inputs(vcpu, exit.inputs);
    plan_entry(vcpu);
  }
  VcpuResult& result = totals_.vcpus[exit.vcpu];
  result.stop = vcpu.core.stop();
  ++result.exits;
  ++totals_.exits;
}

void Machine::apply_inputs(Vcpu& vcpu, Run inputs) {
  core::Platform& platform = vcpu.vm->platform;
  for (traces::InputRow const& row : plan_.inputs(inputs)) {
    ++totals_.inputs;
    switch (row.kind) {
      case traces::InputKind::received_byte:
        platform.receive(static_cast<std::uint8_t>(row.payload), {row.time});
        break;
      case traces::InputKind::irq_line:
        platform.change_line(irq_change(row));
        break;
      case traces::InputKind::ipi:
        vcpu.core.raise(static_cast<std::uint8_t>(row.payload));
        break;
      case traces::InputKind::device_clock:
        platform.advance({row.payload});
        break;
      case traces::InputKind::reset:
        core::check(false, "a plan holds no input that the machine cannot follow");
    }
  }
}

void Machine::plan_entry(Vcpu& vcpu) {
  PlannedExit const& exit = *vcpu.exit;
  vcpu.halted = vcpu.core.halted();
  auto const injects = plan_.injects(exit.injects);
  if (!exit.entered && injects.empty()) {
    checker_.unknown(1);  // whether the guest was entered after its last exit is not recorded
    return;
  }
  core::EntryPlan plan;
  bool const stopped = vcpu.core.stop().kind != core::StopKind::none;
  if (!stopped) {
    plan = vcpu.core.plan_entry(vcpu.cpu, vcpu.vm->platform, {exit.time_out});
  }
  if (exit.entered) check(vcpu, Field::entered, 1, stopped || plan.halted ? 0 : 1);
  check_injection(vcpu, injects, plan);
  constexpr std::uint32_t entry_state = 1U << traces::exit_read::entry_state;
  if (((exit.register_mask | vcpu.cpu.asked()) & entry_state) != 0) {
    check(vcpu, Field::asked_entry_state, exit.register_mask & entry_state,
          vcpu.cpu.asked() & entry_state);
  }
}

bool Machine::was_halted(std::size_t vcpu) const { return vcpus_[vcpu]->halted; }

core::SlotEffects Machine::dispatch(std::size_t vcpu_number) {
  mover_ = SlotMover::worker;
  PlannedVcpu const id = vcpus_[vcpu_number]->stream->id;
  return hsm_->dispatch_slot(id.vm, id.vcpu);
}

std::optional<core::Request> Machine::next_request(core::HsmClientId client) {
  return hsm_->next_request(client);
}

/// The answer is the capture's: the access row that comes next in the exit. Where there is none,
/// all ones; the number of accesses is what differs then.
core::CompletionEffects Machine::complete(core::Request const& request) {
  mover_ = SlotMover::client;
  Vcpu& vcpu = *vcpus_[vcpu_index(request.from)];
  vcpu.slot.answered_by_client();
  auto const rows = plan_.accesses(*vcpu.exit);
  std::size_t const which = vcpu.slot.seen().size();
  std::uint64_t value = ~std::uint64_t{0};
  if (which < rows.size() && rows[which].value_known) {
    value = piece_of(rows[which].address, vcpu.core.request(), rows[which].value);
  }
  return hsm_->complete(request, value);
}

std::size_t Machine::vcpu_index(core::VcpuRef vcpu) const {
  for (std::size_t i = 0; i < vcpus_.size(); ++i) {
    PlannedVcpu const id = vcpus_[i]->stream->id;
    if (id.vm == vcpu.vm && id.vcpu == vcpu.vcpu) return i;
  }
  core::check(false, "a request is of a VM of the plan");
  return 0;
}

Result Machine::result() const {
  Result result = totals_;
  result.replay.fields = checker_.fields();
  result.replay.divergences = checker_.divergences();
  result.replay.first_divergence = checker_.first();
  if (result.replay.first_divergence) {
    PlannedExit const& exit = plan_.exits()[result.replay.first_divergence->position];
    result.replay.first_divergence->position = exit.row;
    result.first_reason = exit.exit.reason;
  }
  for (auto const& vcpu : vcpus_) result.replay.vcpu_digests.push_back(vcpu->digest.value());
  result.replay.digest = traces::combine_digests(result.replay.vcpu_digests);
  return result;
}

}  // namespace acrn::replay::exits

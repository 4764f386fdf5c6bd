// SPDX-License-Identifier: BSD-3-Clause
// The rarer half of ending an access: exits that were recorded, faults, slots, recordings.
#include <bit>

#include "core/check.hpp"
#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "sim/replay/answers.hpp"
#include "sim/replay/machine.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;

}  // namespace

/// Puts what the capture knows of the exit into the vCPU and the exit: the registers as they were,
/// the instruction's length, and the one register that it wrote, if it wrote one.
void Machine::take_recorded_exit(Vcpu& vcpu) const {
  PlannedExit const& recorded = plan_.exits()[vcpu.access->exit];
  std::uint64_t const* value = plan_.registers(recorded).data();
  for (std::uint32_t left = recorded.read_mask; left != 0; left &= left - 1) {
    vcpu.registers.set(static_cast<core::Register>(std::countr_zero(left)), *value++);
  }
  if (vcpu.element != 0) {
    // Later elements of a row have no value: theirs is invented, and so is their RAX.
    if (vcpu.access->direction == Direction::write) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, vcpu.access->size);
    }
  } else {
    vcpu.course.rax_recorded = (recorded.read_mask & 1U) != 0;
  }
  vcpu.exit.instruction_length = recorded.length;
  if (std::has_single_bit(recorded.written_mask)) {
    vcpu.exit.mmio.destination =
        static_cast<core::Register>(std::countr_zero(recorded.written_mask));
  }
}

void Machine::compare(Vcpu const& vcpu, Comparison const& comparison) {
  checker_.compare(position(vcpu), vcpu.id, comparison);
}

/// What the access did against what the capture says it did.
void Machine::check_outputs(Vcpu const& vcpu, std::uint64_t value) {
  PlannedAccess const& planned = *vcpu.access;
  bool const handling_known = planned.handling != traces::Handling::unknown;
  compare(vcpu, {.field = Field::handling,
                 .evidence = handling_known ? Evidence::same_source : Evidence::none,
                 .expected = planned.device_answers ? 0U : 1U,
                 .actual = vcpu.course.forwarded ? 1U : 0U});
  compare(vcpu, {.field = Field::value,
                 .evidence = value_evidence(vcpu),
                 .expected = planned.value,
                 .actual = value});
  if (planned.direction == core::Direction::read) {
    if (planned.exit == no_planned_exit) {
      checker_.unknown(1);
    } else {
      check_destination(vcpu);
    }
  }
  if (vcpu.course.forwarded) {
    if (planned.slot_path == no_slot_path) {
      checker_.unknown(1);
    } else {
      check_slots(vcpu);
    }
  }
}

/// What equality of the access's value would prove.
Evidence Machine::value_evidence(Vcpu const& vcpu) {
  if (!vcpu.value_known) return Evidence::none;
  PlannedAccess const& planned = *vcpu.access;
  bool const computed_by_hsm = vcpu.course.forwarded && !vcpu.course.client_answered;
  bool const read = planned.direction == core::Direction::read;
  if (computed_by_hsm && read && planned.handling != traces::Handling::unclaimed) [[unlikely]] {
    return vcpu.vm->config_known ? Evidence::independent : Evidence::none;
  }
  bool const independent =
      read ? planned.handling == traces::Handling::unclaimed : vcpu.course.rax_recorded;
  return independent ? Evidence::independent : Evidence::same_source;
}

/// The end of an access that has more to compare, or to count, than a plain one that went as
/// planned.
void Machine::finish_checked(Vcpu& vcpu, std::span<std::uint64_t const> stamps) {
  PlannedAccess const& planned = *vcpu.access;
  bool const done = vcpu.progress == core::Progress::done;
  core::check(done || vcpu.progress == core::Progress::fault,
              "an access is finished once, when the machine has done or refused it");
  traces::DigestEntry entry{.access = guest_access(planned)};
  bool const first = vcpu.element == 0;
  ++totals_.elements;
  totals_.accesses += first ? 1U : 0U;
  if (first && planned.exit != no_planned_exit) {
    check_recorded_exit(vcpu);
  } else if (first) {
    checker_.unknown(1);
  }
  if (done) {
    entry.access.value = output(vcpu);
    ++(vcpu.course.forwarded ? totals_.forwarded : totals_.handled);
    check_outputs(vcpu, entry.access.value);
  } else {
    take_fault(vcpu, entry);
  }
  if (options_.recorder != nullptr) record(vcpu, entry, stamps);
  if (done) vcpu.registers.apply(vcpu.io.commit());
  if (touches_config_ports(guest_access(planned))) config_finished(vcpu);
  vcpu.digest.add(entry);
}

/// The guest got an exception where the capture has an access.
void Machine::take_fault(Vcpu const& vcpu, traces::DigestEntry& entry) {
  auto const vector = static_cast<std::uint8_t>(vcpu.io.fault().vector);
  entry.fault = traces::digest_fault(vector);
  ++totals_.faulted;
  compare(vcpu, {.field = Field::fault, .evidence = Evidence::independent, .actual = vector + 1U});
}

void Machine::check_slots(Vcpu const& vcpu) {
  bool const known = vcpu.access->slot_path != long_slot_path && vcpu.access->count == 1;
  compare(vcpu, {.field = Field::slots,
                 .evidence = known ? Evidence::independent : Evidence::none,
                 .expected = vcpu.access->slot_path,
                 .actual = vcpu.log->path()});
}

void Machine::check_recorded_exit(Vcpu const& vcpu) {
  PlannedAccess const& planned = *vcpu.access;
  PlannedExit const& exit = plan_.exits()[planned.exit];
  if (!exit.qualification_known) {
    checker_.unknown(1);
    return;
  }
  auto const check = [&](Field field, std::uint64_t expected, std::uint64_t actual) {
    compare(vcpu, {field, Evidence::independent, expected, actual});
  };
  auto const direction = static_cast<std::uint64_t>(planned.direction);
  auto const reason = static_cast<std::uint32_t>(exit_reason(planned.space));
  check(Field::exit_reason, exit.reason, reason);
  if (exit.reason != reason) return;
  if (planned.space == Space::port) {
    core::IoQualification const io = core::decode_io_qualification(exit.qualification);
    check(Field::exit_port, io.port.value, planned.address);
    check(Field::exit_size, io.size, planned.size);
    check(Field::exit_direction, static_cast<std::uint64_t>(io.direction), direction);
    return;
  }
  // A read-modify-write reports a write; its first access is a read all the same.
  core::EptQualification const ept = core::decode_ept_qualification(exit.qualification);
  bool const fits = planned.direction == Direction::write ? ept.write : ept.read || ept.write;
  check(Field::exit_direction, fits ? direction : 1 - direction, direction);
}

/// What a read left in its destination against what the exit row says of it.
void Machine::check_destination(Vcpu const& vcpu) {
  PlannedAccess const& planned = *vcpu.access;
  PlannedExit const& exit = plan_.exits()[planned.exit];
  core::Commit const& commit = vcpu.io.commit();
  std::uint32_t const written = 1U << static_cast<unsigned>(commit.registers.front());
  bool const known =
      vcpu.value_known && planned.count == 1 && exit.accesses == 1 && exit.written_mask == written;
  if (!known) {
    checker_.unknown(1);
    return;
  }
  // Of MMIO instructions it is not known how they extend; of the others, what they kept.
  bool const whole = vcpu.access->space == Space::port &&
                     ((vcpu.registers.asked() & written) == 0 || (exit.read_mask & written) != 0);
  std::uint8_t const size = whole ? core::access_size_max : vcpu.access->size;
  compare(vcpu, {.field = Field::destination,
                 .evidence = Evidence::independent,
                 .expected = core::truncate(plan_.registers(exit).back(), size),
                 .actual = core::truncate(commit.values.front(), size)});
}

void Machine::record(Vcpu const& vcpu, traces::DigestEntry const& entry,
                     std::span<std::uint64_t const> stamps) {
  ReplayedElement element{.position = position(vcpu),
                          .element = vcpu.element,
                          .vcpu = vcpu.id,
                          .planned = vcpu.access,
                          .value = entry.access.value,
                          .value_known = vcpu.value_known,
                          .forwarded = vcpu.course.forwarded,
                          .registers = &vcpu.registers,
                          .slots = vcpu.log->steps(),
                          .stamps = stamps};
  if (entry.fault == traces::digest_no_fault) element.commit = vcpu.io.commit();
  if (vcpu.course.client_answered) {
    for (MachineClient const& client : clients_) {
      if (client.id == vcpu.client) element.client = client.name;
    }
  }
  options_.recorder->add(element);
}

/// After an access to the PCI configuration ports: the next one may begin, and what the HSM's
/// address register is worth. Only a 4-byte write sets it in every implementation: host bridges
/// (PCI Local Bus Specification 3.0, section 3.2.2.3.2) pass others on, Linux' HSM stores them.
void Machine::config_finished(Vcpu const& vcpu) {
  PlannedAccess const& planned = *vcpu.access;
  Vm& vm = *vcpu.vm;
  bool const write = vcpu.access->direction == Direction::write;
  if (write && planned.address == config_address_port && vcpu.course.forwarded &&
      !vcpu.course.client_answered) {
    vm.config_known = vcpu.value_known && vcpu.access->size == 4;
  }
  if (vm.orders_config && vcpu.element + 1 == planned.count) ++vm.config_next;
}

}  // namespace acrn::replay

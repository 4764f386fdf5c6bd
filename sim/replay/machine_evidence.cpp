// SPDX-License-Identifier: BSD-3-Clause
// The rarer half of ending an access: exits that were recorded, faults, slots, recordings.
#include <bit>

#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "sim/replay/machine.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;

}  // namespace

/// Puts what the capture knows of the exit into the vCPU and the exit: the registers as they were,
/// the instruction's length, and the one register that it wrote, if it wrote one.
void Machine::take_recorded_exit(Vcpu& vcpu, core::VmExit& exit) const {
  PlannedExit const& recorded = plan_.exits()[vcpu.access->exit];
  std::uint64_t const* value = plan_.registers(recorded).data();
  for (std::uint32_t left = recorded.read_mask; left != 0; left &= left - 1) {
    vcpu.registers.set(static_cast<core::Register>(std::countr_zero(left)), *value++);
  }
  if (vcpu.element != 0) {
    // Later elements of a row have no value: theirs is invented, and so is their RAX.
    if (vcpu.planned.direction == Direction::write) {
      vcpu.registers.set_low(core::Register::rax, vcpu.answer, vcpu.planned.size);
    }
  } else {
    vcpu.rax_recorded = (recorded.read_mask & 1U) != 0;
  }
  exit.instruction_length = recorded.length;
  if (std::has_single_bit(recorded.written_mask)) {
    exit.mmio.destination = static_cast<core::Register>(std::countr_zero(recorded.written_mask));
  }
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
  core::Access const& access = vcpu.planned;
  auto const direction = static_cast<std::uint64_t>(access.direction);
  auto const reason = access.space == Space::port ? core::ExitReason::io_instruction
                                                  : core::ExitReason::ept_violation;
  check(Field::exit_reason, exit.reason, static_cast<std::uint64_t>(reason));
  if (exit.reason != static_cast<std::uint32_t>(reason)) return;
  if (access.space == Space::port) {
    core::IoQualification const io = core::decode_io_qualification(exit.qualification);
    check(Field::exit_port, io.port.value, access.address);
    check(Field::exit_size, io.size, access.size);
    check(Field::exit_direction, static_cast<std::uint64_t>(io.direction), direction);
    return;
  }
  // A read-modify-write reports a write; its first access is a read all the same.
  core::EptQualification const ept = core::decode_ept_qualification(exit.qualification);
  bool const fits = access.direction == Direction::write ? ept.write : ept.read || ept.write;
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
  bool const whole = vcpu.planned.space == Space::port &&
                     ((vcpu.registers.asked() & written) == 0 || (exit.read_mask & written) != 0);
  std::uint8_t const size = whole ? core::access_size_max : vcpu.planned.size;
  compare(vcpu, {.field = Field::destination,
                 .evidence = Evidence::independent,
                 .expected = core::truncate(plan_.registers(exit).back(), size),
                 .actual = core::truncate(commit.values.front(), size)});
}

void Machine::record(Vcpu const& vcpu, traces::DigestEntry const& entry,
                     std::span<std::uint64_t const> stamps) {
  ReplayedElement element{.position = vcpu.position,
                          .element = vcpu.element,
                          .vcpu = vcpu.id,
                          .planned = vcpu.access,
                          .qualification = qualification(vcpu.planned),
                          .value = entry.access.value,
                          .value_known = vcpu.value_known,
                          .forwarded = vcpu.forwarded,
                          .registers = &vcpu.registers,
                          .slots = vcpu.log->steps(),
                          .stamps = stamps};
  if (entry.fault == traces::digest_no_fault) element.commit = vcpu.io.commit();
  if (vcpu.client_answered) {
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
  bool const write = vcpu.planned.direction == Direction::write;
  if (write && planned.address == config_address_port && vcpu.forwarded && !vcpu.client_answered) {
    vm.config_known = vcpu.value_known && vcpu.planned.size == 4;
  }
  if (vm.orders_config && vcpu.element + 1 == planned.count) ++vm.config_next;
}

}  // namespace acrn::replay

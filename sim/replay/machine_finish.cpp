// SPDX-License-Identifier: BSD-3-Clause
// How an access ends in the machine under replay: commit, comparison, digest, recording.
#include "core/check.hpp"
#include "core/decode/ept_qualification.hpp"
#include "core/decode/io_qualification.hpp"
#include "sim/replay/machine_parts.hpp"

namespace acrn::replay {
namespace {

using core::Direction;
using core::Space;
using traces::Handling;

constexpr Evidence when(bool known, Evidence evidence) { return known ? evidence : Evidence::none; }

core::Access planned_access(PlannedAccess const& planned) {
  return {.space = traces::shape_space(planned.shape),
          .direction = traces::shape_direction(planned.shape),
          .size = traces::shape_size(planned.shape),
          .address = planned.address};
}

}  // namespace

void Machine::finish(std::size_t vcpu_number, std::span<std::uint64_t const> stamps) {
  Vcpu& vcpu = *vcpus_.data()[vcpu_number];
  bool const done = vcpu.progress == core::Progress::done;
  core::check(done || vcpu.progress == core::Progress::fault,
              "an access is finished once, when the machine has done or refused it");
  traces::DigestEntry entry{.access = planned_access(*vcpu.access)};
  if (done) {
    bool const read = entry.access.direction == Direction::read;
    entry.access.value = core::truncate(
        read ? vcpu.io.commit().values.front() : vcpu.io.access().value, entry.access.size);
    ++(vcpu.forwarded ? totals_.forwarded : totals_.handled);
  } else {
    entry.fault = traces::digest_fault(static_cast<std::uint8_t>(vcpu.io.fault().vector));
    ++totals_.faulted;
  }
  vcpu.digest.add(entry);
  ++totals_.elements;
  if (vcpu.element == 0) ++totals_.accesses;
  check_element(vcpu, entry);
  if (options_.recorder != nullptr) [[unlikely]]
    record(vcpu, entry, stamps);
  if (done) vcpu.registers.apply(vcpu.io.commit());
  if (touches_config_ports(*vcpu.access)) [[unlikely]]
    config_finished(vcpu);
  vcpu.progress = core::Progress::waiting;
}

void Machine::check_element(Vcpu const& vcpu, traces::DigestEntry const& entry) {
  PlannedAccess const& planned = *vcpu.access;
  bool const read = entry.access.direction == Direction::read;
  if (vcpu.element == 0) check_exit(vcpu);
  if (entry.fault != traces::digest_no_fault) [[unlikely]] {
    compare(vcpu, {.field = Field::fault,
                   .evidence = Evidence::independent,
                   .actual = static_cast<std::uint64_t>(vcpu.io.fault().vector) + 1});
    return;
  }
  compare(vcpu, {.field = Field::handling,
                 .evidence = when(planned.handling != Handling::unknown, Evidence::same_source),
                 .expected = vcpu.device_answers ? 0U : 1U,
                 .actual = vcpu.forwarded ? 1U : 0U});
  compare(vcpu, {.field = Field::value,
                 .evidence = value_evidence(vcpu),
                 .expected = planned.value,
                 .actual = entry.access.value});
  if (read) check_destination(vcpu);
  if (!vcpu.forwarded) return;
  if (planned.slot_path == no_slot_path) [[likely]] {
    checker_.unknown(1);
    return;
  }
  bool const known = planned.slot_path != long_slot_path && planned.count == 1;
  compare(vcpu, {.field = Field::slots,
                 .evidence = when(known, Evidence::independent),
                 .expected = planned.slot_path,
                 .actual = vcpu.log->path()});
}

/// What equality of the access's value would prove.
Evidence Machine::value_evidence(Vcpu const& vcpu) {
  if (!vcpu.value_known) return Evidence::none;
  if (traces::shape_direction(vcpu.access->shape) == Direction::write) {
    return vcpu.rax_recorded ? Evidence::independent : Evidence::same_source;
  }
  if (vcpu.access->handling == Handling::unclaimed) return Evidence::independent;
  bool const computed_by_hsm = vcpu.forwarded && !vcpu.client_answered;
  return computed_by_hsm ? when(vcpu.vm->config_known, Evidence::independent)
                         : Evidence::same_source;
}

/// The access row against the qualification that the CPU gave for its exit.
void Machine::check_exit(Vcpu const& vcpu) {
  PlannedAccess const& planned = *vcpu.access;
  if (planned.exit == no_planned_exit || !plan_.exits()[planned.exit].qualification_known)
      [[likely]] {
    checker_.unknown(1);
    return;
  }
  auto const check = [&](Field field, std::uint64_t expected, std::uint64_t actual) {
    compare(vcpu, {field, Evidence::independent, expected, actual});
  };
  PlannedExit const& exit = plan_.exits()[planned.exit];
  core::Access const access = planned_access(planned);
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
  if (planned.exit == no_planned_exit) [[likely]] {
    checker_.unknown(1);
    return;
  }
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
  bool const whole = traces::shape_space(planned.shape) == Space::port &&
                     ((vcpu.registers.asked() & written) == 0 || (exit.read_mask & written) != 0);
  std::uint8_t const size = whole ? core::access_size_max : traces::shape_size(planned.shape);
  compare(vcpu, {.field = Field::destination,
                 .evidence = Evidence::independent,
                 .expected = core::truncate(plan_.registers(exit).back(), size),
                 .actual = core::truncate(commit.values.front(), size)});
}

void Machine::compare(Vcpu const& vcpu, Comparison const& comparison) {
  checker_.compare(vcpu.position, vcpu.id, comparison);
}

void Machine::record(Vcpu const& vcpu, traces::DigestEntry const& entry,
                     std::span<std::uint64_t const> stamps) {
  ReplayedElement element{.position = vcpu.position,
                          .element = vcpu.element,
                          .vcpu = vcpu.id,
                          .planned = vcpu.access,
                          .qualification = vcpu.qualification,
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
  bool const write = traces::shape_direction(planned.shape) == Direction::write;
  if (write && planned.address == config_address_port && vcpu.forwarded && !vcpu.client_answered) {
    vm.config_known = vcpu.value_known && traces::shape_size(planned.shape) == 4;
  }
  if (vm.orders_config && vcpu.element + 1 == planned.count) ++vm.config_next;
}

}  // namespace acrn::replay

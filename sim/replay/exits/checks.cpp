// SPDX-License-Identifier: BSD-3-Clause
// Everything that core said of an exit, against what the capture says that it said.
#include <algorithm>
#include <bit>

#include "core/check.hpp"
#include "core/vcpu/interruption.hpp"
#include "sim/replay/exits/machine.hpp"
#include "sim/replay/exits/machine_state.hpp"

namespace acrn::replay::exits {
namespace {

namespace written = traces::exit_written;

/// The registers and RFLAGS in traces::exit_read; the other bits came with the exit.
constexpr std::uint32_t registers_mask = (1U << (traces::exit_read::rflags + 1)) - 1;

/// Bits of traces::exit_written that are compared as the fields of their own names.
constexpr std::uint32_t named_apart = 1U << written::progress | 1U << written::stop;

/// Which field of a comparison the value of a bit of traces::exit_written is.
struct WrittenField {
  Field field{};
  std::uint8_t index{};
};

constexpr WrittenField written_field(unsigned bit) {
  switch (bit) {
    case written::rflags:
      return {Field::written_rflags};
    case written::rip:
      return {Field::written_rip};
    case written::control_register:
      return {Field::written_control};
    case written::control_value:
      return {Field::written_control_value};
    case written::efer:
      return {Field::written_efer};
    case written::vector_register:
      return {Field::written_vector};
    case written::single_step:
      return {Field::single_step};
    default:
      break;
  }
  if (bit < written::rflags) return {Field::written_register, static_cast<std::uint8_t>(bit)};
  return {Field::written_vector_word, static_cast<std::uint8_t>(bit - written::vector_word0)};
}

traces::InjectedBy injected_by(core::InjectOrigin origin) {
  switch (origin) {
    case core::InjectOrigin::none:
      break;
    case core::InjectOrigin::device:
      return traces::InjectedBy::device;
    case core::InjectOrigin::fault:
      return traces::InjectedBy::fault;
    case core::InjectOrigin::reinjected:
      return traces::InjectedBy::reinjected;
    case core::InjectOrigin::upcall:
      return traces::InjectedBy::upcall;
  }
  return traces::InjectedBy::unknown;
}

std::uint64_t word_of(core::VcpuStop stop) {
  return static_cast<std::uint64_t>(stop.kind) | std::uint64_t{stop.code} << 32U;
}

}  // namespace

void Machine::compare(Vcpu const& vcpu, Comparison const& comparison) {
  checker_.compare(vcpu.position, vcpu.stream->id, comparison);
}

/// Against independent evidence.
void Machine::check(Vcpu const& vcpu, Field field, std::uint64_t expected, std::uint64_t actual) {
  compare(vcpu, {field, Evidence::independent, expected, actual});
}

/// That core asked for exactly what it asked for on the bare metal.
void Machine::check_asked(Vcpu const& vcpu) {
  PlannedExit const& exit = *vcpu.exit;
  check(vcpu, Field::asked_registers, exit.register_mask & registers_mask,
        vcpu.cpu.asked() & registers_mask);
  bool const wrong_tag = vcpu.cpu.failed_tag() != ReplayingCpu::no_tag;
  if (exit.asked.count != 0 || wrong_tag) {
    // A question that the log does not have is told by its tag, above all bytes.
    std::uint64_t const failed = wrong_tag ? std::uint64_t{vcpu.cpu.failed_tag()} << 32U : 0;
    check(vcpu, Field::asked_state, exit.asked.count, vcpu.cpu.log_used() | failed);
  }
  if (exit.memory.count != 0 || vcpu.memory.failed()) {
    std::uint64_t const failed = vcpu.memory.failed() ? std::uint64_t{1} << 32U : 0;
    check(vcpu, Field::asked_memory, exit.memory.count, vcpu.memory.used() | failed);
  }
}

void Machine::check_accesses(Vcpu& vcpu) {
  auto const& seen = vcpu.slot.seen();
  auto const rows = plan_.accesses(*vcpu.exit);
  if (!seen.empty() || !rows.empty()) check(vcpu, Field::accesses, rows.size(), seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    ReplayResult& totals = totals_.replay;
    ++totals.accesses;
    ++totals.elements;
    ++(seen[i].failed                                    ? totals.faulted
       : seen[i].handling == traces::Handling::forwarded ? totals.forwarded
                                                         : totals.handled);
    // Routing faults with #GP(0) only: core/emulate/route.hpp.
    constexpr auto vector = static_cast<std::uint8_t>(core::Vector::general_protection);
    vcpu.digest.add(
        {.access = seen[i].access,
         .fault = seen[i].failed ? traces::digest_fault(vector) : traces::digest_no_fault});
    if (i < rows.size()) check_access(vcpu, i);
  }
}

void Machine::check_access(Vcpu const& vcpu, std::size_t which) {
  SeenAccess const& seen = vcpu.slot.seen()[which];
  PlannedAccess const& row = plan_.accesses(*vcpu.exit)[which];
  auto const index = static_cast<std::uint8_t>(which);
  auto const field = [&](Field what, std::uint64_t expected, std::uint64_t actual) {
    compare(vcpu, {what, Evidence::independent, expected, actual, index});
  };
  field(Field::access_space, static_cast<std::uint64_t>(row.space),
        static_cast<std::uint64_t>(seen.access.space));
  field(Field::access_direction, static_cast<std::uint64_t>(row.direction),
        static_cast<std::uint64_t>(seen.access.direction));
  field(Field::access_size, row.size, seen.access.size);
  field(Field::access_address, row.address, seen.access.address);
  field(Field::access_handling, static_cast<std::uint64_t>(row.handling),
        static_cast<std::uint64_t>(seen.handling));
  bool const echo = seen.from_client && seen.access.direction == core::Direction::read;
  Evidence const evidence = !row.value_known || seen.failed ? Evidence::none
                            : echo                          ? Evidence::same_source
                                                            : Evidence::independent;
  compare(vcpu, {Field::access_value, evidence, row.value,
                 core::truncate(seen.access.value, seen.access.size), index});
}

void Machine::check_slots(Vcpu const& vcpu) {
  std::span<std::uint8_t const> const steps = vcpu.log->steps();
  std::span<PlannedSlot const> const rows = plan_.slots(*vcpu.exit);
  if (!plan_.has_slots()) {
    bool const forwarded = std::any_of(
        vcpu.slot.seen().begin(), vcpu.slot.seen().end(),
        [](SeenAccess const& one) { return one.handling == traces::Handling::forwarded; });
    if (forwarded) checker_.unknown(1);
    return;
  }
  if (steps.empty() && rows.empty()) return;
  // What the service VM did to a slot is recorded only where it told of it.
  constexpr auto hypervisor = static_cast<unsigned>(SlotMover::hypervisor);
  std::size_t row = 0;
  std::size_t surplus = 0;
  std::uint8_t from = core::abi::ioreq_state_free;
  for (std::uint8_t const step : steps) {
    auto const to = static_cast<std::uint8_t>(step & 3U);
    unsigned const actor = step >> 2U;
    bool const untold = row == rows.size() || rows[row].actor == hypervisor;
    if (actor != hypervisor && untold) {
      checker_.unknown(1);
    } else if (row == rows.size()) {
      ++surplus;
    } else {
      auto const index = static_cast<std::uint8_t>(row);
      compare(vcpu, {Field::slot_from, Evidence::independent, rows[row].from, from, index});
      compare(vcpu, {Field::slot_to, Evidence::independent, rows[row].to, to, index});
      compare(vcpu, {Field::slot_actor, Evidence::independent, rows[row].actor, actor, index});
      ++row;
    }
    from = to;
  }
  check(vcpu, Field::slot_count, rows.size(), row + surplus);
}

void Machine::check_written(Vcpu& vcpu) {
  PlannedExit const& exit = *vcpu.exit;
  auto const read_count = static_cast<std::size_t>(std::popcount(exit.register_mask));
  std::span<std::uint64_t const> const recorded = plan_.values(exit).subspan(read_count);
  bool const withdrawn =
      vcpu.progress == core::Progress::cancelled || vcpu.progress == core::Progress::violation;
  compare(vcpu,
          {Field::progress, withdrawn ? Evidence::same_source : Evidence::independent,
           static_cast<std::uint64_t>(vcpu.recorded), static_cast<std::uint64_t>(vcpu.progress)});
  vcpu.outcome.take(vcpu.core.commit(), exit.rip, exit.exit.instruction_length);
  check(vcpu, Field::written, exit.written_mask & ~named_apart, vcpu.outcome.mask());
  check_values(vcpu, recorded);
}

/// `recorded` is what the exit row says was written, one value per bit of its mask.
void Machine::check_values(Vcpu const& vcpu, std::span<std::uint64_t const> recorded) {
  std::uint32_t const mask = vcpu.exit->written_mask;
  std::uint32_t const actual_mask = vcpu.outcome.mask();
  std::span<std::uint64_t const> const actual = vcpu.outcome.values();
  bool const hypercall =
      vcpu.exit->exit.reason == static_cast<unsigned>(core::MachineReason::vmcall);
  std::uint64_t stop = 0;
  std::size_t of_recorded = 0;
  std::size_t of_actual = 0;
  for (std::uint32_t left = mask | actual_mask; left != 0; left &= left - 1) {
    auto const bit = static_cast<unsigned>(std::countr_zero(left));
    bool const in_recorded = (mask >> bit & 1U) != 0;
    bool const in_actual = (actual_mask >> bit & 1U) != 0;
    if (bit == written::stop) stop = recorded[of_recorded];
    if (in_recorded && in_actual) {
      auto const [field, index] = written_field(bit);
      bool const echo = hypercall && bit == 0;
      compare(vcpu, {field, echo ? Evidence::same_source : Evidence::independent,
                     recorded[of_recorded], actual[of_actual], index});
    }
    of_recorded += in_recorded ? 1U : 0U;
    of_actual += in_actual ? 1U : 0U;
  }
  check(vcpu, Field::stop, stop, word_of(vcpu.core.stop()));
}

/// One event at most is put into the guest at an entry.
void Machine::check_injection(Vcpu const& vcpu, std::span<traces::InjectRow const> rows,
                              core::EntryPlan const& plan) {
  core::Interruption const event = core::decode_interruption(plan.interruption_information);
  check(vcpu, Field::inject, rows.size(), event.valid ? 1 : 0);
  if (event.valid) ++totals_.injected;
  if (rows.empty() || !event.valid) return;
  traces::InjectRow const& row = rows.front();
  check(vcpu, Field::inject_vector, row.vector, event.vector);
  check(vcpu, Field::inject_type, row.type, static_cast<std::uint64_t>(event.type));
  // An error code is below 2^32; what is above tells one that is not there.
  constexpr std::uint64_t none = std::uint64_t{1} << 32U;
  check(vcpu, Field::inject_error_code, row.error_code ? std::uint64_t{*row.error_code} : none,
        event.has_error_code ? std::uint64_t{plan.error_code} : none);
  check(vcpu, Field::inject_origin, row.origin,
        static_cast<std::uint64_t>(injected_by(plan.origin)));
}

}  // namespace acrn::replay::exits

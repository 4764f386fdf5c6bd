// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/pending_events.hpp"

namespace acrn::core {
namespace {

constexpr std::uint8_t double_fault_vector = 8;
constexpr std::uint8_t page_fault_vector = 14;

enum class ExceptionClass : std::uint8_t { benign, contributory, page_fault, double_fault };

ExceptionClass classify(Interruption const& event) noexcept {
  if (event.type != InterruptionType::hardware_exception) return ExceptionClass::benign;
  switch (event.vector) {
    case 0:   // #DE
    case 10:  // #TS
    case 11:  // #NP
    case 12:  // #SS
    case 13:  // #GP
    case 21:  // #CP
      return ExceptionClass::contributory;
    case page_fault_vector:
    case 20:  // #VE
      return ExceptionClass::page_fault;
    case double_fault_vector:
      return ExceptionClass::double_fault;
    default:
      return ExceptionClass::benign;
  }
}

}  // namespace

Combination combine(Interruption const& first, Interruption const& second) noexcept {
  ExceptionClass const before = classify(first);
  ExceptionClass const after = classify(second);
  if (before == ExceptionClass::benign || after == ExceptionClass::benign ||
      after == ExceptionClass::double_fault) {
    return Combination::second_alone;
  }
  if (before == ExceptionClass::double_fault) return Combination::triple_fault;
  bool const page_fault_after_contributory =
      before == ExceptionClass::contributory && after == ExceptionClass::page_fault;
  return page_fault_after_contributory ? Combination::second_alone : Combination::double_fault;
}

void PendingEvents::interrupt_delivery(MachineExit const& exit) noexcept {
  Interruption const event = decode_interruption(exit.idt_vectoring_information);
  if (!event.valid) return;
  waiting_ |= delivery_waits;
  delivery_ = {
      .information = encode_interruption(event),
      .error_code = event.has_error_code ? exit.idt_vectoring_error_code : 0,
      .instruction_length = needs_instruction_length(event.type) ? exit.instruction_length : 0U};
}

Combination PendingEvents::raise(PendingException const& exception) noexcept {
  exception_ = exception;
  exception_.event.valid = true;
  exception_.event.has_error_code &= exception.protected_mode;
  if (!delivering()) {
    waiting_ |= exception_waits;
    return Combination::second_alone;
  }
  waiting_ &= static_cast<std::uint8_t>(~delivery_waits);
  Combination const both = combine(decode_interruption(delivery_.information), exception.event);
  if (both == Combination::triple_fault) {
    waiting_ &= static_cast<std::uint8_t>(~exception_waits);
    return both;
  }
  if (both == Combination::double_fault) {
    exception_ = {.event = {.vector = double_fault_vector,
                            .type = InterruptionType::hardware_exception,
                            .has_error_code = exception.protected_mode,
                            .valid = true}};
  }
  waiting_ |= exception_waits;
  return both;
}

void PendingEvents::take_event(EntryPlan& plan) noexcept {
  if (delivering()) {
    plan.interruption_information = delivery_.information;
    plan.error_code = delivery_.error_code;
    plan.instruction_length = delivery_.instruction_length;
    plan.origin = InjectOrigin::reinjected;
    waiting_ &= static_cast<std::uint8_t>(~delivery_waits);
    return;
  }
  Interruption const& event = exception_.event;
  plan.interruption_information = encode_interruption(event);
  plan.error_code = event.has_error_code ? exception_.error_code : 0;
  plan.instruction_length =
      needs_instruction_length(event.type) ? exception_.instruction_length : 0;
  plan.origin = InjectOrigin::fault;
  plan.set_cr2 =
      event.type == InterruptionType::hardware_exception && event.vector == page_fault_vector;
  plan.cr2 = plan.set_cr2 ? exception_.cr2 : 0;
  waiting_ &= static_cast<std::uint8_t>(~exception_waits);
}

}  // namespace acrn::core

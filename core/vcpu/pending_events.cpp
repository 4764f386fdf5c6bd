// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/pending_events.hpp"

#include "core/check.hpp"

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

void PendingEvents::raise_interrupt(std::uint8_t vector) noexcept {
  constexpr unsigned exception_count = 32;
  check(vector >= exception_count, "interrupts have vectors from 32 on");
  interrupts_[vector / 64U] |= std::uint64_t{1} << vector % 64U;
  waiting_ |= vector_waits;
}

std::uint8_t PendingEvents::take_interrupt() noexcept {
  check(interrupt_waits(), "take_interrupt() needs one that waits");
  unsigned word = 3;
  while (interrupts_[word] == 0) --word;
  unsigned bit = 63;
  while ((interrupts_[word] >> bit & 1U) == 0) --bit;
  interrupts_[word] &= ~(std::uint64_t{1} << bit);
  if ((interrupts_[0] | interrupts_[1] | interrupts_[2] | interrupts_[3]) == 0) {
    waiting_ &= static_cast<std::uint8_t>(~vector_waits);
  }
  return static_cast<std::uint8_t>(word * 64 + bit);
}

bool PendingEvents::take(EntryPlan& plan) noexcept {
  if (delivering()) {
    plan.interruption_information = delivery_.information;
    plan.error_code = delivery_.error_code;
    plan.instruction_length = delivery_.instruction_length;
    plan.origin = InjectOrigin::reinjected;
    waiting_ &= static_cast<std::uint8_t>(~delivery_waits);
    return true;
  }
  if ((waiting_ & exception_waits) == 0) return false;
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
  return true;
}

}  // namespace acrn::core

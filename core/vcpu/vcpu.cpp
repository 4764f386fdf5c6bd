// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/vcpu.hpp"

#include "core/check.hpp"

namespace acrn::core {

/// The exit is over without a trace in the guest.
void Vcpu::change_nothing() noexcept {
  phase_ = Phase::over;
  commit_.start(0);
  commit_.ends_blocking = false;
  control_ = {};
}

Progress Vcpu::stop_with(StopKind kind, std::uint16_t code) noexcept {
  change_nothing();
  stop_ = {kind, code};
  return Progress::done;
}

Progress Vcpu::raise_exception(PendingException const& exception) noexcept {
  if (events_.raise(exception) == Combination::triple_fault) {
    return stop_with(StopKind::triple_fault, 0);
  }
  return Progress::fault;
}

/// A fault of the instruction that exited. RF is set in the image that the exception saves, so that
/// an instruction breakpoint does not fire twice: Intel SDM vol. 3B (Sep 2023), section 18.3.1.1.
Progress Vcpu::fault_with(Fault const& fault, FaultState const& state) noexcept {
  change_nothing();
  if ((state.flags & rflags::resume) == 0) commit_.set_rflags(state.flags | rflags::resume);
  fault_ = fault;
  io_refused_ = false;
  unsupported_ = Unsupported::none;
  return raise_exception({.event = {.vector = static_cast<std::uint8_t>(fault.vector),
                                    .type = InterruptionType::hardware_exception,
                                    .has_error_code = fault.has_error_code()},
                          .error_code = fault.error_code,
                          .cr2 = fault.address,
                          .protected_mode = state.is_protected()});
}

/// An exception that the host lets exit is the guest's own. An NMI is the host's. DR6, which #DB
/// would need, is not: a host does not let that exit.
Progress Vcpu::take_exception(MachineExit const& exit, FaultState const& state) noexcept {
  Interruption const event = decode_interruption(exit.interruption_information);
  change_nothing();
  if (event.valid && event.type == InterruptionType::nmi) return Progress::done;
  bool const exception = event.type == InterruptionType::hardware_exception ||
                         event.type == InterruptionType::privileged_software_exception ||
                         event.type == InterruptionType::software_exception;
  if (!event.valid || !exception) return stop_with(StopKind::unsupported_exit, exit.reason);
  bool const page_fault = event.vector == static_cast<std::uint8_t>(Vector::page_fault);
  std::uint64_t const address = page_fault ? exit.qualification : 0;
  fault_ = {static_cast<Vector>(event.vector), exit.interruption_error_code, address};
  io_refused_ = false;
  unsupported_ = Unsupported::none;
  return raise_exception({.event = event,
                          .error_code = exit.interruption_error_code,
                          .instruction_length = exit.instruction_length,
                          .cr2 = address,
                          .protected_mode = state.is_protected()});
}

Progress Vcpu::end_io_badly(Progress progress, FaultState const& state) noexcept {
  if (progress == Progress::fault) {
    Progress const end = fault_with(io_.fault(), state);
    io_refused_ = true;
    return end;
  }
  if (progress == Progress::unsupported) {
    Progress const end = fault_with({Vector::invalid_opcode}, state);
    io_refused_ = true;
    unsupported_ = io_.unsupported();
    return end == Progress::fault ? Progress::unsupported : end;
  }
  change_nothing();
  return progress;
}

Progress Vcpu::finish_hypercall(std::int64_t rax) noexcept {
  check(hypercall_pending(), "Vcpu::finish_hypercall() needs a hypercall that is pending");
  phase_ = Phase::over;
  commit_.set(Register::rax, static_cast<std::uint64_t>(rax));
  return Progress::done;
}

Progress Vcpu::fail_hypercall(Vector vector, FaultState const& state) noexcept {
  check(hypercall_pending(), "Vcpu::fail_hypercall() needs a hypercall that is pending");
  return fault_with({vector}, state);
}

Refusal Vcpu::refusal() const noexcept {
  if (!io_refused_) return {};
  DecodeReason const decode = io_.operation().decode_reason();
  bool const refused = unsupported_ != Unsupported::none || decode != DecodeReason::none;
  if (!refused) return {};
  return {.why = unsupported_, .decode = decode, .bytes = io_.operation().instruction_bytes()};
}

}  // namespace acrn::core

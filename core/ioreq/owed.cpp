// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/owed.hpp"

namespace acrn::core {
namespace {

constexpr Debt owed_of_taken(HeldBy held) noexcept {
  switch (held) {
    case HeldBy::queued:
      return {OwedBy::client, OwedStep::take};
    case HeldBy::nobody:
    case HeldBy::no_client:
      return {OwedBy::device_model, OwedStep::reset};
    case HeldBy::client:
    case HeldBy::unknown:
      break;
  }
  return {OwedBy::client, OwedStep::answer};
}

/// While the request is with the service VM; nothing if it is not.
constexpr std::optional<Debt> owed_by_service(SlotView const& view) noexcept {
  if (view.state == SlotState::processing) return owed_of_taken(view.held);
  if (view.state != SlotState::pending) return std::nullopt;
  return view.held == HeldBy::no_client ? Debt{OwedBy::device_model, OwedStep::make_client}
                                        : Debt{OwedBy::hsm, OwedStep::dispatch};
}

}  // namespace

std::optional<Debt> owed(SlotView const& view) noexcept {
  bool const complete = view.state == SlotState::complete;
  switch (view.phase) {
    case SlotPhase::waiting:
    case SlotPhase::cancelled: {
      if (auto const debt = owed_by_service(view)) return debt;
      if (!complete) return Debt{OwedBy::hypervisor, OwedStep::end_request};
      bool const wanted = view.phase == SlotPhase::waiting;
      return Debt{OwedBy::hypervisor, wanted ? OwedStep::take_answer : OwedStep::discard};
    }
    case SlotPhase::awaiting_clear:
      // COMPLETE is the sign that it was let go: the next request finds it.
      return complete ? std::nullopt : std::optional{Debt{OwedBy::hsm, OwedStep::let_go}};
    case SlotPhase::idle: {
      bool const blocks = view.state == SlotState::pending || view.state == SlotState::processing;
      return blocks ? std::optional{Debt{OwedBy::hsm, OwedStep::let_go}} : std::nullopt;
    }
  }
  return std::nullopt;
}

void OwedLedger::observe(VcpuId vcpu, SlotView const& view, Generation generation,
                         Ticks now) noexcept {
  if (vcpu.value >= entries_.size()) return;
  Entry& entry = entries_[vcpu.value];
  if (entry.view == view && entry.generation == generation) return;
  entry = {.view = view, .generation = generation, .since = now};
}

void OwedLedger::transition(VcpuId vcpu, SlotState to, Ticks now) noexcept {
  if (vcpu.value >= entries_.size()) return;
  SlotPhase const phase = to == SlotState::free ? SlotPhase::idle : SlotPhase::waiting;
  entries_[vcpu.value] = {.view = {.phase = phase, .state = to, .held = HeldBy::unknown},
                          .generation = {},
                          .since = now};
}

std::optional<Owed> OwedLedger::owed(VcpuId vcpu) const noexcept {
  if (vcpu.value >= entries_.size()) return std::nullopt;
  Entry const& entry = entries_[vcpu.value];
  auto const debt = core::owed(entry.view);
  if (!debt) return std::nullopt;
  return Owed{.vcpu = vcpu, .view = entry.view, .debt = *debt, .since = entry.since};
}

std::optional<Owed> OwedLedger::overdue(VcpuId vcpu, Ticks now, Ticks limit) const noexcept {
  auto const debt = owed(vcpu);
  if (!debt || now < debt->since || now.value - debt->since.value <= limit.value) {
    return std::nullopt;
  }
  return debt;
}

std::string_view name(OwedBy by) noexcept {
  switch (by) {
    case OwedBy::hypervisor:
      return "hypervisor";
    case OwedBy::hsm:
      return "service module";
    case OwedBy::client:
      return "client";
    case OwedBy::device_model:
      return "device model";
  }
  return "?";
}

std::string_view name(OwedStep step) noexcept {
  switch (step) {
    case OwedStep::dispatch:
      return "scan the slot and give the request to a client";
    case OwedStep::make_client:
      return "create a client that wants the request";
    case OwedStep::take:
      return "take the request";
    case OwedStep::answer:
      return "answer the request";
    case OwedStep::reset:
      return "clear or reset the VM: nobody has the request";
    case OwedStep::take_answer:
      return "let the vCPU take the answer";
    case OwedStep::discard:
      return "discard the answer to the cancelled request";
    case OwedStep::end_request:
      return "poll: the slot's state ends the request";
    case OwedStep::let_go:
      return "let go of the slot";
  }
  return "?";
}

}  // namespace acrn::core

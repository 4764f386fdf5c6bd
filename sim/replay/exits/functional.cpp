// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/functional.hpp"

#include "core/check.hpp"

namespace acrn::replay::exits {
namespace {

/// The service VM's whole part of the work, at once.
void serve(Machine& machine, std::size_t vcpu) {
  core::SlotEffects const effects = machine.dispatch(vcpu);
  if (effects.kind == core::SlotEffects::Kind::settled) return;
  core::check(effects.kind == core::SlotEffects::Kind::dispatched, "an upcall finds a request");
  auto const request = machine.next_request(effects.client);
  core::check(request.has_value(), "a woken client finds its request");
  static_cast<void>(machine.complete(*request));
}

}  // namespace

Result replay_functional(Plan const& plan, MachineOptions const& options) {
  Machine machine{plan, options};
  for (std::size_t exit = 0; exit < plan.exits().size(); ++exit) {
    std::size_t const vcpu = plan.exits()[exit].vcpu;
    core::Progress progress = machine.begin(exit);
    while (progress == core::Progress::waiting) {
      serve(machine, vcpu);
      progress = machine.resume(vcpu);
    }
    machine.finish(vcpu);
  }
  return machine.result();
}

}  // namespace acrn::replay::exits

// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/functional.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "core/check.hpp"
#include "sim/replay/machine.hpp"
#include "sim/replay/recorder.hpp"

namespace acrn::replay {
namespace {

/// The service VM's whole part of the work, at once. No other vCPU has a request: scanning this
/// one's slot finds what scanning all of them would.
void serve(Machine& machine, std::size_t vcpu) {
  core::SlotEffects const effects = machine.dispatch(vcpu);
  if (effects.kind == core::SlotEffects::Kind::settled) return;
  core::check(effects.kind == core::SlotEffects::Kind::dispatched, "an upcall finds a request");
  auto const request = machine.next_request(effects.client);
  core::check(request.has_value(), "a woken client finds its request");
  static_cast<void>(machine.complete(*request));
}

/// Flattened: most of a replay's time is spent here, and the calls would be a third of it.
[[gnu::flatten]] void replay_all(Machine& machine, std::span<PlannedAccess const> accesses) {
  for (std::size_t position = 0; position < accesses.size(); ++position) {
    PlannedAccess const& access = accesses[position];
    core::Ticks const now{access.time};
    for (std::uint32_t element = 0; element < access.count; ++element) {
      core::Progress progress = machine.begin(position, element, now);
      while (progress == core::Progress::waiting) {
        serve(machine, access.vcpu);
        progress = machine.resume(access.vcpu, now);
      }
      machine.finish(access.vcpu);
    }
  }
}

}  // namespace

ReplayResult replay_functional(Plan const& plan, FunctionalOptions const& options) {
  if (options.profile == nullptr) throw std::invalid_argument("a replay needs a profile");
  std::optional<Recorder> recorder;
  if (options.record != nullptr) recorder.emplace(*options.record);
  Machine machine{plan, {.profile = options.profile, .recorder = recorder ? &*recorder : nullptr}};
  replay_all(machine, plan.accesses());
  return machine.result();
}

}  // namespace acrn::replay

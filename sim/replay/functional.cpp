// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/functional.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "sim/replay/machine.hpp"
#include "sim/replay/recorder.hpp"

namespace acrn::replay {
namespace {

void replay_elements(Machine& machine, std::size_t position, std::uint32_t count) {
  for (std::uint32_t element = 0; element < count; ++element) machine.replay(position, element);
}

/// Flattened: most of a replay's time is spent here, and the calls would be a third of it. The two
/// ways that accesses go are apart, so that the CPU learns the branches of each.
[[gnu::flatten]] void replay_all(Machine& machine, std::span<PlannedAccess const> accesses) {
  for (std::size_t position = 0; position < accesses.size(); ++position) {
    PlannedAccess const& access = accesses[position];
    if (access.count != 1) [[unlikely]] {
      replay_elements(machine, position, access.count);
    } else if (access.device_answers) {  // NOLINT(bugprone-branch-clone)
      // A copy of its own, inlined: its branches are foreseen apart from those of the other.
      machine.replay(position, 0);
    } else {
      machine.replay(position, 0);
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

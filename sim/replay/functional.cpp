// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/functional.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "sim/replay/machine.hpp"
#include "sim/replay/recorder.hpp"

namespace acrn::replay {
namespace {

/// One element from its exit to its end.
inline void replay_element(Machine& machine, std::size_t position, std::uint32_t element,
                           PlannedAccess const& access) {
  core::Ticks const now{access.time};
  core::Progress progress = machine.begin(position, element, now);
  while (progress == core::Progress::waiting) {
    machine.serve(access.vcpu);
    progress = machine.resume(access.vcpu, now);
  }
  machine.finish(access.vcpu);
}

inline void replay_elements(Machine& machine, std::size_t position, PlannedAccess const& access) {
  for (std::uint32_t element = 0; element < access.count; ++element) {
    replay_element(machine, position, element, access);
  }
}

/// Flattened: most of a replay's time is spent here, and the calls would be a third of it. The two
/// ways that accesses go are apart, so that the CPU learns the branches of each.
[[gnu::flatten]] void replay_all(Machine& machine, std::span<PlannedAccess const> accesses) {
  for (std::size_t position = 0; position < accesses.size(); ++position) {
    PlannedAccess const& access = accesses[position];
    if (access.count != 1) [[unlikely]] {
      replay_elements(machine, position, access);
    } else if (access.device_answers) {
      replay_element(machine, position, 0, access);
    } else {
      replay_element(machine, position, 0, access);
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

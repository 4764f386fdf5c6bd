// SPDX-License-Identifier: BSD-3-Clause
#include "sim/model/timed_exits.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/check.hpp"
#include "sim/model/assembly.hpp"
#include "sim/model/exit_vcpu.hpp"

namespace acrn::model {
namespace {

using replay::exits::Plan;
using replay::exits::PlannedExit;
using replay::exits::PlannedStream;

/// The earliest stamp of all; each vCPU counts from its own first.
std::uint64_t first_ticks(Plan const& plan) {
  std::uint64_t first = plan.exits().empty() ? 0 : ~std::uint64_t{0};
  for (PlannedExit const& exit : plan.exits()) first = std::min(first, exit.time_in);
  return first;
}

/// The longest time between a vCPU's first exit and its last entry, or last exit, in ticks.
std::uint64_t longest_run(Plan const& plan) {
  std::uint64_t longest = 0;
  for (PlannedStream const& stream : plan.vcpus()) {
    if (stream.count == 0) continue;
    PlannedExit const& first = plan.exits()[stream.first];
    PlannedExit const& last = plan.exits()[stream.first + stream.count - 1];
    std::uint64_t const end = last.entered ? last.time_out : last.time_in;
    if (end > first.time_in) longest = std::max(longest, end - first.time_in);
  }
  return longest;
}

replay::exits::MachineOptions machine_options(Timing const& timing,
                                              TimedExitOptions const& options) {
  return {.profile = options.profile,
          .completion = timing.completion == Completion::polling ? core::Completion::polling
                                                                 : core::Completion::notify};
}

/// One simulation. Members are in the order in which they need each other.
class Simulation {
 public:
  Simulation(Plan const& plan, Timing const& timing, TimedExitOptions const& options)
      : plan_{plan},
        gap_{gap_of(plan.info(), options.assume_gap_ns)},
        first_{first_ticks(plan)},
        scale_{plan.info().clock, first_},
        machine_{plan, machine_options(timing, options)},
        assembly_{{.service = machine_,
                   .clients = machine_.clients(),
                   .vcpu_count = plan.vcpus().size(),
                   .several_vms = plan.vms().size() > 1,
                   .scale = scale_,
                   .timing = timing,
                   .subject = {.accesses = plan.accesses(), .info = plan.info()},
                   .hops = options.hops}},
        exits_{.plan = plan, .machine = machine_, .gap = gap_, .first_ticks = first_} {
    if (!gap_ && scale_.to_sim(first_ + longest_run(plan)) > sim_time_max) {
      throw_outgrown(plan.info());
    }
    for (std::size_t i = 0; i < plan.vcpus().size(); ++i) {
      vcpus_.push_back(std::make_unique<ExitVcpuActor>(assembly_.timeline(), assembly_.board(),
                                                       exits_, static_cast<std::uint16_t>(i)));
      assembly_.add(*vcpus_.back());
    }
  }

  TimedExits run() {
    assembly_.run();
    core::check(std::all_of(vcpus_.begin(), vcpus_.end(),
                            [](auto const& vcpu) { return vcpu->is_finished(); }),
                "a simulation ends when every vCPU has made all its exits");
    TimedExits result;
    result.exits = machine_.result();
    result.timed.replay = result.exits.replay;
    assembly_.fill(result.timed);
    if (!gap_) result.timed.recorded_ns = scale_.to_sim(first_ + longest_run(plan_)).ns();
    return result;
  }

 private:
  Plan const& plan_;
  std::optional<SimTime> gap_;
  std::uint64_t first_;
  TickScale scale_;
  replay::exits::Machine machine_;
  Assembly assembly_;
  ExitBoard exits_;
  std::vector<std::unique_ptr<ExitVcpuActor>> vcpus_;
};

}  // namespace

TimedExits replay_timed(replay::exits::Plan const& plan, Timing const& timing,
                        TimedExitOptions const& options) {
  return Simulation{plan, timing, options}.run();
}

}  // namespace acrn::model

// SPDX-License-Identifier: BSD-3-Clause
// Puts the parts of one simulation together, runs it, and gathers the result.
#include "sim/model/timed.hpp"

#include <algorithm>
#include <memory>

#include "core/check.hpp"
#include "sim/model/assembly.hpp"
#include "sim/model/vcpu.hpp"
#include "sim/replay/recorder.hpp"

namespace acrn::model {
namespace {

/// Between the capture's first and last stamp, in ticks.
struct RecordedSpan {
  std::uint64_t first{};
  std::uint64_t last{};
};

RecordedSpan recorded_span(replay::Plan const& plan) {
  if (plan.accesses().empty()) return {};
  RecordedSpan span{.first = ~std::uint64_t{0}, .last = 0};
  for (replay::PlannedAccess const& access : plan.accesses()) {
    span.first = std::min(span.first, access.time);
    span.last = std::max(span.last, access.time);
    if (access.recorded_end != traces::no_stamp) {
      span.last = std::max(span.last, access.recorded_end);
    }
  }
  return span;
}

replay::MachineOptions machine_options(Timing const& timing, TimedOptions const& options,
                                       replay::Recorder* recorder) {
  return {.profile = options.profile,
          .completion = timing.completion == Completion::polling ? core::Completion::polling
                                                                 : core::Completion::notify,
          .recorder = recorder};
}

bool has_several_vms(replay::Plan const& plan) {
  return !plan.vcpus().empty() && plan.vcpus().front().vm != plan.vcpus().back().vm;
}

/// One simulation. Members are in the order in which they need each other.
class Simulation {
 public:
  Simulation(replay::Plan const& plan, Timing const& timing, TimedOptions const& options)
      : gap_{gap_of(plan.info(), options.assume_gap_ns)},
        span_{recorded_span(plan)},
        scale_{plan.info().clock, span_.first},
        recording_{recording_clock(plan.info().clock), 0},
        recorder_{options.record == nullptr ? nullptr
                                            : std::make_unique<replay::Recorder>(*options.record)},
        machine_{plan, machine_options(timing, options, recorder_.get())},
        assembly_{{.service = machine_,
                   .clients = machine_.clients(),
                   .vcpu_count = plan.vcpus().size(),
                   .several_vms = has_several_vms(plan),
                   .scale = scale_,
                   .timing = timing,
                   .subject = {.accesses = plan.accesses(),
                               .info = plan.info(),
                               .keep_stamps = options.keep_stamps},
                   .hops = options.hops}},
        accesses_{.plan = plan,
                  .machine = machine_,
                  .turns = Turns{plan},
                  .gap = gap_,
                  .recording = recorder_ == nullptr ? nullptr : &recording_} {
    if (!gap_ && scale_.to_sim(span_.last) > sim_time_max) throw_outgrown(plan.info());
    for (std::size_t i = 0; i < plan.vcpus().size(); ++i) {
      vcpus_.push_back(std::make_unique<VcpuActor>(assembly_.timeline(), assembly_.board(),
                                                   accesses_, static_cast<std::uint16_t>(i)));
      assembly_.add(*vcpus_.back());
      accesses_.vcpus.push_back(vcpus_.back().get());
    }
  }

  TimedResult run() {
    assembly_.run();
    core::check(std::all_of(vcpus_.begin(), vcpus_.end(),
                            [](auto const& vcpu) { return vcpu->is_finished(); }),
                "a simulation ends when every vCPU has made all its accesses");
    TimedResult result;
    result.replay = machine_.result();
    assembly_.fill(result);
    if (!gap_) result.recorded_ns = scale_.to_sim(span_.last).ns();
    return result;
  }

 private:
  std::optional<SimTime> gap_;
  RecordedSpan span_;
  TickScale scale_;
  TickScale recording_;
  std::unique_ptr<replay::Recorder> recorder_;
  replay::Machine machine_;
  Assembly assembly_;
  AccessBoard accesses_;
  std::vector<std::unique_ptr<VcpuActor>> vcpus_;
};

}  // namespace

TimedResult replay_timed(replay::Plan const& plan, Timing const& timing,
                         TimedOptions const& options) {
  return Simulation{plan, timing, options}.run();
}

}  // namespace acrn::model

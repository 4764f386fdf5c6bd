// SPDX-License-Identifier: BSD-3-Clause
// Puts the parts of one simulation together, runs it, and gathers the result.
#include "sim/model/timed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/check.hpp"
#include "sim/model/client.hpp"
#include "sim/model/hsm_worker.hpp"
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

std::optional<SimTime> gap_of(replay::Plan const& plan, TimedOptions const& options) {
  if (plan.info().clock.timed()) return std::nullopt;
  if (!options.assume_gap_ns) {
    throw std::invalid_argument{
        "the capture has no time stamps; assume a guest time between accesses (--assume-gap) or "
        "use the functional engine"};
  }
  if (*options.assume_gap_ns > cost_ns_max) {
    throw std::invalid_argument{fmt::format("the assumed gap is {} ns; expected 0 to {}",
                                            *options.assume_gap_ns, cost_ns_max)};
  }
  return SimTime::from_ns(*options.assume_gap_ns);
}

/// Timings from files are checked already; others are made by programs.
Timing const& checked(Timing const& timing) {
  bool const polls = timing.completion == Completion::polling;
  if (polls && (timing.poll_interval_ns == 0 || timing.poll_interval_ns > cost_ns_max)) {
    throw std::invalid_argument{fmt::format("the poll interval is {} ns; expected 1 to {}",
                                            timing.poll_interval_ns, cost_ns_max)};
  }
  for (std::size_t i = 0; i < stage_total; ++i) {
    if (timing.costs[i].ns > cost_ns_max) {
      throw std::invalid_argument{fmt::format("stage {} costs {} ns; expected 0 to {}",
                                              stage_name(static_cast<Stage>(i)), timing.costs[i].ns,
                                              cost_ns_max)};
    }
  }
  return timing;
}

replay::MachineOptions machine_options(Timing const& timing, TimedOptions const& options,
                                       replay::Recorder* recorder) {
  return {.profile = options.profile,
          .completion = timing.completion == Completion::polling ? core::Completion::polling
                                                                 : core::Completion::notify,
          .recorder = recorder};
}

/// One simulation. Members are in the order in which they need each other.
class Simulation {
 public:
  Simulation(replay::Plan const& plan, Timing const& timing, TimedOptions const& options)
      : plan_{plan},
        gap_{gap_of(plan, options)},
        span_{recorded_span(plan)},
        scale_{plan.info().clock, span_.first},
        recording_{recording_clock(plan.info().clock), 0},
        recorder_{options.record == nullptr ? nullptr
                                            : std::make_unique<replay::Recorder>(*options.record)},
        machine_{plan, machine_options(timing, options, recorder_.get())},
        timeline_{options.hops},
        board_{.service = machine_,
               .scale = scale_,
               .costs = Costs{checked(timing)},
               .line = UpcallLine{timing},
               .tally = Tally{{.accesses = plan.accesses(),
                               .info = plan.info(),
                               .keep_stamps = options.keep_stamps},
                              timing,
                              scale_}},
        accesses_{.plan = plan,
                  .machine = machine_,
                  .turns = Turns{plan},
                  .gap = gap_,
                  .recording = recorder_ == nullptr ? nullptr : &recording_},
        worker_{timeline_, board_, plan.vcpus().size()} {
    if (!gap_ && scale_.to_sim(span_.last) > sim_time_max) throw_outgrown(plan.info());
    board_.worker = &worker_;
    for (replay::MachineClient const& client : machine_.clients()) {
      add_client(client);
    }
    for (std::size_t i = 0; i < plan.vcpus().size(); ++i) {
      vcpus_.push_back(
          std::make_unique<VcpuActor>(timeline_, board_, accesses_, static_cast<std::uint16_t>(i)));
      board_.vcpus.push_back(vcpus_.back().get());
      accesses_.vcpus.push_back(vcpus_.back().get());
    }
  }

  TimedResult run() {
    timeline_.run();
    core::check(std::all_of(vcpus_.begin(), vcpus_.end(),
                            [](auto const& vcpu) { return vcpu->is_finished(); }),
                "a simulation ends when every vCPU has made all its accesses");
    TimedResult result;
    result.replay = machine_.result();
    board_.tally.fill(result);
    if (!gap_) result.recorded_ns = scale_.to_sim(span_.last).ns();
    result.upcalls_raised = board_.line.raised();
    result.upcalls_coalesced = board_.line.coalesced();
    result.kernel_activations = timeline_.activations();
    result.utilisation.push_back(
        {.name = "hsm worker", .busy_ns = worker_.busy().ns(), .requests = worker_.requests()});
    for (auto const& client : clients_) {
      result.utilisation.push_back({.name = client->label(),
                                    .busy_ns = client->busy().ns(),
                                    .requests = client->requests()});
    }
    return result;
  }

 private:
  void add_client(replay::MachineClient const& client) {
    bool const several = plan_.vcpus().front().vm != plan_.vcpus().back().vm;
    std::string label =
        several ? fmt::format("vm{} {}", client.vm.value, client.name) : client.name;
    clients_.push_back(
        std::make_unique<ClientActor>(timeline_, board_, client.id, std::move(label)));
    if (client.id.value >= board_.clients.size()) board_.clients.resize(client.id.value + 1U);
    board_.clients[client.id.value] = clients_.back().get();
  }

  replay::Plan const& plan_;
  std::optional<SimTime> gap_;
  RecordedSpan span_;
  TickScale scale_;
  TickScale recording_;
  std::unique_ptr<replay::Recorder> recorder_;
  replay::Machine machine_;
  Timeline timeline_;
  Board board_;
  AccessBoard accesses_;
  HsmWorker worker_;
  std::vector<std::unique_ptr<ClientActor>> clients_;
  std::vector<std::unique_ptr<VcpuActor>> vcpus_;
};

}  // namespace

TimedResult replay_timed(replay::Plan const& plan, Timing const& timing,
                         TimedOptions const& options) {
  return Simulation{plan, timing, options}.run();
}

}  // namespace acrn::model

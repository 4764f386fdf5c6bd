// SPDX-License-Identifier: BSD-3-Clause
#include "sim/model/assembly.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace acrn::model {
namespace {

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

}  // namespace

std::optional<SimTime> gap_of(traces::CaptureInfo const& info,
                              std::optional<std::uint64_t> assume_gap_ns) {
  if (info.clock.timed()) return std::nullopt;
  if (!assume_gap_ns) {
    throw std::invalid_argument{
        "the capture has no time stamps; assume a guest time between accesses (--assume-gap) or "
        "use the functional engine"};
  }
  if (*assume_gap_ns > cost_ns_max) {
    throw std::invalid_argument{
        fmt::format("the assumed gap is {} ns; expected 0 to {}", *assume_gap_ns, cost_ns_max)};
  }
  return SimTime::from_ns(*assume_gap_ns);
}

Assembly::Assembly(AssemblyOptions const& options)
    : timeline_{options.hops},
      board_{.service = options.service,
             .scale = options.scale,
             .costs = Costs{checked(options.timing)},
             .line = UpcallLine{options.timing},
             .tally = Tally{options.subject, options.timing, options.scale}},
      worker_{timeline_, board_, options.vcpu_count} {
  board_.worker = &worker_;
  for (replay::MachineClient const& client : options.clients) {
    std::string label =
        options.several_vms ? fmt::format("vm{} {}", client.vm.value, client.name) : client.name;
    clients_.push_back(
        std::make_unique<ClientActor>(timeline_, board_, client.id, std::move(label)));
    if (client.id.value >= board_.clients.size()) board_.clients.resize(client.id.value + 1U);
    board_.clients[client.id.value] = clients_.back().get();
  }
}

void Assembly::fill(TimedResult& result) {
  board_.tally.fill(result);
  result.upcalls_raised = board_.line.raised();
  result.upcalls_coalesced = board_.line.coalesced();
  result.kernel_activations = timeline_.activations();
  result.utilisation.push_back(
      {.name = "hsm worker", .busy_ns = worker_.busy().ns(), .requests = worker_.requests()});
  for (auto const& client : clients_) {
    result.utilisation.push_back(
        {.name = client->label(), .busy_ns = client->busy().ns(), .requests = client->requests()});
  }
}

}  // namespace acrn::model

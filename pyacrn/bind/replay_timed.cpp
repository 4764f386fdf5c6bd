// SPDX-License-Identifier: BSD-3-Clause
// The SystemC engine for Python; the interpreter runs on while it simulates.
#include <pybind11/stl.h>

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pyacrn/bind/access_table.hpp"
#include "pyacrn/bind/bind.hpp"
#include "pyacrn/bind/replay.hpp"
#include "pyacrn/bind/text.hpp"
#include "pyacrn/bind/view.hpp"
#include "sim/model/timed.hpp"
#include "sim/model/timing.hpp"

namespace acrn::python {
namespace {

using namespace py::literals;

struct Arguments {
  std::string path;
  std::string profile;
  std::optional<std::string> timing;
  std::optional<std::string> completion;
  std::optional<std::uint64_t> poll_interval_ns;
  std::optional<std::uint64_t> assume_gap_ns;
};

model::Timing make_timing(Arguments const& arguments) {
  model::Timing timing =
      arguments.timing ? model::Timing::load(*arguments.timing) : model::Timing::defaults();
  if (arguments.completion == "notification") {
    timing.completion = model::Completion::notification;
  } else if (arguments.completion == "polling") {
    timing.completion = model::Completion::polling;
  } else if (arguments.completion) {
    throw std::invalid_argument("completion \"" + *arguments.completion +
                                "\" is unknown; known are notification, polling");
  }
  if (arguments.poll_interval_ns) timing.poll_interval_ns = *arguments.poll_interval_ns;
  if (timing.completion == model::Completion::polling && timing.poll_interval_ns == 0) {
    throw std::invalid_argument(
        "completion by polling needs an interval; give poll_interval_ns, or a timing file with "
        "completion.poll_interval_ns");
  }
  return timing;
}

py::dict distribution(replay::Histogram const& histogram) {
  return py::dict("count"_a = histogram.count(), "sum_ns"_a = histogram.sum(),
                  "min_ns"_a = histogram.min(), "p50_ns"_a = histogram.percentile(5000),
                  "p90_ns"_a = histogram.percentile(9000), "p99_ns"_a = histogram.percentile(9900),
                  "p99_9_ns"_a = histogram.percentile(9990), "max_ns"_a = histogram.max());
}

py::list groups(std::vector<model::Group> const& all) {
  py::list list;
  for (model::Group const& group : all) {
    list.append(py::dict("name"_a = text(group.name), "reads"_a = group.reads,
                         "writes"_a = group.writes, "latency"_a = distribution(group.latency_ns),
                         "recorded"_a = distribution(group.recorded_ns)));
  }
  return list;
}

py::dict timed_outcome(model::TimedResult const& result) {
  py::dict stages;
  for (std::size_t i = 0; i < result.stages_ns.size(); ++i) {
    std::string const name{model::stage_name(static_cast<model::Stage>(i))};
    stages[py::str(name)] = distribution(result.stages_ns[i]);
  }
  py::list utilisation;
  for (model::Utilisation const& one : result.utilisation) {
    utilisation.append(py::dict("name"_a = text(one.name), "busy_ns"_a = one.busy_ns,
                                "requests"_a = one.requests));
  }
  return py::dict("simulated_ns"_a = result.simulated_ns, "recorded_ns"_a = result.recorded_ns,
                  "late"_a = result.late, "late_ns_max"_a = result.late_ns_max,
                  "upcalls_coalesced"_a = result.upcalls_coalesced,
                  "latency"_a = distribution(result.latency_ns),
                  "recorded_latency"_a = distribution(result.recorded_latency_ns),
                  "compared_latency"_a = distribution(result.compared_latency_ns),
                  "stage_latency"_a = stages, "regions"_a = groups(result.regions),
                  "clients"_a = groups(result.clients), "utilisation"_a = utilisation);
}

/// The stamps as an array of one row of stage_count per access.
py::array stamps_array(std::vector<std::uint64_t>&& stamps) {
  auto const owner = std::make_shared<std::vector<std::uint64_t> const>(std::move(stamps));
  auto const columns = static_cast<py::ssize_t>(traces::stage_count);
  auto const rows = static_cast<py::ssize_t>(owner->size()) / columns;
  return read_only(py::array_t<std::uint64_t>({rows, columns}, owner->data(), share(owner)));
}

py::dict replay_timed(Arguments const& arguments) {
  static std::mutex one_simulation_at_a_time;
  std::optional<replay::Plan> plan;
  model::TimedResult result;
  std::shared_ptr<AccessTable const> table;
  {
    py::gil_scoped_release const release;
    core::Profile const& profile = find_profile(arguments.profile);
    model::Timing const timing = make_timing(arguments);
    plan = load_plan(arguments.path);
    std::scoped_lock const lock{one_simulation_at_a_time};
    result = model::replay_timed(
        *plan, timing,
        {.profile = &profile, .assume_gap_ns = arguments.assume_gap_ns, .keep_stamps = true});
    table = std::make_shared<AccessTable const>(make_access_table(*plan));
  }
  py::dict all = outcome(*plan, result.replay);
  all["columns"] = table_columns(table);
  all["timed"] = timed_outcome(result);
  all["stages"] = stamps_array(std::move(result.stamps));
  return all;
}

}  // namespace

void bind_replay_timed(py::module_& module) {
  module.def(
      "replay_timed",
      [](std::string const& path, std::string const& profile, std::optional<std::string> timing,
         std::optional<std::string> completion, std::optional<std::uint64_t> poll_interval_ns,
         std::optional<std::uint64_t> assume_gap_ns) {
        return replay_timed({path, profile, std::move(timing), std::move(completion),
                             poll_interval_ns, assume_gap_ns});
      },
      "path"_a, py::kw_only(), "profile"_a, "timing"_a, "completion"_a, "poll_interval_ns"_a,
      "assume_gap_ns"_a);
  py::list stages;
  for (std::size_t i = 0; i < model::stage_total; ++i) {
    stages.append(std::string{model::stage_name(static_cast<model::Stage>(i))});
  }
  module.attr("stage_names") = py::tuple(stages);
}

}  // namespace acrn::python

// SPDX-License-Identifier: BSD-3-Clause
// The report as text.
#include "sim/model/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/model/text_table.hpp"

namespace acrn::model {
namespace {

using replay::Histogram;

/// Percentiles that every table shows, in ten-thousandths, and their heads.
struct Percentile {
  std::uint32_t per_ten_thousand;
  char const* head;
};
constexpr Percentile percentiles[] = {
    {5000, "p50 ns"}, {9000, "p90 ns"}, {9900, "p99 ns"}, {9990, "p99.9 ns"}, {10'000, "max ns"}};

std::vector<std::string> header(std::vector<std::string> first) {
  for (Percentile const& percentile : percentiles) {
    first.emplace_back(percentile.head);
  }
  return first;
}

void append_percentiles(std::vector<std::string>& cells, Histogram const& histogram) {
  for (Percentile const& percentile : percentiles) {
    cells.push_back(histogram.count() == 0
                        ? "-"
                        : fmt::to_string(histogram.percentile(percentile.per_ten_thousand)));
  }
}

std::string percent(std::uint64_t part, std::uint64_t whole, int decimals = 1) {
  if (whole == 0) return "-";
  double const share = static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.{}f}", 100.0 * share, decimals);
}

std::string stage_table(TimedResult const& result) {
  TextTable table{[] {
    std::vector<std::string> head = header({"stage", "count"});
    head.insert(head.end(), {"sum ns", "share %"});
    return head;
  }()};
  auto const add = [&](std::string name, Histogram const& histogram) {
    std::vector<std::string> cells{std::move(name), fmt::to_string(histogram.count())};
    append_percentiles(cells, histogram);
    cells.push_back(fmt::to_string(histogram.sum()));
    cells.push_back(percent(histogram.sum(), result.latency_ns.sum()));
    table.row(std::move(cells));
  };
  for (std::size_t i = 0; i < result.stages_ns.size(); ++i) {
    add(std::string{stage_name(static_cast<Stage>(i))}, result.stages_ns[i]);
  }
  add("exit to entry", result.latency_ns);
  return "\nWhere the time went (simulated)\n" + table.str();
}

std::string group_table(std::vector<Group> const& groups, std::uint64_t total_ns, std::size_t top) {
  std::vector<Group const*> order;
  order.reserve(groups.size());
  for (Group const& group : groups) order.push_back(&group);
  std::stable_sort(order.begin(), order.end(), [](Group const* a, Group const* b) {
    return a->latency_ns.sum() > b->latency_ns.sum();
  });
  std::vector<std::string> head = header({"name", "reads", "writes"});
  head.insert(head.end(), {"sum ns", "share %", "recorded p50 ns"});
  TextTable table{std::move(head)};
  for (std::size_t i = 0; i < std::min(top, order.size()); ++i) {
    Group const& group = *order[i];
    std::vector<std::string> cells{group.name, fmt::to_string(group.reads),
                                   fmt::to_string(group.writes)};
    append_percentiles(cells, group.latency_ns);
    cells.push_back(fmt::to_string(group.latency_ns.sum()));
    cells.push_back(percent(group.latency_ns.sum(), total_ns));
    cells.push_back(
        group.recorded_ns.count() == 0 ? "-" : fmt::to_string(group.recorded_ns.percentile(5000)));
    table.row(std::move(cells));
  }
  std::string out = table.str();
  if (order.size() > top) {
    std::uint64_t rest_ns = 0;
    for (std::size_t i = top; i < order.size(); ++i) {
      rest_ns += order[i]->latency_ns.sum();
    }
    out += fmt::format("  {} more, {} % of the time\n", order.size() - top,
                       percent(rest_ns, total_ns));
  }
  return out;
}

std::string utilisation_table(TimedResult const& result) {
  TextTable table{{"name", "requests", "busy ns", "busy %"}};
  for (Utilisation const& use : result.utilisation) {
    table.row({use.name, fmt::to_string(use.requests), fmt::to_string(use.busy_ns),
               percent(use.busy_ns, result.simulated_ns, 3)});
  }
  return "\nUtilisation of worker and clients\n" + table.str();
}

std::string comparison(TimedResult const& result) {
  std::uint64_t const known = result.recorded_latency_ns.count();
  if (known == 0) {
    return "\nRecorded against simulated: the capture holds no access's end\n";
  }
  TextTable table{header({"latency", "count"})};
  auto const add = [&](char const* name, Histogram const& histogram) {
    std::vector<std::string> cells{name, fmt::to_string(histogram.count())};
    append_percentiles(cells, histogram);
    table.row(std::move(cells));
  };
  add("recorded", result.recorded_latency_ns);
  add("simulated", result.compared_latency_ns);
  return fmt::format("\nRecorded against simulated ({} % of the accesses)\n{}",
                     percent(known, result.latency_ns.count()), table.str());
}

std::string first_divergence(replay::Divergence const& first) {
  return fmt::format(
      "first at    access {} of vm{}/vcpu{}: {} is {:#x} in the capture, {:#x} in the replay\n",
      first.position, first.vcpu.vm.value, first.vcpu.vcpu.value, first.field, first.expected,
      first.actual);
}

}  // namespace

std::string format_summary(replay::ReplayResult const& result, ReportContext const& context) {
  traces::CaptureInfo const& info = *context.info;
  std::string out = fmt::format(
      "capture     {} ({}), clock {}\n"
      "replayed    {} accesses as {} elements: {} handled in the hypervisor, {} forwarded, "
      "{} faulted\n"
      "upcalls     {}\n"
      "fields      {} checked, {} echoed, {} unknown\n"
      "divergences {}\n",
      info.source.file.empty() ? "-" : info.source.file,
      info.source.dialect.empty() ? "-" : info.source.dialect,
      info.clock.timed() ? info.clock.kind : "none", result.accesses, result.elements,
      result.handled, result.forwarded, result.faulted, result.upcalls, result.fields.checked,
      result.fields.echoed, result.fields.unknown, result.divergences);
  if (result.first_divergence) {
    out += first_divergence(*result.first_divergence);
  }
  out += fmt::format("digest      {:#010x}", result.digest);
  for (std::size_t i = 0; i < result.vcpu_digests.size() && result.vcpu_digests.size() > 1; ++i) {
    out += fmt::format("{}vm{}/vcpu{} {:#010x}", i == 0 ? " (" : ", ", context.vcpus[i].vm.value,
                       context.vcpus[i].vcpu.value, result.vcpu_digests[i]);
  }
  return out + (result.vcpu_digests.size() > 1 ? ")\n" : "\n");
}

std::string format_times(TimedResult const& result, Timing const& timing,
                         ReportContext const& context) {
  std::string out = fmt::format(
      "machine     {}, completion by {}\n"
      "simulated   {} ns; the capture took {} ns\n"
      "late        {} of {} {} started after their recorded time, by {} ns at most\n"
      "coalesced   {} of {} requests were announced by an upcall already on its way\n",
      timing.name, name(timing.completion), result.simulated_ns, result.recorded_ns, result.late,
      result.started, context.unit, result.late_ns_max, result.upcalls_coalesced,
      result.replay.forwarded);
  out += stage_table(result);
  std::uint64_t const total_ns = result.latency_ns.sum();
  out += "\nBy port and MMIO region, exit to entry\n";
  out += group_table(result.regions, total_ns, context.top);
  out += "\nBy client, exit to entry\n";
  out += group_table(result.clients, total_ns, context.top);
  return out + utilisation_table(result) + comparison(result);
}

std::string format_report(TimedResult const& result, Timing const& timing,
                          ReportContext const& context) {
  return format_summary(result.replay, context) + format_times(result, timing, context);
}

}  // namespace acrn::model

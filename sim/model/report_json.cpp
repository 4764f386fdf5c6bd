// SPDX-License-Identifier: BSD-3-Clause
// The report as JSON, schema "acrntb.replay/1". Units are in the names; 64-bit patterns that
// JavaScript would round (values, digests) are hexadecimal strings.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/model/report.hpp"

namespace acrn::model {
namespace {

using nlohmann::json;

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

json histogram_json(replay::Histogram const& histogram) {
  return {{"count", histogram.count()},
          {"sum_ns", histogram.sum()},
          {"min_ns", histogram.min()},
          {"p50_ns", histogram.percentile(5000)},
          {"p90_ns", histogram.percentile(9000)},
          {"p99_ns", histogram.percentile(9900)},
          {"p999_ns", histogram.percentile(9990)},
          {"max_ns", histogram.max()}};
}

json groups_json(std::vector<Group> const& groups) {
  json out = json::array();
  for (Group const& group : groups) {
    out.push_back({{"name", group.name},
                   {"reads", group.reads},
                   {"writes", group.writes},
                   {"simulated", histogram_json(group.latency_ns)},
                   {"recorded", histogram_json(group.recorded_ns)}});
  }
  return out;
}

json vcpu_json(replay::PlannedVcpu const& vcpu) {
  return {{"vm", vcpu.vm.value}, {"vcpu", vcpu.vcpu.value}};
}

json replay_json(replay::ReplayResult const& result, ReportContext const& context) {
  json out{{"accesses", result.accesses},
           {"elements", result.elements},
           {"handled", result.handled},
           {"forwarded", result.forwarded},
           {"faulted", result.faulted},
           {"upcalls", result.upcalls},
           {"fields",
            {{"checked", result.fields.checked},
             {"echoed", result.fields.echoed},
             {"unknown", result.fields.unknown}}},
           {"divergences", result.divergences},
           {"first_divergence", nullptr},
           {"digest", fmt::format("{:#010x}", result.digest)}};
  if (result.first_divergence) {
    replay::Divergence const& first = *result.first_divergence;
    json divergence = vcpu_json(first.vcpu);
    divergence.update({{"position", first.position},
                       {"field", first.field},
                       {"expected", hex(first.expected)},
                       {"actual", hex(first.actual)}});
    out["first_divergence"] = std::move(divergence);
  }
  json vcpus = json::array();
  for (std::size_t i = 0; i < result.vcpu_digests.size(); ++i) {
    json vcpu = vcpu_json(context.vcpus[i]);
    vcpu["digest"] = fmt::format("{:#010x}", result.vcpu_digests[i]);
    vcpus.push_back(std::move(vcpu));
  }
  out["vcpus"] = std::move(vcpus);
  return out;
}

json timing_json(Timing const& timing) {
  json stages = json::object();
  for (std::size_t i = 0; i < stage_total; ++i) {
    stages[std::string{stage_name(static_cast<Stage>(i))}] = {{"ns", timing.costs[i].ns},
                                                              {"source", timing.costs[i].source}};
  }
  return {{"name", timing.name},
          {"completion", name(timing.completion)},
          {"completion_source", timing.completion_source},
          {"poll_interval_ns", timing.poll_interval_ns},
          {"stages", std::move(stages)}};
}

json stages_json(TimedResult const& result) {
  json out = json::array();
  auto const total = static_cast<double>(result.latency_ns.sum());
  for (std::size_t i = 0; i < result.stages_ns.size(); ++i) {
    json stage = histogram_json(result.stages_ns[i]);
    stage["name"] = stage_name(static_cast<Stage>(i));
    stage["share"] = total == 0 ? 0 : static_cast<double>(result.stages_ns[i].sum()) / total;
    out.push_back(std::move(stage));
  }
  return out;
}

json utilisation_json(TimedResult const& result) {
  json out = json::array();
  auto const span = static_cast<double>(result.simulated_ns);
  for (Utilisation const& use : result.utilisation) {
    out.push_back({{"name", use.name},
                   {"requests", use.requests},
                   {"busy_ns", use.busy_ns},
                   {"busy_share", span == 0 ? 0 : static_cast<double>(use.busy_ns) / span}});
  }
  return out;
}

}  // namespace

json to_json(replay::ReplayResult const& result, ReportContext const& context) {
  traces::CaptureInfo const& info = *context.info;
  return {{"schema", "acrntb.replay/1"},
          {"engine", "functional"},
          {"capture",
           {{"file", info.source.file},
            {"dialect", info.source.dialect},
            {"clock", info.clock.kind},
            {"timed", info.clock.timed()}}},
          {"replay", replay_json(result, context)}};
}

json to_json(TimedResult const& result, Timing const& timing, ReportContext const& context) {
  json out = to_json(result.replay, context);
  add_times(out, result, timing);
  return out;
}

void add_times(json& out, TimedResult const& result, Timing const& timing) {
  out["engine"] = "systemc";
  out["timing"] = timing_json(timing);
  out["simulated_ns"] = result.simulated_ns;
  out["recorded_ns"] = result.recorded_ns;
  out["late"] = {{"count", result.late}, {"max_ns", result.late_ns_max}};
  out["upcalls_coalesced"] = result.upcalls_coalesced;
  out["stages"] = stages_json(result);
  out["latency"] = histogram_json(result.latency_ns);
  out["compared"] = {{"recorded", histogram_json(result.recorded_latency_ns)},
                     {"simulated", histogram_json(result.compared_latency_ns)}};
  out["regions"] = groups_json(result.regions);
  out["clients"] = groups_json(result.clients);
  out["utilisation"] = utilisation_json(result);
}

}  // namespace acrn::model

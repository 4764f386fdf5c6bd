// SPDX-License-Identifier: BSD-3-Clause
#include "sim/model/exit_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "sim/model/report.hpp"

namespace acrn::model {
namespace {

using nlohmann::json;
using replay::exits::Result;
using replay::exits::VcpuResult;

/// It runs as long as the others need it, and has no end of its own.
constexpr core::VmId service_vm{0};

std::string vcpu_name(replay::PlannedVcpu const& id) {
  return fmt::format("vm{}/vcpu{}", id.vm.value, id.vcpu.value);
}

std::string stop_text(core::VcpuStop stop) {
  bool const has_code = stop.kind == core::StopKind::test_exit ||
                        stop.kind == core::StopKind::unsupported_exit ||
                        stop.kind == core::StopKind::event_delivery;
  std::string_view const kind = core::name(stop.kind);
  return has_code ? fmt::format("{} {}", kind, stop.code) : std::string{kind};
}

/// Of the fields that the capture has something about.
std::string checked_share(replay::FieldCounts const& fields) {
  std::uint64_t const known = fields.checked + fields.echoed;
  if (known == 0) return "-";
  return fmt::format("{:.2f} %",
                     100.0 * static_cast<double>(fields.checked) / static_cast<double>(known));
}

std::string_view or_dash(std::string const& text) {
  return text.empty() ? std::string_view{"-"} : std::string_view{text};
}

std::string first_divergence(Result const& result) {
  replay::Divergence const& first = *result.replay.first_divergence;
  return fmt::format(
      "first at    exit {} (reason {}) of {}: {} is {:#x} in the capture, {:#x} in the replay\n",
      first.position, result.first_reason, vcpu_name(first.vcpu), first.field, first.expected,
      first.actual);
}

std::string vcpu_lines(Result const& result) {
  std::string out;
  for (VcpuResult const& vcpu : result.vcpus) {
    if (!vcpu.gap.empty()) {
      out += fmt::format("skipped     {}: {} exits from exit {} on: {}\n", vcpu_name(vcpu.id),
                         vcpu.skipped, vcpu.exits, vcpu.gap);
    }
    if (vcpu.stop.kind != core::StopKind::none) {
      out += fmt::format("end         {}: {}\n", vcpu_name(vcpu.id), stop_text(vcpu.stop));
    } else if (vcpu.id.vm != service_vm) {
      out += fmt::format("end         {}: not reached, the recording ends before\n",
                         vcpu_name(vcpu.id));
    }
  }
  return out;
}

std::string digest_line(Result const& result) {
  std::string out = fmt::format("digest      {:#010x}", result.replay.digest);
  for (std::size_t i = 0; i < result.vcpus.size(); ++i) {
    out += fmt::format("{}{} {:#010x}", i == 0 ? " (" : ", ", vcpu_name(result.vcpus[i].id),
                       result.replay.vcpu_digests[i]);
  }
  return out + (result.vcpus.empty() ? "\n" : ")\n");
}

json vcpus_json(Result const& result) {
  json vcpus = json::array();
  for (std::size_t i = 0; i < result.vcpus.size(); ++i) {
    VcpuResult const& vcpu = result.vcpus[i];
    vcpus.push_back({{"vm", vcpu.id.vm.value},
                     {"vcpu", vcpu.id.vcpu.value},
                     {"digest", fmt::format("{:#010x}", result.replay.vcpu_digests[i])},
                     {"exits", vcpu.exits},
                     {"skipped", vcpu.skipped},
                     {"lost", vcpu.lost},
                     {"gap", vcpu.gap.empty() ? json(nullptr) : json(vcpu.gap)},
                     {"stop", core::name(vcpu.stop.kind)},
                     {"stop_code", vcpu.stop.code}});
  }
  return vcpus;
}

}  // namespace

std::string format_summary(Result const& result, ExitReportContext const& context) {
  traces::CaptureInfo const& info = context.info;
  replay::ReplayResult const& replay = result.replay;
  std::string out = fmt::format(
      "capture     {} ({}), clock {}, exit-exact\n"
      "replayed    {} exits, {} skipped; {} accesses: {} handled in the hypervisor, {} forwarded, "
      "{} faulted\n"
      "injected    {} events; {} inputs from outside\n"
      "upcalls     {}\n"
      "fields      {} checked ({}), {} echoed, {} unknown\n"
      "divergences {}\n",
      or_dash(info.source.file), or_dash(info.source.dialect),
      info.clock.timed() ? info.clock.kind : "none", result.exits, result.skipped, replay.accesses,
      replay.handled, replay.forwarded, replay.faulted, result.injected, result.inputs,
      replay.upcalls, replay.fields.checked, checked_share(replay.fields), replay.fields.echoed,
      replay.fields.unknown, replay.divergences);
  if (replay.first_divergence) out += first_divergence(result);
  return out + vcpu_lines(result) + digest_line(result);
}

std::string format_report(TimedExits const& result, Timing const& timing,
                          ExitReportContext const& context) {
  ReportContext const times{
      .info = &context.info, .vcpus = {}, .top = context.top, .unit = "exits"};
  return format_summary(result.exits, context) + format_times(result.timed, timing, times);
}

json to_json(Result const& result, ExitReportContext const& context) {
  std::vector<replay::PlannedVcpu> ids;
  for (VcpuResult const& vcpu : result.vcpus) ids.push_back(vcpu.id);
  json out = to_json(result.replay, ReportContext{.info = &context.info, .vcpus = ids});
  json& replay = out["replay"];
  replay.update({{"exit_exact", true},
                 {"exits", result.exits},
                 {"skipped", result.skipped},
                 {"injected", result.injected},
                 {"inputs", result.inputs}});
  replay["vcpus"] = vcpus_json(result);
  if (result.replay.first_divergence) {
    json& first = replay["first_divergence"];
    first["exit"] = first["position"];
    first.erase("position");
    first["reason"] = result.first_reason;
  }
  return out;
}

json to_json(TimedExits const& result, Timing const& timing, ExitReportContext const& context) {
  json out = to_json(result.exits, context);
  add_times(out, result.timed, timing);
  return out;
}

}  // namespace acrn::model

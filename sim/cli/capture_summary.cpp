// SPDX-License-Identifier: BSD-3-Clause
// Collects and shows the facts about a capture.
#include "sim/cli/capture_summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> stream_names{"",     "exit",   "access",
                                                       "slot", "inject", "input"};
constexpr std::size_t access_stream = static_cast<std::size_t>(traces::Stream::access);

std::string_view or_unknown(std::string const& text) {
  return text.empty() ? std::string_view{"?"} : std::string_view{text};
}

std::optional<double> bytes_per_access(CaptureSummary const& summary) {
  std::uint64_t const rows = summary.totals[access_stream].rows;
  if (rows == 0 || !summary.file_bytes) return std::nullopt;
  return static_cast<double>(*summary.file_bytes) / static_cast<double>(rows);
}

std::uint64_t duration_ns(CaptureSummary const& summary) {
  return ticks_to_ns(summary.info.clock, summary.span->last - summary.span->first);
}

void put(std::string& text, std::string_view name, std::string_view value) {
  text += fmt::format("{:<16}{}\n", name, value);
}

std::string size_text(CaptureSummary const& summary) {
  if (!summary.file_bytes) return "?";
  std::string text = fmt::format("{} bytes", grouped(*summary.file_bytes));
  if (auto const ratio = bytes_per_access(summary)) {
    text += fmt::format(", {:.2f} per access", *ratio);
  }
  return text;
}

std::string clock_text(traces::Clock const& clock) {
  if (!clock.timed()) return clock.kind + ", no time stamps";
  std::string const hz = clock.hz_denominator == 1
                             ? grouped(clock.hz_numerator)
                             : fmt::format("{}/{}", clock.hz_numerator, clock.hz_denominator);
  return fmt::format("{}, {} Hz, resolution {}", clock.kind, hz,
                     duration_text(ticks_to_ns(clock, clock.resolution)));
}

std::string duration_line(CaptureSummary const& summary) {
  if (!summary.span) return "?";
  traces::Clock const& clock = summary.info.clock;
  return fmt::format("{} s, from {} to {} on its clock", seconds_text(duration_ns(summary)),
                     seconds_text(ticks_to_ns(clock, summary.span->first)),
                     seconds_text(ticks_to_ns(clock, summary.span->last)));
}

std::string vms_text(std::vector<traces::VmInfo> const& vms) {
  if (vms.empty()) return "?";
  std::vector<std::string> parts;
  parts.reserve(vms.size());
  for (traces::VmInfo const& vm : vms) {
    parts.push_back(
        vm.vcpus == 0 ? fmt::format("vm{} (vCPUs ?)", vm.id)
                      : fmt::format("vm{} ({} vCPU{})", vm.id, vm.vcpus, vm.vcpus == 1 ? "" : "s"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string clients_text(std::map<std::uint32_t, std::string> const& clients) {
  if (clients.empty()) return "?";
  std::vector<std::string_view> names;
  names.reserve(clients.size());
  for (auto const& [id, name] : clients) names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void put_streams(std::string& text, CaptureSummary const& summary) {
  text += fmt::format("\n{:<10}{:>14}{:>10}{:>12}\n", "stream", "rows", "chunks", "dropped");
  for (std::size_t stream = 1; stream < stream_names.size(); ++stream) {
    traces::StreamTotals const& totals = summary.totals[stream];
    text += fmt::format("{:<10}{:>14}{:>10}{:>12}\n", stream_names[stream], grouped(totals.rows),
                        grouped(totals.chunks), grouped(totals.dropped));
  }
}

Json streams_json(CaptureSummary const& summary) {
  Json streams = Json::object();
  for (std::size_t stream = 1; stream < stream_names.size(); ++stream) {
    traces::StreamTotals const& totals = summary.totals[stream];
    streams[std::string{stream_names[stream]}] = {
        {"rows", totals.rows}, {"chunks", totals.chunks}, {"dropped", totals.dropped}};
  }
  return streams;
}

Json source_json(traces::SourceInfo const& source) {
  return {{"dialect", source.dialect},       {"file", source.file},
          {"crc32c", source.crc32c},         {"used_lines", source.used},
          {"ignored_lines", source.ignored}, {"rejected_lines", source.rejected},
          {"lost_events", source.lost}};
}

}  // namespace

CaptureSummary summarise(CaptureInput& capture) {
  CaptureSummary summary{.path = capture.path(), .info = {}, .file_bytes = {}, .span = {}};
  auto const totals = capture.reader().totals();
  std::copy(totals.begin(), totals.end(), summary.totals.begin());
  summary.info = capture.info();
  summary.cut = capture.reader().cut();
  std::error_code error;
  std::uintmax_t const bytes = std::filesystem::file_size(summary.path, error);
  if (!error) summary.file_bytes = bytes;
  bool const any_row = std::any_of(totals.begin(), totals.end(),
                                   [](auto const& stream) { return stream.rows != 0; });
  if (summary.info.clock.timed() && any_row) summary.span = capture.time_span();
  return summary;
}

std::string summary_text(CaptureSummary const& summary) {
  traces::CaptureInfo const& info = summary.info;
  std::string text;
  put(text, "file", summary.path);
  put(text, "format",
      fmt::format("version {}, {}", info.version,
                  !summary.cut                       ? "complete"
                  : ends_without_index(summary.info) ? "no index, as the hypervisor sends it"
                                                     : "cut: the end is missing"));
  put(text, "size", size_text(summary));
  put(text, "clock", clock_text(info.clock));
  put(text, "duration", duration_line(summary));
  put(text, "profile", or_unknown(info.profile));
  put(text, "cpu", or_unknown(info.cpu));
  put(text, "VMs", vms_text(info.vms));
  put(text, "source",
      fmt::format("{}, dialect {}, CRC-32C {:#010x}", or_unknown(info.source.file),
                  or_unknown(info.source.dialect), info.source.crc32c));
  put(text, "source lines",
      fmt::format("{} used, {} ignored, {} rejected, {} events lost", grouped(info.source.used),
                  grouped(info.source.ignored), grouped(info.source.rejected),
                  grouped(info.source.lost)));
  put(text, "clients", clients_text(info.clients));
  put(text, "never recorded",
      info.never_recorded.empty() ? "nothing declared"
                                  : fmt::format("{}", fmt::join(info.never_recorded, ", ")));
  put_streams(text, summary);
  return text;
}

Json summary_json(CaptureSummary const& summary) {
  traces::CaptureInfo const& info = summary.info;
  Json json;
  json["schema"] = "acrntb.info/1";
  json["file"] = summary.path;
  json["format_version"] = info.version;
  json["complete"] = !summary.cut;
  json["size_bytes"] = summary.file_bytes ? Json(*summary.file_bytes) : Json(nullptr);
  auto const ratio = bytes_per_access(summary);
  json["size_bytes_per_access"] = ratio ? Json(*ratio) : Json(nullptr);
  json["clock"] = {{"kind", info.clock.kind},
                   {"hz_numerator", info.clock.hz_numerator},
                   {"hz_denominator", info.clock.hz_denominator},
                   {"resolution_ticks", info.clock.resolution}};
  json["first_ticks"] = summary.span ? Json(summary.span->first) : Json(nullptr);
  json["last_ticks"] = summary.span ? Json(summary.span->last) : Json(nullptr);
  json["duration_ns"] = summary.span ? Json(duration_ns(summary)) : Json(nullptr);
  json["profile"] = info.profile;
  json["cpu"] = info.cpu.empty() ? Json(nullptr) : Json(info.cpu);
  json["vms"] = Json::array();
  for (traces::VmInfo const& vm : info.vms) {
    json["vms"].push_back(
        {{"id", vm.id}, {"vcpus", vm.vcpus == 0 ? Json(nullptr) : Json(vm.vcpus)}});
  }
  json["source"] = source_json(info.source);
  json["clients"] = Json::array();
  for (auto const& [id, name] : info.clients) {
    json["clients"].push_back({{"id", id}, {"name", name}});
  }
  json["never_recorded"] = info.never_recorded;
  json["streams"] = streams_json(summary);
  return json;
}

}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
// The import's report as text and JSON.
#include "sim/cli/import_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>

#include "sim/cli/interrupt.hpp"
#include "sim/cli/text_units.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

std::string partial_path(std::string const& output) { return output + ".partial"; }

std::string interrupt_words(std::string const& output) {
  if (output == "-") return "interrupted: what was written to standard output has no end";
  return fmt::format("interrupted: {} was not written; the part done so far is kept in {}", output,
                     partial_path(output));
}

void put_counts(std::string& text, std::string_view title, std::uint64_t total,
                Counts const& counts) {
  text += fmt::format("{:<10}{:>12}\n", title, grouped(total));
  for (auto const& [kind, count] : counts) {
    text += fmt::format("{:>22}  {}\n", grouped(count), kind);
  }
}

}  // namespace

traces::ImportReport run_import(ImportJob const& job, Talk const& talk, ProgressMode mode) {
  ImmediateInterrupt const last_words{interrupt_words(job.output)};
  ProgressBar bar{talk, "importing", mode};
  traces::ImportOptions options;
  options.dialect = job.dialect;
  options.progress = [&bar](traces::ImportProgress const& progress) {
    bar.update(
        {.done = progress.bytes_read, .total = progress.bytes_total, .lines = progress.lines});
  };
  return traces::import_capture(job.source, job.output, options);
}

void warn_rejected(traces::ImportReport const& report, std::string const& source,
                   Talk const& talk) {
  std::uint64_t const lost = report.source.lost;
  if (lost != 0) {
    talk.warning(fmt::format("{}: the source says that it lost {} events", source, grouped(lost)));
  }
  if (!report.threads_of_other_vms.empty()) {
    talk.warning(fmt::format(
        "{}: events of several VMs (threads {} run vCPUs whose numbers other threads have), which "
        "the text does not tell apart: the capture shows them as one VM; record one guest (acrntb "
        "record kvm --pid PID), or keep the lines of its threads only",
        source, fmt::join(report.threads_of_other_vms, ", ")));
  }
  if (report.source.rejected == 0) return;
  std::string first;
  if (!report.rejected.empty()) {
    first = fmt::format("; the first is line {}: {}", report.rejected.front().line,
                        report.rejected.front().reason);
  }
  talk.warning(fmt::format("{}: {} of {} lines were rejected{}", source,
                           grouped(report.source.rejected), grouped(report.lines), first));
}

std::string import_text(traces::ImportReport const& report, ImportJob const& job) {
  std::string text = fmt::format("{} -> {}\n", job.source, job.output);
  text += fmt::format("{:<10}{:>12}  dialect {}, clock {}\n", "lines", grouped(report.lines),
                      report.source.dialect, report.clock.kind);
  put_counts(text, "used", report.source.used, report.used_by_kind);
  put_counts(text, "ignored", report.source.ignored, report.ignored_by_kind);
  put_counts(text, "rejected", report.source.rejected, report.rejected_by_reason);
  for (traces::RejectedLine const& line : report.rejected) {
    text += fmt::format("{:>12}line {}: {}\n{:>14}{}\n", "", line.line, line.reason, "", line.text);
  }
  if (!report.notes.empty()) {
    text += "notes\n";
    for (auto const& [note, count] : report.notes) {
      text += fmt::format("{:>22}  {}\n", grouped(count), note);
    }
  }
  text += fmt::format(
      "{:<10}{:>12}  accesses\n{:>22}  exits\n{:>22}  injections\n{:>22}  inputs\n"
      "{:>22}  vCPUs\n",
      "capture", grouped(report.accesses), grouped(report.exits), grouped(report.injections),
      grouped(report.inputs), report.vcpus);
  return text;
}

nlohmann::ordered_json import_json(traces::ImportReport const& report, ImportJob const& job) {
  nlohmann::ordered_json json;
  json["schema"] = "acrntb.import/1";
  json["source"] = job.source;
  json["output"] = job.output;
  json["dialect"] = report.source.dialect;
  json["clock"] = report.clock.kind;
  json["source_crc32c"] = report.source.crc32c;
  json["lines"] = report.lines;
  json["used_lines"] = report.source.used;
  json["ignored_lines"] = report.source.ignored;
  json["rejected_lines"] = report.source.rejected;
  json["lost_events"] = report.source.lost;
  json["used_by_kind"] = report.used_by_kind;
  json["ignored_by_kind"] = report.ignored_by_kind;
  json["rejected_by_reason"] = report.rejected_by_reason;
  json["rejected"] = nlohmann::ordered_json::array();
  for (traces::RejectedLine const& line : report.rejected) {
    json["rejected"].push_back({{"line", line.line}, {"reason", line.reason}, {"text", line.text}});
  }
  json["notes"] = report.notes;
  json["accesses"] = report.accesses;
  json["exits"] = report.exits;
  json["injections"] = report.injections;
  json["inputs"] = report.inputs;
  json["vcpus"] = report.vcpus;
  json["threads_of_other_vms"] = report.threads_of_other_vms;
  return json;
}

}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/rewrite_report.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/cli/interrupt.hpp"
#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

constexpr std::array<char const*, 6> stream_names{"",           "exits", "accesses", "transitions",
                                                  "injections", "inputs"};

std::string interrupt_words(std::string const& output) {
  if (output == "-") return "interrupted: what was written to standard output has no end";
  return fmt::format("interrupted: {} was not written; the part done so far is kept in {}.partial",
                     output, output);
}

std::string per_exit(std::uint64_t bytes, std::uint64_t exits) {
  if (exits == 0) return "?";
  return fmt::format("{:.2f}", static_cast<double>(bytes) / static_cast<double>(exits));
}

}  // namespace

traces::RecompressReport run_rewrite(ImportJob const& job, Talk const& talk, ProgressMode mode) {
  ImmediateInterrupt const last_words{interrupt_words(job.output)};
  ProgressBar bar{talk, "compressing", mode};
  return traces::recompress(job.source, job.output, [&bar](std::uint64_t rows) {
    bar.update({.done = rows, .total = 0, .lines = rows});
  });
}

std::string rewrite_text(traces::RecompressReport const& report, ImportJob const& job) {
  std::uint64_t const exits = report.rows[1];
  std::string text = fmt::format("{} -> {}\n", job.source, job.output);
  for (std::size_t stream = 1; stream < report.rows.size(); ++stream) {
    text += fmt::format("{:<10}{:>12}  {}\n", stream == 1 ? "rows" : "",
                        grouped(report.rows[stream]), stream_names[stream]);
  }
  text +=
      fmt::format("{:<10}{:>12}  rows lost by the recorder\n", "dropped", grouped(report.dropped));
  text += fmt::format("{:<10}{:>12}  bytes, {} per exit\n", "read", grouped(report.bytes_read),
                      per_exit(report.bytes_read, exits));
  if (job.output != "-") {
    text += fmt::format("{:<10}{:>12}  bytes, {} per exit\n", "written",
                        grouped(report.bytes_written), per_exit(report.bytes_written, exits));
  }
  text += fmt::format("{:<10}{:>12}  {}\n", "end", report.cut ? "missing" : "present",
                      report.cut ? "the source has no index; its last whole chunk is its end"
                                 : "the source had its index");
  return text;
}

nlohmann::ordered_json rewrite_json(traces::RecompressReport const& report, ImportJob const& job) {
  nlohmann::ordered_json json;
  json["schema"] = "acrntb.rewrite/1";
  json["source"] = job.source;
  json["output"] = job.output;
  json["format_version"] = report.info.version;
  for (std::size_t stream = 1; stream < report.rows.size(); ++stream) {
    json[stream_names[stream]] = report.rows[stream];
  }
  json["chunks_read"] = report.chunks;
  json["dropped_rows"] = report.dropped;
  json["source_had_end"] = !report.cut;
  json["source_bytes"] = report.bytes_read;
  json["output_bytes"] = report.bytes_written;
  return json;
}

}  // namespace acrn::cli

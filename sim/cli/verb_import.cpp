// SPDX-License-Identifier: BSD-3-Clause
// acrntb import: turns another tool's trace into a capture, and tells what became of every line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "sim/cli/capture_input.hpp"
#include "sim/cli/import_report.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/output_path.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/rewrite_report.hpp"
#include "sim/cli/verb.hpp"

namespace acrn::cli {
namespace {

struct Options {
  std::string source;
  std::string output;
  std::string dialect;
  bool json{};
  bool force{};
};

std::string dialect_list() {
  std::string list;
  for (std::string_view const name : traces::dialect_names()) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

void check(Options const& options) {
  if (options.output == "-" && options.json) {
    throw UsageError("--json and -o - both want standard output; give -o a file name");
  }
  auto const names = traces::dialect_names();
  if (!options.dialect.empty() &&
      std::find(names.begin(), names.end(), options.dialect) == names.end()) {
    throw UsageError(
        fmt::format("--dialect '{}': not a known dialect; for example: --dialect {} "
                    "(known: {})",
                    options.dialect, names.front(), dialect_list()));
  }
  check_readable(options.source);
  check_output(options.output, options.source,
               options.force ? Overwrite::allow : Overwrite::refuse);
}

/// The source is a capture: the same rows, compressed and with an index.
ExitCode rewrite(Options const& options, Session& session) {
  if (!options.dialect.empty()) {
    throw UsageError(fmt::format(
        "--dialect '{}': {} is a capture already, and dialects are those of texts; leave it out",
        options.dialect, options.source));
  }
  traces::RecompressReport const report =
      run_rewrite({.source = options.source, .output = options.output, .dialect = {}}, session.talk,
                  options.json ? ProgressMode::off : ProgressMode::automatic);
  ImportJob const job{.source = options.source, .output = options.output, .dialect = {}};
  if (options.json) {
    print_json(session.out, rewrite_json(report, job));
  } else if (options.output == "-") {
    session.talk.note(rewrite_text(report, job));
  } else {
    session.out.write(rewrite_text(report, job));
  }
  return ExitCode::ok;
}

ExitCode import(Options options, Session& session) {
  if (options.output.empty()) options.output = default_capture_name(options.source);
  check(options);
  if (traces::is_capture(options.source)) return rewrite(options, session);
  ImportJob const job{
      .source = options.source, .output = options.output, .dialect = options.dialect};
  traces::ImportReport const report =
      run_import(job, session.talk, options.json ? ProgressMode::off : ProgressMode::automatic);
  session.talk.detail(fmt::format(
      "{}: dialect {} ({}), clock {}, CRC-32C of the text {:#010x}", options.source,
      report.source.dialect, options.dialect.empty() ? "by its first lines" : "by --dialect",
      report.clock.timed()
          ? fmt::format("{} at {} Hz", report.clock.kind, report.clock.hz_numerator)
          : report.clock.kind,
      report.source.crc32c));
  warn_rejected(report, options.source, session.talk);
  if (options.json) {
    print_json(session.out, import_json(report, job));
  } else if (options.output == "-") {
    session.talk.note(import_text(report, job));
  } else {
    session.out.write(import_text(report, job));
  }
  return ExitCode::ok;
}

}  // namespace

void add_import(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand(
      "import", "Turn a trace of KVM or QEMU into a capture, or compress what the image recorded");
  verb->add_option("SOURCE", options->source,
                   "Trace as text, plain or .xz, .gz, .zst; - is standard input. Or a capture, "
                   "which is written anew: compressed and with an index")
      ->required();
  verb->add_option("-o,--output", options->output,
                   "Capture to write; - is standard output (default: the source's name with .acap, "
                   "in the current folder)")
      ->type_name("OUT.acap");
  verb->add_option("--dialect", options->dialect, "Do not guess: " + dialect_list())
      ->type_name("NAME");
  verb->add_flag("--force", options->force, "Overwrite the output");
  verb->add_flag("--json", options->json, "The report as one JSON object");
  verb->callback([options, &chosen] {
    chosen = [options](Session& session) { return import(*options, session); };
  });
}

}  // namespace acrn::cli

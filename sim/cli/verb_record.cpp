// SPDX-License-Identifier: BSD-3-Clause
// acrntb record: makes a capture of a guest that runs on this machine.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/import_report.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/output_path.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/cli/verb.hpp"
#include "traces/importers/record_kvm.hpp"

namespace acrn::cli {
namespace {

struct Options {
  std::string output;
  std::string pid;
  std::string duration;
  std::string tracefs;
  std::vector<std::string> command;
  bool json{};
  bool force{};
};

/// While it lives, standard output is standard error, so that a recorded VMM's console does not mix
/// with our data.
class OutputAside {
 public:
  OutputAside() : saved_{::dup(STDOUT_FILENO)} { ::dup2(STDERR_FILENO, STDOUT_FILENO); }
  ~OutputAside() {
    ::dup2(saved_, STDOUT_FILENO);
    ::close(saved_);
  }
  OutputAside(OutputAside const&) = delete;
  OutputAside& operator=(OutputAside const&) = delete;

 private:
  int saved_;
};

std::chrono::milliseconds duration_option(std::string const& text) {
  constexpr std::uint64_t ns_per_ms = 1'000'000;
  auto const ns = parse_duration_ns(text);
  if (!ns || *ns < ns_per_ms) {
    throw UsageError(fmt::format(
        "--duration '{}': not a time of 1 ms or more; for example: --duration 10s", text));
  }
  return std::chrono::milliseconds{*ns / ns_per_ms};
}

traces::KvmRecording make_recording(Options const& options) {
  traces::KvmRecording recording;
  recording.command = options.command;
  recording.tracefs = options.tracefs;
  recording.stop = [] { return interrupted(); };
  if (!options.pid.empty()) {
    recording.pid = parse_number(options.pid);
    if (!recording.pid || *recording.pid == 0) {
      throw UsageError(
          fmt::format("--pid '{}': not a process id; for example: --pid 4711", options.pid));
    }
  }
  if (!options.duration.empty()) recording.duration = duration_option(options.duration);
  if (recording.pid && !recording.command.empty()) {
    throw UsageError("--pid and a command: record the one or the other");
  }
  return recording;
}

ExitCode record(Options const& options, Session& session) {
  traces::KvmRecording const recording = make_recording(options);
  if (options.output == "-") {
    throw UsageError("-o -: standard output is for the report; name a file");
  }
  check_output(options.output, "-", options.force ? Overwrite::allow : Overwrite::refuse);
  if (recording.command.empty() && !recording.duration) {
    session.talk.note("recording KVM's events; stop with Ctrl-C");
  }
  ImportJob const job{.source = "kvm", .output = options.output, .dialect = ""};
  traces::ImportReport const report = [&] {
    OutputAside const aside;
    return traces::record_kvm(recording, options.output, {});
  }();
  warn_rejected(report, job.source, session.talk);
  if (options.json) {
    print_json(session.out, import_json(report, job));
  } else {
    session.out.write(import_text(report, job));
  }
  return ExitCode::ok;
}

}  // namespace

void add_record(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand("record", "Record a guest that runs on this machine");
  verb->require_subcommand(1);
  CLI::App* const kvm = verb->add_subcommand(
      "kvm", "Record KVM's events by a trace buffer of its own; needs root and tracefs");
  kvm->add_option("-o,--output", options->output, "Capture to write")
      ->type_name("OUT.acap")
      ->required();
  kvm->add_option("--pid", options->pid,
                  "Only the VMM with this process id (default: all guests of the machine)");
  kvm->add_option("--duration", options->duration,
                  "How long, as in 10s (default: until the command ends, or Ctrl-C)");
  kvm->add_option("--tracefs", options->tracefs, "Where tracefs is mounted")->type_name("DIR");
  kvm->add_option("COMMAND", options->command,
                  "VMM to start and record, after --: acrntb record kvm -o boot.acap -- qemu ...");
  kvm->add_flag("--force", options->force, "Overwrite the output");
  kvm->add_flag("--json", options->json, "The report as one JSON object");
  kvm->callback([options, &chosen] {
    chosen = [options](Session& session) { return record(*options, session); };
  });
}

}  // namespace acrn::cli

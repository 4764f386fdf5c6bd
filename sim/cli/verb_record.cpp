// SPDX-License-Identifier: BSD-3-Clause
// acrntb record: makes a capture of a guest that runs on this machine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "sim/cli/import_report.hpp"
#include "sim/cli/output_path.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/record_kvm.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/cli/verb.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace fs = std::filesystem;
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

/// A folder for intermediate files, removed at the end.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "acrntb-record-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw traces::EnvironmentError(
          fmt::format("{}: cannot be made: {}; set TMPDIR to a folder "
                      "that can be written",
                      name, std::generic_category().message(errno)));
    }
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;  // nothing better can be done with what cannot be removed
    fs::remove_all(path_, ignored);
  }
  WorkFolder(WorkFolder const&) = delete;
  WorkFolder& operator=(WorkFolder const&) = delete;
  [[nodiscard]] std::string const& path() const { return path_; }

 private:
  std::string path_;
};

RecordJob make_job(Options const& options) {
  RecordJob job{.command = options.command, .tracefs = options.tracefs};
  if (!options.pid.empty()) {
    job.pid = parse_number(options.pid);
    if (!job.pid || *job.pid == 0) {
      throw UsageError(
          fmt::format("--pid '{}': not a process id; for example: --pid 4711", options.pid));
    }
  }
  if (!options.duration.empty()) {
    job.duration_ns = parse_duration_ns(options.duration);
    if (!job.duration_ns || *job.duration_ns == 0) {
      throw UsageError(
          fmt::format("--duration '{}': not a time above zero; for example: "
                      "--duration 10s",
                      options.duration));
    }
  }
  if (!job.command.empty() && (job.pid || job.duration_ns)) {
    throw UsageError("a command is recorded until it ends; leave out --pid and --duration");
  }
  return job;
}

ExitCode record(Options const& options, Session& session) {
  RecordJob const job = make_job(options);
  if (options.output == "-") {
    throw UsageError("-o -: standard output is for the report; name a file");
  }
  check_output(options.output, "-", options.force ? Overwrite::allow : Overwrite::refuse);
  WorkFolder const folder;
  std::string const text_path = folder.path() + "/kvm.perf-script.txt";
  if (job.command.empty() && !job.duration_ns) {
    session.talk.note("recording KVM's events; stop with Ctrl-C");
  }
  record_kvm(job, folder.path(), text_path);
  ImportJob import{.source = text_path, .output = options.output, .dialect = "kvm-perf-script"};
  traces::ImportReport const report =
      run_import(import, session.talk, options.json ? ProgressMode::off : ProgressMode::automatic);
  import.source = "kvm";  // the text is gone in a moment
  warn_rejected(report, import.source, session.talk);
  if (options.json) {
    print_json(session.out, import_json(report, import));
  } else {
    session.out.write(import_text(report, import));
  }
  return ExitCode::ok;
}

}  // namespace

void add_record(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand("record", "Record a guest that runs on this machine");
  verb->require_subcommand(1);
  CLI::App* const kvm = verb->add_subcommand(
      "kvm", "Record KVM's events with perf, which needs root or perf_event_paranoid -1");
  kvm->add_option("-o,--output", options->output, "Capture to write")
      ->type_name("OUT.acap")
      ->required();
  kvm->add_option("--pid", options->pid, "Only the VMM with this process id");
  kvm->add_option("--duration", options->duration, "How long, as in 10s (default: until Ctrl-C)");
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

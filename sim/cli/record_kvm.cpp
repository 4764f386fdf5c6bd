// SPDX-License-Identifier: BSD-3-Clause
// Recording with perf.
#include "sim/cli/record_kvm.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "sim/cli/child_process.hpp"
#include "sim/cli/text_units.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace fs = std::filesystem;
namespace {

/// The directory of the KVM events below a tracefs, when it can be read.
enum class TracefsState : std::uint8_t { found, not_mounted, not_readable, without_kvm };

TracefsState look_at(fs::path const& tracefs) {
  std::error_code error;
  bool const events = fs::exists(tracefs / "events", error);
  if (error == std::errc::permission_denied) return TracefsState::not_readable;
  if (!events) return TracefsState::not_mounted;
  bool const kvm = fs::exists(tracefs / "events" / "kvm", error);
  if (error == std::errc::permission_denied) return TracefsState::not_readable;
  return kvm ? TracefsState::found : TracefsState::without_kvm;
}

fs::path choose_tracefs(std::string const& tracefs) {
  if (!tracefs.empty()) return tracefs;
  fs::path const usual{"/sys/kernel/tracing"};
  fs::path const old{"/sys/kernel/debug/tracing"};
  return look_at(usual) == TracefsState::not_mounted && look_at(old) != TracefsState::not_mounted
             ? old
             : usual;
}

}  // namespace

std::vector<std::string> const& kvm_event_names() {
  static std::vector<std::string> const names{"kvm_exit",    "kvm_entry",     "kvm_pio",
                                              "kvm_mmio",    "kvm_fast_mmio", "kvm_userspace_exit",
                                              "kvm_set_irq", "kvm_inj_virq",  "kvm_inj_exception"};
  return names;
}

std::vector<std::string> find_kvm_events(std::string const& tracefs) {
  fs::path const root = choose_tracefs(tracefs);
  switch (look_at(root)) {
    case TracefsState::not_mounted:
      throw traces::EnvironmentError(fmt::format(
          "{}: tracefs is not mounted, so KVM's events cannot be found; as root: mount -t tracefs "
          "tracefs {}",
          root.string(), root.string()));
    case TracefsState::not_readable:
      throw traces::EnvironmentError(fmt::format(
          "{}: KVM's events cannot be read: permission denied; run as root", root.string()));
    case TracefsState::without_kvm:
      throw traces::EnvironmentError(
          fmt::format("{}: this kernel has no KVM events; load the module: modprobe kvm_intel, or "
                      "kvm_amd",
                      (root / "events" / "kvm").string()));
    case TracefsState::found:
      break;
  }
  std::vector<std::string> events;
  for (std::string const& name : kvm_event_names()) {
    std::error_code error;
    if (fs::exists(root / "events" / "kvm" / name, error)) events.push_back("kvm:" + name);
  }
  if (events.empty()) {
    throw traces::EnvironmentError(
        fmt::format("{}: has none of the events that are needed, "
                    "expected {}; use a kernel with KVM trace points",
                    (root / "events" / "kvm").string(), fmt::join(kvm_event_names(), ", ")));
  }
  return events;
}

std::vector<std::string> perf_record_command(RecordJob const& job,
                                             std::vector<std::string> const& events,
                                             std::string const& data_path) {
  std::vector<std::string> command{"perf",    "record", "-q",
                                   "-m",      "4096",   "-o",
                                   data_path, "-e",     fmt::format("{}", fmt::join(events, ","))};
  if (job.pid) {
    command.insert(command.end(), {"-p", fmt::to_string(*job.pid)});
  } else if (job.command.empty()) {
    command.emplace_back("-a");
  }
  if (!job.command.empty()) {
    command.emplace_back("--");
    command.insert(command.end(), job.command.begin(), job.command.end());
  } else if (job.duration_ns) {
    command.insert(command.end(), {"--", "sleep", seconds_text(*job.duration_ns)});
  }
  return command;
}

void record_kvm(RecordJob const& job, std::string const& folder, std::string const& text_path) {
  if (find_program("perf").empty()) {
    throw traces::EnvironmentError(
        "perf: is not installed; as root: apt-get install linux-perf (Debian)");
  }
  std::string const data_path = folder + "/perf.data";
  ChildResult const recorded =
      run_child(perf_record_command(job, find_kvm_events(job.tracefs), data_path), STDERR_FILENO);
  std::error_code error;
  if (fs::file_size(data_path, error) == 0 || error) {
    throw traces::EnvironmentError(fmt::format(
        "perf record: ended with code {} and recorded nothing, its own message is above; run as "
        "root, or allow it: sysctl kernel.perf_event_paranoid=-1",
        recorded.code));
  }
  int const text = ::open(text_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (text < 0) {
    throw traces::EnvironmentError(
        fmt::format("{}: cannot be written; set TMPDIR to a folder with "
                    "room",
                    text_path));
  }
  ChildResult const printed = run_child({"perf", "script", "--ns", "-i", data_path}, text);
  ::close(text);
  if (printed.code != 0) {
    throw traces::EnvironmentError(
        fmt::format("perf script: ended with code {}, its own message is above; make sure that the "
                    "folder for temporary files has room",
                    printed.code));
  }
}

}  // namespace acrn::cli

// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/record_kvm.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <tuple>

#include "traces/error.hpp"
#include "traces/importers/held_child.hpp"
#include "traces/importers/trace_instance.hpp"

namespace acrn::traces {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_between_looks{50};
constexpr std::size_t copy_bytes = 256U << 10U;

[[noreturn]] void fail(std::string const& path, char const* action, int error) {
  throw EnvironmentError(path + ": cannot " + action + ": " +
                         std::generic_category().message(error));
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(fs::path const& path, int flags) : path_(path.string()) {
    value_ = open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (value_ < 0) fail(path_, "open", errno);
  }
  ~Descriptor() { close(value_); }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  [[nodiscard]] int value() const { return value_; }
  [[nodiscard]] std::string const& path() const { return path_; }

 private:
  std::string path_;
  int value_;
};

/// A folder that is removed with all it holds.
class WorkFolder {
 public:
  explicit WorkFolder(std::string const& parent) {
    fs::path const place = parent.empty() ? fs::temp_directory_path() : fs::path{parent};
    std::string name = (place / "acrntb-record-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) fail(name, "make the folder", errno);
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;  // nothing better can be done with what cannot be removed
    fs::remove_all(path_, ignored);
  }
  WorkFolder(WorkFolder const&) = delete;
  WorkFolder& operator=(WorkFolder const&) = delete;
  [[nodiscard]] fs::path const& path() const { return path_; }

 private:
  fs::path path_;
};

void check(KvmRecording const& recording) {
  if (recording.pid && !recording.command.empty()) {
    throw std::invalid_argument("a recording is of a process or of a command, not of both");
  }
  if (!recording.duration && recording.command.empty() && !recording.stop) {
    throw std::invalid_argument("a recording needs an end: a duration, a command, or a stop");
  }
  if (access(recording.kvm_device.c_str(), F_OK) != 0) {
    throw EnvironmentError(recording.kvm_device +
                           ": this machine has no KVM; load the module (modprobe kvm_intel, or "
                           "kvm_amd), and inside a virtual machine allow nested virtualization");
  }
}

/// Everything that is in the pipe by now. A trace_pipe says EAGAIN when it is empty, and its end
/// when tracing is off as well.
void copy_available(Descriptor const& from, Descriptor const& to, std::vector<char>& buffer) {
  while (true) {
    ssize_t const got = read(from.value(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) fail(from.path(), "read", errno);
    if (got == 0) return;
    for (ssize_t done = 0; done < got;) {
      ssize_t const put =
          write(to.value(), buffer.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail(to.path(), "write", errno);
      done += put;
    }
  }
}

void follow_process(TraceInstance const& instance, std::uint64_t pid) {
  fs::path const tasks = fs::path{"/proc"} / std::to_string(pid) / "task";
  std::string threads;
  std::error_code error;
  for (fs::directory_iterator task(tasks, error), end; !error && task != end;
       task.increment(error)) {
    threads += task->path().filename().string() + " ";
  }
  if (threads.empty()) {
    throw EnvironmentError("process " + std::to_string(pid) +
                           ": cannot be recorded: no such process; give the id of a running VMM");
  }
  instance.set("set_event_pid", threads);
  std::ignore =
      instance.try_set("options/event-fork", "1");  // threads to come; Linux 4.7 and later
}

void prepare(TraceInstance& instance, KvmRecording const& recording) {
  std::ignore = instance.try_set("buffer_size_kb", std::to_string(recording.buffer_kib));
  std::ignore = instance.try_set("trace_clock", "mono");  // comparable between CPUs
  if (recording.pid) follow_process(instance, *recording.pid);
}

bool is_over(KvmRecording const& recording, Clock::time_point start, HeldChild* child) {
  if (recording.stop && recording.stop()) return true;
  if (child != nullptr && child->ended()) return true;
  return recording.duration && Clock::now() - start >= *recording.duration;
}

void run(TraceInstance& instance, KvmRecording const& recording, fs::path const& text) {
  prepare(instance, recording);
  std::optional<HeldChild> child;
  if (!recording.command.empty()) {
    child.emplace(recording.command);
    follow_process(instance, static_cast<std::uint64_t>(child->pid()));
  }
  Descriptor const output(text, O_WRONLY | O_CREAT | O_TRUNC);
  Descriptor const pipe(instance.path() / "trace_pipe", O_RDONLY | O_NONBLOCK);
  std::vector<char> buffer(copy_bytes);
  instance.enable(recorded_kvm_events());
  instance.set("tracing_on", "1");
  if (child) child->release();
  Clock::time_point const start = Clock::now();
  while (!is_over(recording, start, child ? &*child : nullptr)) {
    copy_available(pipe, output, buffer);
    poll(nullptr, 0, static_cast<int>(pause_between_looks.count()));
  }
  instance.disable();
  copy_available(pipe, output, buffer);
}

}  // namespace

std::vector<std::string> const& recorded_kvm_events() {
  static std::vector<std::string> const events{"kvm_exit",    "kvm_entry",     "kvm_pio",
                                               "kvm_mmio",    "kvm_fast_mmio", "kvm_userspace_exit",
                                               "kvm_set_irq", "kvm_inj_virq",  "kvm_inj_exception"};
  return events;
}

ImportReport record_kvm(KvmRecording const& recording, std::string const& destination,
                        ImportOptions const& options) {
  check(recording);
  fs::path const tracefs = find_tracefs(recording.tracefs);
  WorkFolder const folder(recording.work_folder);
  fs::path const text = folder.path() / "kvm.ftrace.txt";
  bool removed = false;
  std::string instance_path;
  {
    TraceInstance instance(tracefs, "acrntb-" + std::to_string(getpid()));
    instance_path = instance.path().string();
    if (recording.instance_made) recording.instance_made(instance.path());
    run(instance, recording, text);
    removed = instance.remove();
  }
  if (fs::file_size(text) == 0) {
    throw ContentError(
        instance_path +
        ": KVM printed no event while it was recorded; is the guest running, on this "
        "machine and with KVM?");
  }
  ImportOptions as_ftrace = options;
  as_ftrace.dialect = "kvm-ftrace";
  ImportReport report = import_capture(text.string(), destination, as_ftrace);
  if (!removed) report.notes["trace buffer could not be removed; its events are off"] = 1;
  return report;
}

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/trace_instance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <tuple>

#include "traces/error.hpp"

namespace acrn::traces {
namespace fs = std::filesystem;
namespace {

constexpr std::array usual_places{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

std::string reason(int error) { return std::generic_category().message(error); }

/// 0, or the errno of looking at `path`.
int look_at(fs::path const& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? 0 : errno;
}

bool denied(int error) { return error == EACCES || error == EPERM; }

/// 0, or the errno of writing `value` to the existing file `path`.
int write_file(fs::path const& path, std::string_view value) {
  int const descriptor = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0) return errno;
  ssize_t const written = write(descriptor, value.data(), value.size());
  int const error = written < 0 ? errno : 0;
  close(descriptor);
  return error;
}

}  // namespace

fs::path find_tracefs(std::string const& wanted) {
  fs::path root = wanted.empty() ? usual_places[0] : wanted;
  if (wanted.empty() && look_at(root / "events") == ENOENT &&
      look_at(fs::path{usual_places[1]} / "events") != ENOENT) {
    root = usual_places[1];
  }
  int const events = look_at(root / "events");
  int const kvm = look_at(root / "events" / "kvm");
  if (denied(events) || denied(kvm)) {
    throw EnvironmentError(root.string() +
                           ": KVM's events cannot be read: permission denied; run as root");
  }
  if (events != 0) {
    throw EnvironmentError(root.string() + ": tracefs is not mounted here (no events folder: " +
                           reason(events) + "); as root: mount -t tracefs nodev " + root.string());
  }
  if (kvm != 0) {
    throw EnvironmentError((root / "events" / "kvm").string() +
                           ": this kernel has no KVM events; load the module: modprobe kvm_intel, "
                           "or kvm_amd");
  }
  return root;
}

TraceInstance::TraceInstance(fs::path const& root, std::string const& name)
    : path_(root / "instances" / name) {
  if (mkdir(path_.c_str(), 0700) == 0) return;
  int const error = errno;
  throw EnvironmentError(path_.string() + ": cannot make a trace buffer: " + reason(error) +
                         (denied(error) ? "; run as root" : "; is tracefs mounted there?"));
}

TraceInstance::~TraceInstance() {
  disable();
  remove();
}

void TraceInstance::set(std::string const& file, std::string_view value) const {
  int const error = write_file(path_ / file, value);
  if (error == 0) return;
  throw EnvironmentError((path_ / file).string() + ": cannot write '" + std::string{value} +
                         "': " + reason(error) + (denied(error) ? "; run as root" : ""));
}

bool TraceInstance::try_set(std::string const& file, std::string_view value) const {
  return write_file(path_ / file, value) == 0;
}

void TraceInstance::enable(std::vector<std::string> const& events) {
  for (std::string const& event : events) {
    std::string const file = "events/kvm/" + event + "/enable";
    if (look_at(path_ / file) != 0) continue;
    enabled_.push_back(file);
    set(file, "1");
  }
  if (!enabled_.empty()) return;
  throw EnvironmentError((path_ / "events/kvm").string() +
                         ": none of the events that a capture needs; use a kernel with KVM's trace "
                         "points");
}

void TraceInstance::disable() {
  if (!present_) return;
  std::ignore = try_set("tracing_on", "0");
  for (std::string const& file : enabled_) std::ignore = try_set(file, "0");
  enabled_.clear();
}

bool TraceInstance::remove() {
  if (present_ && rmdir(path_.c_str()) == 0) present_ = false;
  return !present_;
}

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/held_child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "traces/error.hpp"

namespace acrn::traces {
namespace {

constexpr int exec_failed = 127;

/// In the child: waits until `go` is closed, then becomes the command. Async-signal-safe.
[[noreturn]] void become(char* const* arguments, int go, int failure) {
  char byte = 0;
  while (read(go, &byte, 1) < 0 && errno == EINTR) {
  }
  execvp(arguments[0], arguments);
  int const error = errno;
  ssize_t const told = write(failure, &error, sizeof error);
  _exit(told < 0 ? exec_failed - 1 : exec_failed);
}

}  // namespace

HeldChild::HeldChild(std::vector<std::string> const& command) : name_(command.at(0)) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string const& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> go{-1, -1};
  std::array<int, 2> failure{-1, -1};
  if (pipe2(go.data(), O_CLOEXEC) != 0 || pipe2(failure.data(), O_CLOEXEC) != 0 ||
      (pid_ = fork()) < 0) {
    int const error = errno;
    for (int const descriptor : {go[0], go[1], failure[0], failure[1]}) {
      if (descriptor >= 0) close(descriptor);
    }
    throw EnvironmentError(name_ +
                           ": cannot be started: " + std::generic_category().message(error));
  }
  if (pid_ == 0) {
    close(go[1]);
    become(arguments.data(), go[0], failure[1]);
  }
  close(go[0]);
  close(failure[1]);
  go_ = go[1];
  failure_ = failure[0];
}

HeldChild::~HeldChild() {
  if (pid_ > 0) kill(pid_, SIGTERM);
  if (go_ >= 0) close(go_);
  if (failure_ >= 0) close(failure_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

void HeldChild::release() {
  close(go_);
  go_ = -1;
  int error = 0;
  ssize_t got = 0;
  while ((got = read(failure_, &error, sizeof error)) < 0 && errno == EINTR) {
  }
  if (got != sizeof error) return;  // exec closed the pipe
  throw EnvironmentError(name_ + ": cannot be run: " + std::generic_category().message(error) +
                         "; give a command that can, after --");
}

bool HeldChild::ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ <= 0;
}

}  // namespace acrn::traces

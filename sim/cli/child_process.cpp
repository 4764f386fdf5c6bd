// SPDX-License-Identifier: BSD-3-Clause
// Starting and awaiting another program.
#include "sim/cli/child_process.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "traces/error.hpp"

namespace acrn::cli {
namespace {

/// Releases what posix_spawn wants prepared.
struct SpawnPlan {
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(SpawnPlan const&) = delete;
  SpawnPlan& operator=(SpawnPlan const&) = delete;
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

}  // namespace

ChildResult run_child(std::vector<std::string> const& command, int output_descriptor) {
  SpawnPlan plan;
  ::posix_spawn_file_actions_adddup2(&plan.actions, output_descriptor, STDOUT_FILENO);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &defaults);
  ::posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> storage = command;
  std::vector<char*> arguments;
  for (std::string& argument : storage) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_t child{};
  int const error = ::posix_spawnp(&child, arguments.front(), &plan.actions, &plan.attributes,
                                   arguments.data(), environ);
  if (error != 0) {
    throw traces::EnvironmentError(
        fmt::format("{}: cannot be started: {}; check that it is "
                    "installed",
                    command.front(), std::generic_category().message(error)));
  }
  int status{};
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw traces::EnvironmentError(fmt::format("{}: cannot be waited for: {}", command.front(),
                                                 std::generic_category().message(errno)));
    }
  }
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

std::string find_program(std::string const& name) {
  char const* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (true) {
    std::size_t const colon = rest.find(':');
    std::string const candidate = fmt::format("{}/{}", rest.substr(0, colon), name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (colon == rest.npos) return {};
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace acrn::cli

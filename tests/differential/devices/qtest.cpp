// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/devices/qtest.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

namespace acrn::differential {
namespace {

using Pipe = std::array<int, 2>;

/// The child's part: becomes QEMU. The date is the one that the tests' clock starts with.
[[noreturn]] void become_qemu(Pipe const& to, Pipe const& from) {
  dup2(to[0], STDIN_FILENO);
  dup2(from[1], STDOUT_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
  for (int descriptor : {to[0], to[1], from[0], from[1]}) {
    close(descriptor);
  }
  execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-S", "-qtest",
         "stdio", "-qtest-log", "/dev/null", "-display", "none", "-nodefaults", "-serial", "null",
         "-rtc", "base=2024-02-28T23:59:58,clock=vm", static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

bool Qtest::start() {
  Pipe to{};
  Pipe from{};
  if (pipe(to.data()) != 0 || pipe(from.data()) != 0) {
    return false;
  }
  signal(SIGPIPE, SIG_IGN);
  pid_ = fork();
  if (pid_ == 0) {
    become_qemu(to, from);
  }
  close(to[0]);
  close(from[1]);
  to_ = fdopen(to[1], "w");
  from_ = fdopen(from[0], "r");
  return pid_ > 0 && to_ != nullptr && from_ != nullptr && ask("inb 0x80").starts_with("OK");
}

Qtest::~Qtest() {
  if (to_ != nullptr) {
    std::fclose(to_);
  }
  if (from_ != nullptr) {
    std::fclose(from_);
  }
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
}

std::string Qtest::ask(std::string const& line) {
  std::fputs((line + "\n").c_str(), to_);
  std::fflush(to_);
  std::array<char, 256> answer{};
  if (std::fgets(answer.data(), static_cast<int>(answer.size()), from_) == nullptr) {
    return {};
  }
  std::string text{answer.data()};
  return text.substr(0, text.find('\n'));
}

void Qtest::out(std::uint16_t port, std::uint8_t value) {
  std::string const answer =
      ask("outb " + std::to_string(unsigned{port}) + " " + std::to_string(unsigned{value}));
  ASSERT_EQ(answer, "OK");
}

std::uint8_t Qtest::in(std::uint16_t port) {
  std::string const answer = ask("inb " + std::to_string(unsigned{port}));
  if (!answer.starts_with("OK ")) {
    ADD_FAILURE() << "QEMU answered \"" << answer << "\" to an inb";
    return 0;
  }
  return static_cast<std::uint8_t>(std::stoul(answer.substr(3), nullptr, 16));
}

}  // namespace acrn::differential

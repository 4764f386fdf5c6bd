// SPDX-License-Identifier: BSD-3-Clause
// QEMU's PC devices by its test protocol: port accesses without a guest, while time stands still.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace acrn::differential {

/// One qemu-system-x86_64 with its CPU stopped. The virtual clock does not run either, so what is
/// compared is what registers do, not when.
class Qtest {
 public:
  /// False if there is no QEMU that speaks the protocol.
  [[nodiscard]] bool start();
  Qtest() = default;
  Qtest(Qtest const&) = delete;
  Qtest& operator=(Qtest const&) = delete;
  ~Qtest();

  void out(std::uint16_t port, std::uint8_t value);
  std::uint8_t in(std::uint16_t port);

 private:
  /// Sends a line and returns the answer without its newline; empty if QEMU is gone.
  std::string ask(std::string const& line);

  pid_t pid_{-1};
  std::FILE* to_{};
  std::FILE* from_{};
};

}  // namespace acrn::differential

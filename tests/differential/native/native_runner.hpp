// SPDX-License-Identifier: BSD-3-Clause
// Runs single instructions on the CPU of this machine.
#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>

#include "tests/differential/native/cpu_features.hpp"
#include "tests/differential/native/instruction_case.hpp"
#include "tests/differential/native/region.hpp"
#include "tests/differential/native/trampoline.hpp"

namespace acrn::tests {

/// While it lives, SIGSEGV, SIGBUS and SIGILL of the instruction under test are its outcomes; those
/// of any other code end the process as usual. One at a time.
class NativeRunner {
 public:
  NativeRunner(Region const& region, CpuFeatures const& features);
  ~NativeRunner();
  NativeRunner(NativeRunner const&) = delete;
  NativeRunner& operator=(NativeRunner const&) = delete;

  Outcome run(InstructionCase const& test);
  /// Whether the kernel lets code of that size run. A child process finds out.
  [[nodiscard]] bool can_run(core::CodeSize code);

 private:
  static constexpr std::size_t signal_count = 3;

  void load(InstructionCase const& test) const;
  [[nodiscard]] Trampoline const& trampoline(core::CodeSize code, bool vectors) const {
    return trampolines_.at(static_cast<std::size_t>(code)).at(vectors ? 1 : 0);
  }

  Region const& region_;
  std::array<std::array<Trampoline, 2>, 3> trampolines_{};
  std::array<struct sigaction, signal_count> old_actions_{};
  stack_t old_stack_{};
  std::array<std::uint8_t, 0x1'0000> signal_stack_{};  // for the case's own may be anywhere
};

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// Which of the instructions the CPU of this machine has.
#pragma once

#include "core/insn/opcode_form.hpp"

namespace acrn::tests {

/// What CPUID says, and for AVX the operating system.
struct CpuFeatures {
  bool sse41{};
  bool movbe{};
  bool cmpxchg16b{};
  bool avx{};
  bool avx2{};
};

CpuFeatures cpu_features();

/// The feature that a row of the opcode table needs and the CPU lacks; null if it has all.
char const* missing_feature(core::OpcodeForm const& form, CpuFeatures const& features);

}  // namespace acrn::tests

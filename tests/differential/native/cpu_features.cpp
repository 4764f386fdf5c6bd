// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/cpu_features.hpp"

#include <cpuid.h>

namespace acrn::tests {

CpuFeatures cpu_features() {
  CpuFeatures features;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0) {
    features.sse41 = (ecx & bit_SSE4_1) != 0;
    features.movbe = (ecx & bit_MOVBE) != 0;
    features.cmpxchg16b = (ecx & bit_CMPXCHG16B) != 0;
  }
  features.avx = __builtin_cpu_supports("avx") != 0;  // asks XCR0, too
  features.avx2 = __builtin_cpu_supports("avx2") != 0;
  return features;
}

char const* missing_feature(core::OpcodeForm const& form, CpuFeatures const& features) {
  bool const vex = (form.when.value & core::key_vex) != 0;
  bool const streaming_load = form.opcode.map == core::OpcodeMap::three_byte_38 &&
                              form.operation == core::Operation::vector_load;
  if (vex && !features.avx) return "AVX";
  if (vex && streaming_load && !features.avx2) return "AVX2";
  if (streaming_load && !features.sse41) return "SSE4.1";
  if (form.operation == core::Operation::movbe && !features.movbe) return "MOVBE";
  if (form.operation == core::Operation::cmpxchg16b && !features.cmpxchg16b) return "CMPXCHG16B";
  return nullptr;
}

}  // namespace acrn::tests

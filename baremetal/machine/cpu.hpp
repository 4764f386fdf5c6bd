// SPDX-License-Identifier: BSD-3-Clause
// Single instructions of the CPU that C++ has no words for.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

struct CpuidResult {
  std::uint32_t eax, ebx, ecx, edx;
};

inline CpuidResult cpuid(std::uint32_t leaf, std::uint32_t subleaf = 0) noexcept {
  CpuidResult result{};
  asm volatile("cpuid"
               : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
               : "a"(leaf), "c"(subleaf));
  return result;
}

/// Faults (#GP) when the MSR does not exist: ask CPUID first.
inline std::uint64_t read_msr(std::uint32_t msr) noexcept {
  std::uint32_t low;
  std::uint32_t high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return std::uint64_t{high} << 32U | low;
}

/// Faults (#GP) when the MSR does not exist or does not take the value.
inline void write_msr(std::uint32_t msr, std::uint64_t value) noexcept {
  asm volatile("wrmsr"
               :
               : "c"(msr), "a"(static_cast<std::uint32_t>(value)),
                 "d"(static_cast<std::uint32_t>(value >> 32U))
               : "memory");
}

inline void write_cr0(std::uint64_t value) noexcept {
  asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

inline void write_cr4(std::uint64_t value) noexcept {
  asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

inline std::uint64_t read_cr2() noexcept {
  std::uint64_t value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}

inline std::uint64_t read_cr3() noexcept {
  std::uint64_t value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}

/// Writing CR3 also drops all cached translations that are not global; this image has no others.
inline void write_cr3(std::uint64_t value) noexcept {
  asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

[[noreturn]] inline void halt_forever() noexcept {
  for (;;) {
    asm volatile("cli; hlt" : : : "memory");
  }
}

}  // namespace acrn::baremetal

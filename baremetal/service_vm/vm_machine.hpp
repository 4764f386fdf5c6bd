// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's virtual machine as its program reaches it: VMCALL, OUT, RDTSC, HLT.
#pragma once

#include <atomic>
#include <cstdint>

#include "baremetal/service_vm/machine.hpp"

extern "C" {
extern std::uint64_t service_upcall_time;   // written by the upcall's handler in entry.S
extern std::uint64_t service_upcall_count;  // likewise
}

namespace acrn::service_vm {

class VmMachine {
 public:
  /// R8, RDI and RSI in, RAX out, all other registers kept. Source: ACRN hypervisor,
  /// arch/x86/guest/vmcall.c.
  static std::int64_t hypercall(core::abi::Hypercall id, std::uint64_t first,
                                std::uint64_t second) noexcept {
    register auto r8 asm("r8") = static_cast<std::uint64_t>(id);
    std::int64_t result;
    asm volatile("vmcall" : "=a"(result) : "r"(r8), "D"(first), "S"(second) : "memory");
    return result;
  }

  static std::uint64_t tsc() noexcept {
    std::uint64_t low;  // RDTSC clears the upper halves
    std::uint64_t high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32U | low;
  }

  static std::uint64_t upcall_time() noexcept {
    return std::atomic_ref{service_upcall_time}.load(std::memory_order_relaxed);
  }
  static std::uint64_t upcall_count() noexcept {
    return std::atomic_ref{service_upcall_count}.load(std::memory_order_relaxed);
  }

  /// Between two looks at the same word.
  static void relax() noexcept { asm volatile("pause"); }

  static void out(std::uint16_t port, std::uint8_t byte) noexcept {
    asm volatile("outb %0, %1" : : "a"(byte), "Nd"(port) : "memory");
  }

  /// Returns when an upcall has come since the last return, and halts until then. STI lets no
  /// interrupt in before the instruction after it: none is lost between the look and the HLT.
  void wait_for_upcall() noexcept {
    for (;;) {
      asm volatile("cli" : : : "memory");
      std::uint64_t const count = upcall_count();
      if (count != seen_) {
        seen_ = count;
        asm volatile("sti" : : : "memory");
        return;
      }
      asm volatile("sti; hlt" : : : "memory");
    }
  }

 private:
  std::uint64_t seen_{};
};

static_assert(Machine<VmMachine>);

}  // namespace acrn::service_vm

// SPDX-License-Identifier: BSD-3-Clause
// What each CPU has for itself; GS base leads to it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "baremetal/machine/cpu_index.hpp"
#include "baremetal/machine/descriptors.hpp"

namespace acrn::baremetal {

/// The part of a line that has not been printed yet.
struct PendingLine {
  std::array<char, 160> characters{};
  std::size_t size{};
};

enum class CpuState : std::uint32_t { starting, arrived, running };

struct CpuArea {
  std::uint32_t index{};  ///< this_cpu() reads it at GS:0
  std::uint32_t apic_id{};
  CpuArea* self{};  ///< this_area() reads it at GS:8
  std::atomic<CpuState> state{};
  std::atomic<void (*)(void*)> work{};  ///< null while the CPU is idle
  void* argument{};
  std::atomic<std::uint64_t> nmis{};
  std::atomic<std::uint64_t> stray_interrupts{};
  PendingLine line{};
  DescriptorTables descriptors{};
};
static_assert(offsetof(CpuArea, index) == 0 && offsetof(CpuArea, self) == 8);

inline CpuArea& this_area() noexcept {
  CpuArea* area;
  asm("movq %%gs:8, %0" : "=r"(area));
  return *area;
}

/// The tops of the stacks that interrupts switch to.
struct InterruptStacks {
  std::uint64_t fault{};
  std::uint64_t nmi{};
};

/// Makes this CPU use `area` and the IDT, and sets its control registers to what the image needs:
/// no caching left off, no emulation of the FPU, SSE state saved by FXSAVE, machine checks raised.
void adopt_area(CpuArea& area, InterruptStacks const& stacks) noexcept;

/// adopt_area() for the CPU that firmware started; first of all.
void start_boot_cpu() noexcept;

/// The area of CPU `index`, which must run; filled in by start_cpus().
CpuArea& cpu_area(CpuIndex index) noexcept;
/// Gives `area` the next index.
void enlist(CpuArea& area) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/cpu_area.hpp"

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/smp.hpp"
#include "core/check.hpp"

extern "C" {
extern std::uint8_t hv_fault_stack_top[];
extern std::uint8_t hv_nmi_stack_top[];
}

namespace acrn::baremetal {
namespace {

// Source: Intel SDM vol. 3A (Sep 2023), section 2.5 "Control Registers".
constexpr std::uint64_t cr0_mp_et_ne_wp = 0x1'0032;
constexpr std::uint64_t cr0_pe_pg = 0x8000'0001;
constexpr std::uint64_t cr4_pae = 1U << 5U;
constexpr std::uint64_t cr4_mce = 1U << 6U;
constexpr std::uint64_t cr4_osfxsr_osxmmexcpt = 3U << 9U;
constexpr std::uint32_t feature_mce = 1U << 7U;  // CPUID leaf 1, EDX

constinit CpuArea boot_area{};
constinit std::array<CpuArea*, cpu_count_max> areas{&boot_area};
constinit std::atomic<std::uint32_t> count{1};

std::uint64_t address_of(std::uint8_t const* place) noexcept {
  return reinterpret_cast<std::uint64_t>(place);
}

}  // namespace

void adopt_area(CpuArea& area, InterruptStacks const& stacks) noexcept {
  area.self = &area;
  write_msr(msr_gs_base, reinterpret_cast<std::uint64_t>(&area));
  area.descriptors.load(stacks.fault, stacks.nmi);
  load_idt();
  bool const has_mce = (cpuid(1).edx & feature_mce) != 0;
  write_cr0(cr0_pe_pg | cr0_mp_et_ne_wp);
  write_cr4(cr4_pae | cr4_osfxsr_osxmmexcpt | (has_mce ? cr4_mce : 0));
}

void start_boot_cpu() noexcept {
  fill_idt();
  adopt_area(boot_area, {address_of(hv_fault_stack_top), address_of(hv_nmi_stack_top)});
  boot_area.state.store(CpuState::running, std::memory_order_relaxed);
}

CpuArea& cpu_area(CpuIndex index) noexcept {
  core::check(index.value < cpu_count(), "a CPU that runs");
  return *areas[index.value];
}

void enlist(CpuArea& area) noexcept {
  std::uint32_t const index = count.load(std::memory_order_relaxed);
  area.index = index;
  areas[index] = &area;
  count.store(index + 1, std::memory_order_release);  // pairs with cpu_count()
}

std::uint32_t cpu_count() noexcept { return count.load(std::memory_order_acquire); }

}  // namespace acrn::baremetal

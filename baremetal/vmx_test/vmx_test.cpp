// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx_test/vmx_test.hpp"

#include <array>

#include "baremetal/vmx_test/checks.hpp"
#include "baremetal/vmx_test/test_bed.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::array checks{
    SelfTestCheck{"vmx.real_mode", check_vmx_real_mode},
    SelfTestCheck{"vmx.protected_mode", check_vmx_protected_mode},
    SelfTestCheck{"vmx.long_mode", check_vmx_long_mode},
    SelfTestCheck{"vmx.into_long_mode", check_vmx_into_long_mode},
    SelfTestCheck{"vmx.pae", check_vmx_pae},
    SelfTestCheck{"vmx.string_io", check_vmx_string_io},
    SelfTestCheck{"vmx.direct_port", check_vmx_direct_port},
    SelfTestCheck{"vmx.msr_bitmap", check_vmx_msr_bitmap},
    SelfTestCheck{"vmx.ept_violation", check_vmx_ept_violation},
    SelfTestCheck{"vmx.injection", check_vmx_injection},
    SelfTestCheck{"vmx.interrupt_window", check_vmx_interrupt_window},
    SelfTestCheck{"vmx.preemption_timer", check_vmx_preemption_timer},
    SelfTestCheck{"vmx.tsc_offset", check_vmx_tsc_offset},
    SelfTestCheck{"vmx.vector_registers", check_vmx_vector_registers},
    SelfTestCheck{"vmx.two_vcpus", check_vmx_two_vcpus},
    SelfTestCheck{"vmx.entry_failure", check_vmx_entry_failure},
};

std::uint64_t read_ticks() noexcept {
  std::uint32_t low;
  std::uint32_t high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return std::uint64_t{high} << 32U | low;
}

}  // namespace

std::optional<VmxRefusal> prepare_vmx_test(FrameSource frames) noexcept {
  return test_bed().prepare(frames);
}

std::span<SelfTestCheck const> vmx_checks() noexcept { return checks; }

std::uint64_t vmx_round_trip_ticks() noexcept {
  constexpr std::uint64_t rounds = 1000;
  TestBed& bed = test_bed();
  bed.begin(GuestStart::Mode::real, {0xe6, 0x80,    // again: out 0x80, al
                                     0xeb, 0xfc});  // jmp again
  bed.skip(bed.run());
  std::uint64_t const before = read_ticks();
  for (std::uint64_t round = 0; round < rounds; ++round) bed.skip(bed.run());
  return (read_ticks() - before) / rounds;
}

}  // namespace acrn::baremetal

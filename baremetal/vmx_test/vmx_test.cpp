// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx_test/vmx_test.hpp"

#include <array>
#include <cstdint>
#include <optional>

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/frames.hpp"
#include "baremetal/machine/tsc.hpp"
#include "baremetal/self_test/self_test.hpp"
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
    SelfTestCheck{"vmx.kick", check_vmx_kick},
    SelfTestCheck{"vmx.tsc_offset", check_vmx_tsc_offset},
    SelfTestCheck{"vmx.vector_registers", check_vmx_vector_registers},
    SelfTestCheck{"vmx.two_vcpus", check_vmx_two_vcpus},
    SelfTestCheck{"vmx.entry_failure", check_vmx_entry_failure},
};

std::uint64_t take_frame(void* /*context*/) noexcept {
  return Frames::allocate_zeroed(1).value_or(0);
}

void print_vmx_failure(SelfTestCheck const& check, CheckLog const& log) noexcept {
  print("hv: vmx-test: ");
  print(check.name);
  print(" failed: ");
  print(log.what());
  print(": got ");
  print_hex(log.actual(), 16);
  print(", expected ");
  print_hex(log.expected(), 16);
  print("\n");
}

/// TSC ticks of one round trip of an OUT: exit, exit information, a commit that skips it, entry,
/// and the guest's two instructions. Under Bochs a tick is an instruction. 0: it failed.
std::uint64_t round_trip_ticks() noexcept {
  constexpr std::uint64_t rounds = 1000;
  constexpr std::uint64_t slice_ticks = 1'000'000;
  TestBed& bed = test_bed();
  bed.begin(GuestStart::Mode::real, {0xe6, 0x80,    // again: out 0x80, al
                                     0xeb, 0xfc});  // jmp again
  core::Commit commit;
  commit.start(bed.run().instruction_length);
  core::ControlWrite const control{};
  core::VcpuCommit const skip{commit, control};
  bed.vcpu().apply(skip);
  std::uint64_t const before = read_tsc();
  for (std::uint64_t round = 0; round < rounds; ++round) {
    bed.vcpu().arm_preemption_timer(slice_ticks);
    if (bed.vcpu().enter() == EnterResult::failed) return 0;
    if (bed.vcpu().plain_io_exit() == nullptr) return 0;
    bed.vcpu().apply(skip);
  }
  return (read_tsc() - before) / rounds;
}

}  // namespace

Verdict test_vmx() noexcept {
  if (std::optional<VmxRefusal> const refusal = test_bed().prepare({.take = take_frame})) {
    print("hv: vmx-test: ");
    print(sentence(*refusal));
    print("\n");
    return Verdict::failed;
  }
  SelfTestResult const result = run_self_test(checks, print_vmx_failure);
  print("hv: vmx-test: ");
  print_decimal(result.checks);
  print(" checks, ");
  print_decimal(result.passed);
  print(" passed\nhv: vmx-test: round trip of a port without core: ");
  print_decimal(round_trip_ticks());
  print(" ticks\n");
  return result.passed == result.checks ? Verdict::passed : Verdict::failed;
}

}  // namespace acrn::baremetal

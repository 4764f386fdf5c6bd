// SPDX-License-Identifier: BSD-3-Clause
// What exits, what does not, and what exits say.
#include "baremetal/machine/smp.hpp"
#include "baremetal/vmx/invalidate.hpp"
#include "baremetal/vmx_test/checks.hpp"
#include "baremetal/vmx_test/test_bed.hpp"

namespace acrn::baremetal {
namespace {

using core::MachineReason;
using core::Register;
using Mode = GuestStart::Mode;

constexpr std::uint64_t number(MachineReason reason) noexcept {
  return static_cast<std::uint64_t>(reason);
}

}  // namespace

void check_vmx_string_io(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xbf, 0x00, 0x80,  // mov di, 0x8000
                         0xba, 0x70, 0x00,  // mov dx, 0x70
                         0xb9, 0x03, 0x00,  // mov cx, 3
                         0xf3, 0x6c});      // rep insb
  core::MachineExit const exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::io_instruction));
  log.equal("qualification", exit.qualification, 0x70'0038);
  log.equal("linear address", exit.guest_linear, TestBed::data_at);
  log.equal("address size", exit.instruction_information >> 7U & 7U, 0);
  log.equal("RCX", bed.vcpu().read_register(Register::rcx), 3);
}

void check_vmx_direct_port(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xe4, 0x4f,  // in al, 0x4f: allowed, and nothing is there
                         0xe5, 0x4f,  // in ax, 0x4f: its second byte is not allowed
                         0xf4});      // hlt
  core::MachineExit const exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::io_instruction));
  log.equal("RIP", bed.vcpu().rip(), TestBed::code_at + 2);
  log.equal("qualification", exit.qualification, 0x4f'0049);
}

void check_vmx_msr_bitmap(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0x66, 0xb9, 0x82, 0x00, 0x00, 0xc0,  // mov ecx, IA32_LSTAR
                         0x66, 0xb8, 0x44, 0x33, 0x22, 0x11,  // mov eax, 0x11223344
                         0x66, 0x31, 0xd2,                    // xor edx, edx
                         0x0f, 0x30,                          // wrmsr
                         0x66, 0x31, 0xc0,                    // xor eax, eax
                         0x0f, 0x32,                          // rdmsr
                         0x66, 0xb9, 0x1b, 0x00, 0x00, 0x00,  // mov ecx, IA32_APIC_BASE
                         0x0f, 0x32});                        // rdmsr
  core::MachineExit const exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::rdmsr));
  log.equal("length", exit.instruction_length, 2);
  log.equal("MSR", bed.vcpu().read_register(Register::rcx), 0x1b);
  log.equal("what the passed MSR held", bed.vcpu().read_register(Register::rax), 0x1122'3344);
}

void check_vmx_ept_violation(CheckLog& log) noexcept {
  constexpr std::uint64_t page_size_bytes = 4096;
  TestBed& bed = test_bed();
  std::uint64_t const page = bed.frames().take_page();
  log.is_true("a page for the hole", page);
  if (page == 0) return;
  auto const begin = [&bed] {
    bed.begin(Mode::long64,
              {0xc6, 0x04, 0x25, 0x00, 0x00, 0x02, 0x00, 0x5a,  // mov byte [0x20000], 0x5a
               0xf4});                                          // hlt
  };
  begin();
  core::MachineExit exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::ept_violation));
  log.equal("qualification", exit.qualification & 0x1bfU, 0x182);
  log.equal("guest-physical address", exit.guest_physical.value, TestBed::hole_at);
  log.equal("linear address", exit.guest_linear, TestBed::hole_at);
  log.equal("length, which no CPU promises", exit.instruction_length, 0);
  EptMapping const mapping{
      .first = {TestBed::hole_at}, .host_physical = page, .size = page_size_bytes};
  log.is_true("mapped", bed.ept().map(mapping).has_value() ? 1 : 0);
  exit = bed.run();
  log.equal("mapped: reason", exit.reason, number(MachineReason::hlt));
  log.equal("mapped: memory", *reinterpret_cast<std::uint64_t const*>(page), 0x5a);
  log.is_true("unmapped", bed.ept().unmap({TestBed::hole_at}, page_size_bytes) ? 1 : 0);
  invalidate_ept(bed.ept().pointer());
  begin();
  exit = bed.run();
  log.equal("unmapped: reason", exit.reason, number(MachineReason::ept_violation));
}

void check_vmx_preemption_timer(CheckLog& log) noexcept {
  constexpr std::uint64_t ticks = 5000;
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0x40,          // again: inc ax
                         0xeb, 0xfd});  // jmp again
  bed.vcpu().arm_preemption_timer(0);
  core::MachineExit exit = bed.run();
  log.equal("at once: reason", exit.reason, number(MachineReason::preemption_timer));
  log.equal("at once: RIP", bed.vcpu().rip(), TestBed::code_at);
  bed.vcpu().arm_preemption_timer(ticks);
  exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::preemption_timer));
  log.is_true("the guest ran", bed.vcpu().read_register(Register::rax));
}

/// The guest has interrupts on: with them off, Bochs does not look for what is pending at an entry.
void check_vmx_kick(CheckLog& log) noexcept {
  constexpr std::uint64_t ticks = 100'000;
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xfb,          // sti
                         0xeb, 0xfe});  // jmp to itself
  bed.vcpu().arm_preemption_timer(ticks);
  log.equal("alone: reason", bed.run().reason, number(MachineReason::preemption_timer));
  bed.vcpu().arm_preemption_timer(ticks);
  std::uint64_t const nmis = nmi_count();
  kick_nmi(this_cpu());
  while (nmi_count() == nmis) __builtin_ia32_pause();
  log.is_true("kicked: entered", bed.vcpu().enter() == EnterResult::exit ? 1 : 0);
  core::MachineExit const& exit = bed.vcpu().exit_information();
  log.equal("kicked: reason", exit.reason, number(MachineReason::external_interrupt));
  log.equal("kicked: vector", exit.interruption_information & 0xffU, wake_vector);
  end_interrupt();
  bed.vcpu().arm_preemption_timer(ticks);
  log.equal("once: reason", bed.run().reason, number(MachineReason::preemption_timer));
}

void check_vmx_tsc_offset(CheckLog& log) noexcept {
  constexpr std::uint64_t start = std::uint64_t{1} << 40U;
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0x0f, 0x31,  // rdtsc
                         0xf4});      // hlt
  std::uint32_t low;
  std::uint32_t high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  bed.vcpu().set_tsc_offset(start - (std::uint64_t{high} << 32U | low));
  core::MachineExit const exit = bed.run();
  bed.vcpu().set_tsc_offset(0);
  log.equal("reason", exit.reason, number(MachineReason::hlt));
  log.equal("upper half", bed.vcpu().read_register(Register::rdx), 0x100);
}

}  // namespace acrn::baremetal

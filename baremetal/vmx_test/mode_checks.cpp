// SPDX-License-Identifier: BSD-3-Clause
// Guests in each mode, and guests that change theirs.
#include "baremetal/vmx/control_registers.hpp"
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

/// What core would answer to a MOV to CR0 that sets PG and NE.
core::ControlWrite paging_write(VmxVcpu& vcpu) noexcept {
  core::ControlState const before = vcpu.control();
  return {.target = core::ControlRegister::cr0,
          .value = before.cr0 | core::cr0::paging | cr0::numeric_error,
          .efer = before.efer};
}

}  // namespace

void check_vmx_real_mode(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xb0, 0x5a,        // mov al, 0x5a
                         0xe6, 0x80,        // out 0x80, al
                         0xe4, 0x71,        // in al, 0x71
                         0xa2, 0x00, 0x80,  // mov [0x8000], al
                         0xf4});            // hlt
  core::MachineExit exit = bed.run();
  log.equal("OUT: reason", exit.reason, number(MachineReason::io_instruction));
  log.equal("OUT: qualification", exit.qualification, 0x80'0040);
  log.equal("OUT: length", exit.instruction_length, 2);
  log.equal("OUT: RAX", bed.vcpu().read_register(Register::rax), 0x5a);
  log.equal("OUT: RIP", bed.vcpu().rip(), TestBed::code_at + 2);
  bed.skip(exit);
  exit = bed.run();
  log.equal("IN: qualification", exit.qualification, 0x71'0048);
  bed.finish(exit, Register::rax, 0x77);
  exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  log.equal("HLT: length", exit.instruction_length, 1);
  log.equal("memory", bed.word(TestBed::data_at), 0x77);
}

void check_vmx_protected_mode(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::protected32, {0xb8, 0x78, 0x56, 0x34, 0x12,  // mov eax, 0x12345678
                                0xe7, 0x80});                  // out 0x80, eax
  core::MachineExit const exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::io_instruction));
  log.equal("qualification", exit.qualification, 0x80'0043);
  log.equal("RAX", bed.vcpu().read_register(Register::rax), 0x1234'5678);
  log.equal("CS limit", bed.vcpu().segment(core::Segment::cs).limit, 0xffff'ffff);
  log.equal("CS rights", bed.vcpu().segment(core::Segment::cs).access_rights, 0xc09b);
  log.equal("CR0 as the guest has it", bed.vcpu().control().cr0, 0x11);
  log.equal("CR4 as the guest has it", bed.vcpu().control().cr4, 0);
}

void check_vmx_long_mode(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::long64, {0x48, 0xb8, 0x88, 0x77, 0x66, 0x55,  // mov rax, 0x1122334455667788
                           0x44, 0x33, 0x22, 0x11,              //
                           0x50,                                // push rax
                           0x0f, 0xa2});                        // cpuid
  core::MachineExit const exit = bed.run();
  log.equal("reason", exit.reason, number(MachineReason::cpuid));
  log.equal("length", exit.instruction_length, 2);
  log.equal("stack", bed.word(TestBed::stack_top - 8), 0x1122'3344'5566'7788);
  log.equal("RSP", bed.vcpu().read_register(Register::rsp), TestBed::stack_top - 8);
  core::ControlState const control = bed.vcpu().control();
  log.equal("CR0 as the guest has it", control.cr0, 0x8000'0011);
  log.equal("CR3", control.cr3, TestBed::tables_at);
  log.equal("CR4 as the guest has it", control.cr4, 0x20);
  log.equal("EFER", control.efer, 0x500);
}

void check_vmx_into_long_mode(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::protected32, {0xb8, 0x00, 0x40, 0x00, 0x00,  // mov eax, 0x4000
                                0x0f, 0x22, 0xd8,              // mov cr3, eax
                                0x0f, 0x20, 0xe0,              // mov eax, cr4
                                0x83, 0xc8, 0x20,              // or eax, PAE
                                0x0f, 0x22, 0xe0,              // mov cr4, eax
                                0xb9, 0x80, 0x00, 0x00, 0xc0,  // mov ecx, IA32_EFER
                                0x0f, 0x32,                    // rdmsr
                                0x0d, 0x00, 0x01, 0x00, 0x00,  // or eax, LME
                                0x0f, 0x30,                    // wrmsr
                                0x0f, 0x20, 0xc0,              // mov eax, cr0
                                0x0d, 0x20, 0x00, 0x00, 0x80,  // or eax, PG | NE
                                0x0f, 0x22, 0xc0,              // mov cr0, eax
                                0x0f, 0x20, 0xc0,              // mov eax, cr0
                                0xf4});                        // hlt
  bed.make_page_tables();
  core::MachineExit exit = bed.run();
  log.equal("MOV to CR0: reason", exit.reason, number(MachineReason::control_register));
  log.equal("MOV to CR0: length", exit.instruction_length, 3);
  core::ControlWrite write = paging_write(bed.vcpu());
  log.equal("value written", bed.vcpu().read_register(Register::rax), write.value);
  write.efer_change = core::Change::set;
  write.efer |= core::efer::long_mode_active;
  bed.write_control(exit, write);
  exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  log.equal("CR0 read back", bed.vcpu().read_register(Register::rax), 0x8000'0031);
  log.equal("EFER", bed.vcpu().control().efer, 0x500);
}

void check_vmx_pae(CheckLog& log) noexcept {
  constexpr std::uint64_t pointers_at = 0x7000;
  constexpr std::uint64_t directory_at = TestBed::tables_at + 0x2000;
  TestBed& bed = test_bed();
  bed.begin(Mode::protected32, {0xb8, 0x00, 0x70, 0x00, 0x00,  // mov eax, 0x7000
                                0x0f, 0x22, 0xd8,              // mov cr3, eax
                                0xb8, 0x20, 0x00, 0x00, 0x00,  // mov eax, PAE
                                0x0f, 0x22, 0xe0,              // mov cr4, eax
                                0x0f, 0x20, 0xc0,              // mov eax, cr0
                                0x0d, 0x20, 0x00, 0x00, 0x80,  // or eax, PG | NE
                                0x0f, 0x22, 0xc0,              // mov cr0, eax
                                0xa3, 0x00, 0x80, 0x00, 0x00,  // mov [0x8000], eax
                                0xf4});                        // hlt
  bed.make_page_tables();
  bed.put_word(pointers_at, directory_at | 1);
  core::MachineExit exit = bed.run();
  core::ControlWrite write = paging_write(bed.vcpu());
  write.pdptes_change = core::Change::set;
  write.pdptes[0] = bed.word(pointers_at);
  bed.write_control(exit, write);
  exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  log.equal("memory", bed.word(TestBed::data_at), 0x8000'0031);
  log.equal("entry 0", bed.vcpu().control().pdptes[0], directory_at | 1);
  log.equal("entry 1", bed.vcpu().control().pdptes[1], 0);
}

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Events that are injected, state that is read and written between exits, and entries that fail.
#include <string_view>

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

constexpr std::uint64_t handler_at = 0x2000;
constexpr std::uint64_t real_mode_vector(std::uint64_t vector) noexcept { return vector * 4; }

}  // namespace

void check_vmx_injection(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xfb,            // sti
                         0x90,            // nop
                         0xf4});          // hlt
  bed.put(handler_at, {0x0f, 0x20, 0xd0,  // mov eax, cr2
                       0xf4});            // hlt
  bed.put_word(real_mode_vector(0x20), handler_at);
  core::MachineExit exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  bed.skip(exit);
  bed.vcpu().apply(core::EntryPlan{.interruption_information = 0x8000'0020,
                                   .origin = core::InjectOrigin::device});
  exit = bed.run();
  log.equal("interrupt: reason", exit.reason, number(MachineReason::hlt));
  log.equal("interrupt: RIP", bed.vcpu().rip(), handler_at + 3);
  log.equal("interrupt: returns to", bed.word(TestBed::stack_top - 6) & 0xffffU,
            TestBed::code_at + 3);
  log.equal("interrupt: flags", bed.vcpu().rflags() & 0x200U, 0);
  bed.put_word(real_mode_vector(14), handler_at);
  bed.vcpu().apply(core::EntryPlan{.interruption_information = 0x8000'030e,
                                   .origin = core::InjectOrigin::fault,
                                   .set_cr2 = true,
                                   .cr2 = 0xabc000});
  exit = bed.run();
  log.equal("exception: RIP", bed.vcpu().rip(), handler_at + 3);
  log.equal("exception: CR2", bed.vcpu().read_register(Register::rax), 0xabc000);
  bed.put_word(real_mode_vector(13), handler_at);
  std::uint64_t const stack = bed.vcpu().read_register(Register::rsp);
  bed.vcpu().apply(core::EntryPlan{.interruption_information = 0x8000'0b0d,
                                   .error_code = 0x123,
                                   .origin = core::InjectOrigin::fault});
  exit = bed.run();
  log.equal("error code in real mode: RIP", bed.vcpu().rip(), handler_at + 3);
  log.equal("error code in real mode: not pushed", stack - bed.vcpu().read_register(Register::rsp),
            6);
}

void check_vmx_interrupt_window(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0x90,    // nop
                         0xfb,    // sti
                         0x90,    // nop: still blocked
                         0xf4,    // hlt
                         0xfa,    // cli
                         0xfb,    // sti
                         0xf4});  // hlt
  bed.vcpu().apply(core::EntryPlan{.interrupt_window = true});
  core::MachineExit exit = bed.run();
  log.equal("window: reason", exit.reason, number(MachineReason::interrupt_window));
  log.equal("window: RIP", bed.vcpu().rip(), TestBed::code_at + 3);
  log.equal("window: blocking", bed.vcpu().entry_state().interruptibility, 0);
  bed.vcpu().apply(core::EntryPlan{});
  exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  bed.skip(exit);
  exit = bed.run();
  log.equal("HLT after STI: blocking", bed.vcpu().entry_state().interruptibility, 1);
  log.equal("HLT after STI: flags", bed.vcpu().entry_state().rflags & 0x200U, 0x200);
  bed.skip(exit);
  log.equal("skipped: blocking", bed.vcpu().entry_state().interruptibility, 0);
}

void check_vmx_vector_registers(CheckLog& log) noexcept {
  TestBed& bed = test_bed();
  bed.begin(Mode::long64, {0x0f, 0x20, 0xe0,                    // mov rax, cr4
                           0x48, 0x0d, 0x00, 0x02, 0x00, 0x00,  // or rax, OSFXSR
                           0x0f, 0x22, 0xe0,                    // mov cr4, rax
                           0xf3, 0x44, 0x0f, 0x6f, 0x2c, 0x25,  // movdqu xmm13, [0x8000]
                           0x00, 0x80, 0x00, 0x00,              //
                           0xf4,                                // hlt
                           0xf3, 0x44, 0x0f, 0x7f, 0x2c, 0x25,  // movdqu [0x8100], xmm13
                           0x00, 0x81, 0x00, 0x00,              //
                           0xf4});                              // hlt
  bed.put_word(TestBed::data_at, 0x0807'0605'0403'0201);
  bed.put_word(TestBed::data_at + 8, 0x1817'1615'1413'1211);
  core::MachineExit exit = bed.run();
  log.equal("HLT: reason", exit.reason, number(MachineReason::hlt));
  core::VectorValue const value = bed.vcpu().read_vector(13);
  log.equal("byte 0", value[0], 0x01);
  log.equal("byte 15", value[15], 0x18);
  log.equal("byte 16", value[16], 0);
  core::Commit commit;
  commit.start(exit.instruction_length);
  commit.vector_width = 16;
  commit.vector_index = 13;
  commit.vector = value;
  commit.vector[15] = 0x99;
  bed.vcpu().apply(core::VcpuCommit{commit, core::ControlWrite{}});
  exit = bed.run();
  log.equal("stored by the guest, low", bed.word(TestBed::data_at + 0x100), 0x0807'0605'0403'0201);
  log.equal("stored by the guest, high", bed.word(TestBed::data_at + 0x108), 0x9917'1615'1413'1211);
}

void check_vmx_two_vcpus(CheckLog& log) noexcept {
  constexpr std::uint64_t second_code_at = 0x3000;
  TestBed& bed = test_bed();
  bed.begin(Mode::long64, {0x0f, 0x20, 0xe0,                    // mov rax, cr4
                           0x48, 0x0d, 0x00, 0x02, 0x00, 0x00,  // or rax, OSFXSR
                           0x0f, 0x22, 0xe0,                    // mov cr4, rax
                           0xf3, 0x0f, 0x6f, 0x0c, 0x25,        // movdqu xmm1, [0x8000]
                           0x00, 0x80, 0x00, 0x00,              //
                           0xb9, 0x82, 0x00, 0x00, 0xc0,        // mov ecx, IA32_LSTAR
                           0xb8, 0x22, 0x22, 0x11, 0x11,        // mov eax, 0x11112222
                           0x31, 0xd2,                          // xor edx, edx
                           0x0f, 0x30,                          // wrmsr
                           0x0f, 0x22, 0xd0,                    // mov cr2, rax
                           0xf4,                                // hlt
                           0xf3, 0x0f, 0x7f, 0x0c, 0x25,        // movdqu [0x8100], xmm1
                           0x00, 0x81, 0x00, 0x00,              //
                           0x0f, 0x32,                          // rdmsr
                           0x48, 0x89, 0xc3,                    // mov rbx, rax
                           0x0f, 0x20, 0xd0,                    // mov rax, cr2
                           0xf4});                              // hlt
  bed.put(second_code_at, {0x0f, 0x20, 0xe0,                    // mov rax, cr4
                           0x48, 0x0d, 0x00, 0x02, 0x00, 0x00,  // or rax, OSFXSR
                           0x0f, 0x22, 0xe0,                    // mov cr4, rax
                           0x0f, 0x57, 0xc9,                    // xorps xmm1, xmm1
                           0xb9, 0x82, 0x00, 0x00, 0xc0,        // mov ecx, IA32_LSTAR
                           0x31, 0xc0,                          // xor eax, eax
                           0x31, 0xd2,                          // xor edx, edx
                           0x0f, 0x30,                          // wrmsr
                           0x0f, 0x22, 0xd0,                    // mov cr2, rax
                           0xf4});                              // hlt
  bed.put_word(TestBed::data_at, 0x5555'6666'7777'8888);
  core::MachineExit exit = bed.run();
  log.equal("first: reason", exit.reason, number(MachineReason::hlt));
  bed.skip(exit);
  bed.vcpu().unload();
  bed.second().load();
  GuestStart start = TestBed::start_of(Mode::long64);
  start.rip = second_code_at;
  bed.second().start(start);
  exit = TestBed::run(bed.second());
  log.equal("second: reason", exit.reason, number(MachineReason::hlt));
  log.equal("second: RAX", bed.second().read_register(Register::rax), 0);
  bed.second().unload();
  bed.vcpu().load();
  exit = bed.run();
  log.equal("first again: reason", exit.reason, number(MachineReason::hlt));
  log.equal("XMM1", bed.word(TestBed::data_at + 0x100), 0x5555'6666'7777'8888);
  log.equal("IA32_LSTAR", bed.vcpu().read_register(Register::rbx), 0x1111'2222);
  log.equal("CR2", bed.vcpu().read_register(Register::rax), 0x1111'2222);
}

void check_vmx_entry_failure(CheckLog& log) noexcept {
  using namespace std::string_view_literals;
  constexpr std::uint32_t invalid_control_fields = 7;
  TestBed& bed = test_bed();
  bed.begin(Mode::real, {0xf4});  // hlt
  vmx::write(vmcs::guest_rflags, std::uint64_t{0});
  log.equal("bad flags: fails", bed.run().reason, TestBed::failed);
  log.equal("bad flags: kind", static_cast<std::uint64_t>(bed.vcpu().failure().kind),
            static_cast<std::uint64_t>(EntryFailureKind::guest_state));
  log.equal("bad flags: reason", bed.vcpu().failure().number, 0x8000'0021);
  log.is_true("bad flags: rule", bed.vcpu().failure().rule.starts_with("RFLAGS"sv) ? 1 : 0);
  bed.begin(Mode::real, {0xf4});  // hlt
  std::uint32_t const pin = vmx::read(vmcs::pin_controls);
  vmx::write(vmcs::pin_controls, 0U);
  log.equal("no controls: fails", bed.run().reason, TestBed::failed);
  log.equal("no controls: kind", static_cast<std::uint64_t>(bed.vcpu().failure().kind),
            static_cast<std::uint64_t>(EntryFailureKind::instruction));
  log.equal("no controls: number", bed.vcpu().failure().number, invalid_control_fields);
  vmx::write(vmcs::pin_controls, pin);
  log.equal("repaired: reason", bed.run().reason, number(MachineReason::hlt));
}

}  // namespace acrn::baremetal

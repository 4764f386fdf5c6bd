// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace acrn::tests {

using core::MachineExit;
using core::MachineReason;
using core::Progress;
using core::Register;

CaptureFile::CaptureFile(std::vector<Vm> const& vms)
    : memory_(std::size_t{64} << 20U), sink_{memory_} {
  std::vector<core::PlatformConfigBytes> configurations;
  for (Vm const& vm : vms) configurations.push_back(core::encode(vm.config));
  std::vector<traces::DeviceView> devices;
  for (auto const& bytes : configurations) {
    devices.push_back({.id = 1, .name = traces::platform_device_name, .configuration = bytes});
  }
  std::vector<traces::VmView> views;
  for (std::size_t i = 0; i < vms.size(); ++i) {
    views.push_back({.id = vms[i].id, .vcpus = 1, .devices = {&devices[i], 1}, .maps = {}});
  }
  std::array const clocks{
      traces::ClockView{.kind = "tsc", .hz_numerator = 1'000'000'000, .hz_denominator = 1}};
  traces::HeaderView const header{.clocks = clocks,
                                  .profile = "architectural",
                                  .cpu = "vmx test",
                                  .vms = views,
                                  .source = {.dialect = "image", .file = "script"}};
  std::vector<std::byte> start(traces::capture_start_size(header));
  sink_.write(traces::encode_capture_start(header, start));
}

std::string CaptureFile::bytes() const {
  auto const bytes = sink_.bytes();
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

namespace {

constexpr std::size_t recorder_size = baremetal::recorder_memory_min + (std::size_t{4} << 20U);
constexpr std::array clients{traces::ClientNameView{.id = 1, .name = "ram disk"},
                             traces::ClientNameView{.id = 2, .name = "console"}};

}  // namespace

RecordedGuest::RecordedGuest(std::uint16_t vm, core::PlatformConfig const& config)
    : platform_{config},
      id_{vm},
      recorder_memory_{
          static_cast<std::byte*>(std::aligned_alloc(4096, (recorder_size + 4095) / 4096 * 4096)),
          &std::free},
      recorder_{{.vm = vm,
                 .vcpu = 0,
                 .clients = clients,
                 .memory = {recorder_memory_.get(), (recorder_size + 4095) / 4096 * 4096}}} {
  platform_.attach();
  EXPECT_TRUE(page_.announce(1).has_value());
  EXPECT_TRUE(hsm_.add_vm(id_, 1).has_value());
  EXPECT_TRUE(hsm_.set_page(id_, memory_).has_value());
  EXPECT_TRUE(hsm_.create_client(id_, core::ClientKind::fallback).has_value());
}

baremetal::ServiceStamps RecordedGuest::Probe::service_stamps() const {
  if (!guest->tells_stamps) return {};
  guest->stamps_ = {baremetal::StageStamp{5, guest->now_ - 3},
                    {6, guest->now_ - 2},
                    {8, guest->now_ - 1},
                    {9, guest->now_}};
  return {.stamps = guest->stamps_, .client = 1};
}

/// The service VM: one scan, and whatever client was woken answers.
void RecordedGuest::serve() {
  now_ += 20;
  core::SlotEffects const found = hsm_.dispatch_slot(id_, {0});
  if (found.kind == core::SlotEffects::Kind::settled) return;
  auto const request = hsm_.next_request(found.client);
  ASSERT_TRUE(request.has_value());
  static_cast<void>(hsm_.complete(*request, answer));
}

Progress RecordedGuest::take(MachineExit const& exit) {
  now_ += guest_ticks;
  core::Ticks const time_in{now_};
  core::ExitEnvironment<Slot, decltype(recording_cpu_), decltype(recording_memory_)> const env{
      platform_, core::architectural, slot_, recording_cpu_, recording_memory_, effects_};
  recorder_.begin_exit(exit, cpu.ip, time_in);
  Progress progress = vcpu_.begin(exit, env, {}, time_in);
  while (progress == Progress::waiting) {
    if (vcpu_.hypercall_pending()) {
      static_cast<void>(core::fault_state(recording_cpu_));  // as the image does
      progress = vcpu_.finish_hypercall(hypercall_result);
    } else {
      serve();
      progress = vcpu_.resume(env, {}, time_in);
    }
  }
  recorder_.end_exit(vcpu_.commit(), progress, vcpu_.stop());
  cpu.apply(vcpu_.commit());
  now_ += exit_ticks;
  if (vcpu_.stop().kind == core::StopKind::none) {
    plan();
  } else {
    recorder_.leave({now_});
  }
  return progress;
}

void RecordedGuest::plan() {
  for (baremetal::RecordedInput const& input : inputs_) {
    recorder_.input(input, {now_});
    if (input.kind == traces::InputKind::received_byte) {
      platform_.receive(static_cast<std::uint8_t>(input.payload), {now_});
    } else if (input.kind == traces::InputKind::irq_line) {
      platform_.change_line({.line = {static_cast<std::uint16_t>(input.target)},
                             .action = static_cast<core::IrqAction>(input.payload)});
    } else {
      vcpu_.raise(static_cast<std::uint8_t>(input.payload));
    }
  }
  inputs_.clear();
  core::EntryPlan plan = vcpu_.plan_entry(recording_cpu_, platform_, {now_});
  for (int i = 0; plan.halted; ++i) {
    ASSERT_TRUE(i < 10 && plan.deadline != core::ticks_never) << "nothing will wake this guest";
    now_ = plan.deadline.value;
    plan = vcpu_.plan_entry(recording_cpu_, platform_, {now_});
  }
  recorder_.enter(plan, {now_});
}

Progress RecordedGuest::take(MachineReason reason, std::uint8_t length) {
  return take(core::fakes::VcpuBench::exit_of(reason, length));
}

Progress RecordedGuest::out(std::uint16_t port, std::uint32_t value, std::uint8_t size) {
  cpu[Register::rax] = value;
  return take(core::fakes::VcpuBench::port_exit(port, size, core::Direction::write));
}

Progress RecordedGuest::in(std::uint16_t port, std::uint8_t size) {
  return take(core::fakes::VcpuBench::port_exit(port, size, core::Direction::read));
}

Progress RecordedGuest::mmio(std::vector<std::uint8_t> const& instruction, std::uint64_t gpa) {
  auto const ip = cpu.ip;
  std::copy(instruction.begin(), instruction.end(),
            ram.bytes.begin() + static_cast<std::ptrdiff_t>(ip));
  cpu[Register::rbx] = gpa;
  MachineExit exit = core::fakes::VcpuBench::exit_of(MachineReason::ept_violation, 0);
  exit.qualification = 0x182;
  exit.guest_physical = {gpa};
  exit.guest_linear = gpa;
  return take(exit);
}

void RecordedGuest::receive(std::uint8_t byte) {
  inputs_.push_back({traces::InputKind::received_byte, 0x3f8, byte});
}

void RecordedGuest::change_line(core::IrqChange change) {
  inputs_.push_back(
      {traces::InputKind::irq_line, change.line.value, static_cast<std::uint64_t>(change.action)});
}

void RecordedGuest::raise(std::uint8_t vector) {
  inputs_.push_back({traces::InputKind::ipi, 0, vector});
}

namespace {

/// Linux' init_8259A(0): vectors 0x30 to 0x3F; lines 0, 2, 4 and 5 unmasked.
void start_pics(RecordedGuest& guest) {
  for (std::uint16_t const base : {std::uint16_t{0x20}, std::uint16_t{0xa0}}) {
    auto const data = static_cast<std::uint16_t>(base + 1);
    bool const master = base == 0x20;
    guest.out(data, 0xff);
    guest.out(base, 0x11);
    guest.out(data, master ? 0x30 : 0x38);
    guest.out(data, master ? 4 : 2);
    guest.out(data, 1);
  }
  guest.out(0x21, 0xc8);
}

void instructions(RecordedGuest& guest) {
  guest.cpu[Register::rax] = 0;
  guest.take(MachineReason::cpuid);
  guest.cpu[Register::rax] = 7;
  guest.cpu[Register::rcx] = 0;
  guest.take(MachineReason::cpuid);
  guest.cpu[Register::rcx] = 0xc000'0080;
  guest.take(MachineReason::rdmsr);
  guest.cpu[Register::rcx] = 0x1234'5678;
  guest.take(MachineReason::rdmsr);     // no such register: #GP(0)
  guest.take(MachineReason::vmxon, 4);  // #UD
  guest.cpu[Register::rax] = 7;
  guest.take(MachineReason::vmcall, 3);
  guest.cpu[Register::rax] = guest.cpu.state.cr0 | 8U;
  MachineExit write = core::fakes::VcpuBench::exit_of(MachineReason::control_register, 3);
  guest.take(write);  // MOV CR0, EAX
  MachineExit cut = core::fakes::VcpuBench::exit_of(MachineReason::external_interrupt, 0);
  cut.interruption_information = core::fakes::external(0xf0);
  cut.idt_vectoring_information = 0x8000'0b0d;
  cut.idt_vectoring_error_code = 0x18;
  guest.take(cut);  // a #GP on its way is put into the guest again
}

void memory_accesses(RecordedGuest& guest) {
  constexpr std::uint64_t disk = 0xd000'0000;
  guest.mmio({0x8b, 0x03}, disk);       // MOV EAX, [EBX]
  guest.mmio({0x89, 0x0b}, disk + 8);   // MOV [EBX], ECX
  guest.mmio({0x01, 0x03}, disk + 12);  // ADD [EBX], EAX: a read and a write
  guest.tells_stamps = false;
  guest.mmio({0x0f, 0xb6, 0x13}, disk);  // MOVZX EDX, BYTE [EBX]
  guest.tells_stamps = true;
  guest.mmio({0x0f, 0x10, 0x0b}, disk + 16);  // MOVUPS XMM1, [EBX]: two reads
  guest.mmio({0x0f, 0x0b}, disk);             // UD2: not emulated
}

void timer(RecordedGuest& guest) {
  guest.out(0x43, 0x34);  // channel 0, mode 2, 5000 clocks
  guest.out(0x40, 5000 & 0xff);
  guest.out(0x40, 5000 >> 8);
  guest.cpu.flags |= core::fakes::flag_if;
  guest.take(MachineReason::pause);  // the timer's output went high when its mode was set
  guest.out(0x20, 0x20);
  guest.take(MachineReason::hlt, 1);  // until the timer's interrupt
  guest.out(0x20, 0x20);
  guest.cpu.flags &= ~core::fakes::flag_if;
  guest.change_line({.line = {5}, .action = core::IrqAction::raise});
  guest.in(0x61);
  guest.cpu.flags |= core::fakes::flag_if;
  guest.take(MachineReason::interrupt_window, 0);  // now line 5 gets through
  guest.change_line({.line = {5}, .action = core::IrqAction::lower});
  guest.out(0x20, 0x20);
  guest.raise(0xf3);
  guest.take(MachineReason::pause);
}

}  // namespace

void run_script(RecordedGuest& guest) {
  guest.cpu.state = {.cr0 = 0x11, .cr4 = 0x200, .efer = 0, .physical_bits = 39};
  guest.cpu.code = {.limit = 0xffff'ffff, .access_rights = 0xc09b};
  guest.cpu.flags &= ~core::fakes::flag_if;
  start_pics(guest);
  guest.out(0x3fb, 0x03);
  guest.receive('k');
  guest.in(0x3fd);
  guest.in(0x3f8);
  guest.out(0x3f8, 'o');
  guest.out(0x1f0, 0x12345678, 4);
  guest.answer = 0xfeed'beef;
  guest.in(0x1f0, 4);
  guest.in(0x1f7);
  guest.in(0x3f6, 4);  // half of it a device of the hypervisor, half the service VM's
  instructions(guest);
  memory_accesses(guest);
  timer(guest);
  guest.out(0xf4, 0x2a);
}

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's half of a hypercall: core decides, and what it asks for is done here.
#include <cstdint>

#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/smp.hpp"
#include "core/abi/hypercall.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/guest_ram.hpp"

namespace acrn::baremetal {
namespace {

/// Asynchronous I/O would change a VM's state beside its vCPU; the image does not offer it.
bool is_offered(std::uint64_t id) noexcept {
  using core::abi::Hypercall;
  return id != static_cast<std::uint64_t>(Hypercall::asyncio_assign) &&
         id != static_cast<std::uint64_t>(Hypercall::asyncio_deassign);
}

}  // namespace

/// Whether the VM does what it does most: it tells that it has answered a request.
bool Hypervisor::gives_notice(GuestVm& vm) const noexcept {
  constexpr auto notice = static_cast<std::uint64_t>(core::abi::Hypercall::notify_request_finish);
  return vm.cpu.read_register(core::Register::r8) == notice && vm.is_service() &&
         vm.cpu.privilege_level() == 0;
}

HypercallEnd Hypervisor::hypercall(GuestVm& vm) noexcept {
  using Kind = core::HypercallResult::Kind;
  if (gives_notice(vm)) [[likely]] {
    core::RequestNotice const notice = hypercalls_.request_notice(
        vm.cpu.read_register(core::Register::rdi), vm.cpu.read_register(core::Register::rsi));
    GuestVm* const waiting = notice.wakes ? user_vm(notice.vm) : nullptr;
    if (waiting != nullptr) ring(waiting->cpu_index);  // who waits for an answer is in no guest
    return {Kind::returned, notice.rax};
  }
  return other_hypercall(vm);
}

HypercallEnd Hypervisor::other_hypercall(GuestVm& vm) noexcept {
  using Kind = core::HypercallResult::Kind;
  core::HypercallRegisters const registers{.id = vm.cpu.read_register(core::Register::r8),
                                           .first = vm.cpu.read_register(core::Register::rdi),
                                           .second = vm.cpu.read_register(core::Register::rsi),
                                           .cpl = vm.cpu.privilege_level(),
                                           .caller = {vm.id}};
  if (vm.is_service() && !is_offered(registers.id)) {
    return {Kind::returned, core::errors::not_a_call};
  }
  core::HypercallResult const result =
      hypercalls_.call(registers, core::GuestRam{vm.memory}, ring_of_);
  if (result.kind == Kind::returned) carry_out(result.effect);
  return {result.kind, result.rax};
}

void Hypervisor::carry_out(core::HypercallEffect const& effect) noexcept {
  using Kind = core::HypercallEffect::Kind;
  GuestVm* const vm = user_vm(effect.vm);
  if (effect.kind == Kind::none || effect.kind == Kind::callback_vector) return;
  if (vm == nullptr) {
    print("hv: the Service VM made a VM that no configuration describes; it stays empty\n");
    return;
  }
  switch (effect.kind) {
    case Kind::none:
    case Kind::notify_vcpu:      // hypercall() has done it
    case Kind::callback_vector:  // hypercalls_ keeps it
    case Kind::create_vm:        // its memory and vCPU are there since the start
      return;
    case Kind::attach_buffer:
    case Kind::detach_buffer:
      return attach_stamps(*vm, effect);
    case Kind::attach_page:
      return attach_page(*vm, effect);
    case Kind::start_vm:
      return start_vm(*vm);
    case Kind::pause_vm:
      return stop_and_wait(*vm);
    case Kind::reset_vm:
      return reset_vm(*vm);
    case Kind::destroy_vm:
      return end_guest(*vm, {.end = GuestEnd::stopped});
    case Kind::irq_line:
      return change_line(*vm, effect);
    case Kind::inject_msi:
      print("hv: an MSI is lost: guests have no local APIC\n");
      return;
  }
}

void Hypervisor::attach_page(GuestVm& vm, core::HypercallEffect const& effect) noexcept {
  // Hypercalls has seen that all of the page is RAM of the Service VM.
  auto* const page =
      reinterpret_cast<core::PageStorage*>(service_->memory.bytes().data() + effect.gpa.value);
  vm.page = core::HypervisorPage{core::AtomicMemory{*page}, effect.completion};
  vm.wait_mode =
      effect.completion == core::Completion::polling ? WaitMode::polling : WaitMode::notification;
  static_cast<void>(vm.page.announce(effect.vcpu_count));
}

void Hypervisor::attach_stamps(GuestVm& vm, core::HypercallEffect const& effect) noexcept {
  if (effect.buffer != core::abi::SharedBufferId::request_stamps) return;
  std::uint8_t const* const page = service_->memory.bytes().data() + effect.gpa.value;
  bool const attached = effect.kind == core::HypercallEffect::Kind::attach_buffer;
  vm.probe.set_row(attached ? reinterpret_cast<std::uint64_t const*>(page) : nullptr);
}

void Hypervisor::change_line(GuestVm& vm, core::HypercallEffect const& effect) noexcept {
  // Both enumerations have the values of HC_SET_IRQLINE.
  auto const action = static_cast<core::IrqAction>(effect.operation);
  if (!vm.mailbox.post({effect.line, action})) {
    print("hv: interrupt line changes come faster than the VM takes them; one is lost\n");
  }
  kick(vm);
}

void Hypervisor::stop_and_wait(GuestVm& vm) noexcept {
  if (vm.state.load(std::memory_order_acquire) != RunState::running) return;
  if (vm.cpu_index == this_cpu()) return stand_still(vm);
  vm.stop_asked.store(true, std::memory_order_release);
  vm.mailbox.ring();
  while (vm.stop_asked.load(std::memory_order_acquire) && !is_over()) {
    kick(vm);
    __builtin_ia32_pause();
  }
}

void Hypervisor::reset_vm(GuestVm& vm) noexcept {
  vm.vcpu.cancel(vm.slot);
  vm.page.reset();
  vm.starts_anew = true;
  vm.state.store(RunState::created, std::memory_order_release);
}

}  // namespace acrn::baremetal

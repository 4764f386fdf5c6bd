// SPDX-License-Identifier: BSD-3-Clause
// The calls that make VMs, end them, and lead them from state to state.
#include <algorithm>

#include "core/bits.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {

std::int32_t Hypercalls::check_creation(abi::VmCreation const& creation, UserVm*& place) noexcept {
  if (creation.reserved0 != 0 || creation.reserved1 != 0) return errors::invalid_argument;
  // A vCPU's id is its slot in the page of requests: more vCPUs than slots cannot be.
  auto const vcpus = std::size_t{count_ones(creation.cpu_affinity)};
  if (vcpus == 0 || vcpus > abi::ioreq_slot_count ||
      (creation.cpu_affinity & ~config_.physical_cpus) != 0) {
    return errors::invalid_argument;
  }
  for (UserVm const& vm : vms_) {
    if (vm.life != VmLife::absent && vm.name == creation.name) return errors::already_exists;
  }
  auto* const free = std::find_if(vms_.begin(), vms_.end(),
                                  [](UserVm const& vm) { return vm.life == VmLife::absent; });
  if (free == vms_.end()) return errors::no_space;
  place = free;
  return 0;
}

std::int32_t Hypercalls::create_vm(Call& call) {
  std::uint64_t const gpa = call.registers.first;
  abi::VmCreation creation;
  if (!call.ram.load(gpa, creation)) return errors::bad_address;
  UserVm* place = nullptr;
  std::int32_t const error = check_creation(creation, place);
  if (error != 0) {
    creation.vmid = abi::vmid_invalid;
    static_cast<void>(call.ram.store(gpa, creation));  // the error is told in RAX too
    return error;
  }
  creation.vmid = static_cast<std::uint16_t>(place - vms_.data() + 1);
  creation.vcpu_count = static_cast<std::uint16_t>(count_ones(creation.cpu_affinity));
  // Told first: a VM that its creator cannot name would never be destroyed.
  if (!call.ram.store(gpa, creation)) return errors::bad_address;
  bool const polls = (creation.flags & abi::vm_flag_completion_polling) != 0;
  bool const realtime = (creation.flags & abi::vm_flag_realtime) != 0;
  *place = {.life = *apply(VmLife::absent, LifeEvent::create),
            .severity = realtime ? Severity::realtime : Severity::standard,
            .completion = polls ? Completion::polling : Completion::notify,
            .vcpu_count = creation.vcpu_count,
            .name = creation.name};
  call.effect.kind = HypercallEffect::Kind::create_vm;
  call.effect.vm = {creation.vmid};
  call.effect.vcpu_count = place->vcpu_count;
  call.effect.completion = place->completion;
  call.effect.cpu_affinity = creation.cpu_affinity;
  return 0;
}

std::int32_t Hypercalls::set_ioreq_buffer(Call& call) {
  auto const next = apply(call.vm->life, LifeEvent::set_buffer);
  std::uint64_t page = 0;
  if (!next || !call.ram.load(call.registers.second, page)) return errors::refused;
  if (!checked_page_address({page}) || !call.ram.has(page, abi::ioreq_page_size))
    return errors::refused;
  call.vm->life = *next;
  call.vm->has_page = true;
  call.effect.kind = HypercallEffect::Kind::attach_page;
  call.effect.gpa = {page};
  call.effect.vcpu_count = call.vm->vcpu_count;
  call.effect.completion = call.vm->completion;
  return 0;
}

std::int32_t Hypercalls::start_vm(Call& call) {
  auto const next = apply(call.vm->life, LifeEvent::start);
  if (!next || !call.vm->has_page) return errors::refused;
  call.vm->life = *next;
  call.effect.kind = HypercallEffect::Kind::start_vm;
  return 0;
}

std::int32_t Hypercalls::pause_vm(Call& call) {
  auto const next = apply(call.vm->life, LifeEvent::pause);
  if (!next || (call.vm->life == VmLife::running && !may_touch(*call.vm))) return errors::refused;
  bool const stands_still = call.vm->life == VmLife::paused;
  call.vm->life = *next;
  if (!stands_still) call.effect.kind = HypercallEffect::Kind::pause_vm;
  return 0;
}

std::int32_t Hypercalls::reset_vm(Call& call) {
  auto const next = apply(call.vm->life, LifeEvent::reset);
  if (!next) return errors::refused;
  call.vm->life = *next;
  asyncio(call).reset();
  call.effect.kind = HypercallEffect::Kind::reset_vm;
  return 0;
}

std::int32_t Hypercalls::destroy_vm(Call& call) {
  auto const next = apply(call.vm->life, LifeEvent::destroy);
  if (!next) return errors::refused;
  *call.vm = {.life = *next};
  asyncio(call).drop();
  call.effect.kind = HypercallEffect::Kind::destroy_vm;
  return 0;
}

bool Hypercalls::power_off(VmId vm) noexcept {
  UserVm* const entry = find(vm.value);
  if (entry == nullptr) return false;
  auto const next = apply(entry->life, LifeEvent::power_off);
  if (next) entry->life = *next;
  return next.has_value();
}

}  // namespace acrn::core

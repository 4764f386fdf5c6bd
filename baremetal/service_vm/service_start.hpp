// SPDX-License-Identifier: BSD-3-Clause
// How the Service VM makes the User VMs. Part of service.hpp.
#pragma once

#include "baremetal/service_vm/service.hpp"

namespace acrn::service_vm {

template <Machine M>
bool Service<M>::start() noexcept {
  if (auto const fault = fault_of(boot_)) return refuse(*fault);
  stamps_wanted_ = boot_.stamps == static_cast<std::uint32_t>(RequestStamps::wanted);
  tsc_start_ = machine_.tsc();
  if (!check_version()) return false;
  if (!call(0, Hypercall::set_callback_vector, upcall_vector, 0)) return false;
  for (std::size_t place = 0; place < boot_.vm_count; ++place) {
    if (!make_vm(place)) return false;
  }
  // Started last: a VM that runs may send requests, and each start needs all of the preparation.
  for (std::size_t place = 0; place < vm_count_; ++place) {
    if (!call(place, Hypercall::start_vm, vms_[place]->id.value, 0)) return false;
  }
  tell_state(ServiceState::running);
  return true;
}

template <Machine M>
bool Service<M>::check_version() noexcept {
  core::abi::ApiVersion version{};
  if (!call(0, Hypercall::get_api_version, gpa_of(&version), 0)) return false;
  if (version.major == core::abi::api_version_major) return true;
  return refuse("the hypervisor's hypercalls are not of version 1; build both together");
}

template <Machine M>
bool Service<M>::make_vm(std::size_t place) noexcept {
  ServiceVmBoot& wanted = boot_.vms[place];
  bool const polls = wanted.completion == static_cast<std::uint32_t>(CompletionMode::polling);
  VmMemory& memory = memories_[place];
  std::uint64_t const page = gpa_of(&memory.requests);
  core::abi::VmCreation creation{
      .name = wanted.name,
      .flags = polls ? core::abi::vm_flag_completion_polling : 0,
      .ioreq_buffer = page,
      .cpu_affinity = wanted.cpu_affinity,
  };
  if (!call(place, Hypercall::create_vm, gpa_of(&creation), 0)) return false;
  wanted.vm = creation.vmid;
  core::abi::SharedBufferParameters const stamps{
      .id = static_cast<std::uint32_t>(core::abi::SharedBufferId::request_stamps),
      .gpa = gpa_of(&memory.stamps)};
  if (!call(place, Hypercall::set_ioreq_buffer, creation.vmid, gpa_of(&page))) return false;
  if (stamps_wanted_ && !call(place, Hypercall::setup_sbuf, creation.vmid, gpa_of(&stamps))) {
    return false;
  }
  Vm& vm =
      vms_[place].emplace(Vm{.id = {creation.vmid},
                             .received = boot_.received[place],
                             .devices = VmDevices{{.ticks_hz = boot_.tsc_hz,
                                                   .rtc_epoch_seconds = boot_.rtc_epoch_seconds,
                                                   .disk = memory.disk}}});
  ++vm_count_;
  if (!hsm_.add_vm(vm.id, creation.vcpu_count) ||
      !hsm_.set_page(vm.id, core::AtomicMemory{memory.requests}) ||
      !watch(vm, memory, creation.vcpu_count)) {
    return refuse("HC_SET_IOREQ_BUFFER was accepted, but the slots of the page are not announced");
  }
  return prepare_clients(vm, wanted.forwarded);
}

template <Machine M>
bool Service<M>::prepare_clients(Vm& vm, std::uint32_t forwarded) noexcept {
  constexpr std::string_view full = "the service module's tables have no room for the VM's clients";
  if (!hsm_.create_client(vm.id, core::ClientKind::fallback)) return refuse(full);
  for (ServedRange const& served : served_ranges()) {
    if ((forwarded & served.device) == 0) continue;
    auto const client = hsm_.create_client(vm.id, core::ClientKind::ranged);
    if (!client || !hsm_.add_range(*client, served.range)) return refuse(full);
    vm.servers[client->value % core::hsm_client_count_max] = served.server;
  }
  if ((forwarded & forwarded_uart) != 0) {
    listeners_[listener_count_] = &vm;
    ++listener_count_;
  }
  return true;
}

/// From now on every scan looks at the VM's slots. False where the HSM has no such slot.
template <Machine M>
bool Service<M>::watch(Vm& vm, VmMemory& memory, std::uint16_t vcpu_count) noexcept {
  for (std::uint16_t vcpu = 0; vcpu < vcpu_count; ++vcpu) {
    auto const place = hsm_.slot_place(vm.id, {vcpu});
    if (!place) return false;
    StampRow* const stamps = stamps_wanted_ ? &memory.stamps.rows[vcpu] : nullptr;
    slots_[slot_count_].emplace(Slot{*place, &vm, stamps, {vcpu}});
    ++slot_count_;
  }
  return true;
}

/// Makes a hypercall that the service cannot do without.
template <Machine M>
bool Service<M>::call(std::size_t place, Hypercall id, std::uint64_t first,
                      std::uint64_t second) noexcept {
  std::int64_t const result = machine_.hypercall(id, first, second);
  if (result == 0) return true;
  ServiceStatus& status = boot_.status;
  status.failed_vm = static_cast<std::uint32_t>(place);
  status.failed_call = static_cast<std::uint64_t>(id);
  status.failed_result = result;
  console_.print("service: ");
  console_.print(core::name(id));
  console_.print(" for VM ");
  console_.print_decimal(static_cast<std::int64_t>(place) + 1);
  console_.print(" of the table was answered with ");
  console_.print_decimal(result);
  console_.print("\n");
  tell_state(ServiceState::refused);
  return false;
}

/// For reasons that are no hypercall's answer. Answers false.
template <Machine M>
bool Service<M>::refuse(std::string_view reason) noexcept {
  console_.print("service: ");
  console_.print(reason);
  console_.print("\n");
  tell_state(ServiceState::refused);
  return false;
}

template <Machine M>
void Service<M>::tell_state(ServiceState state) noexcept {
  std::atomic_ref shared{boot_.status.state};
  shared.store(static_cast<std::uint32_t>(state), std::memory_order_release);
}

}  // namespace acrn::service_vm

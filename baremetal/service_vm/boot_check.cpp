// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/boot_check.hpp"

#include "core/abi/ioreq.hpp"
#include "core/bits.hpp"
#include "core/devices/clock.hpp"

namespace acrn::service_vm {
namespace {

std::optional<std::string_view> fault_of(ServiceVmBoot const& vm) noexcept {
  if (vm.completion > static_cast<std::uint32_t>(CompletionMode::polling)) {
    return "boot page: completion is neither 0 (notification) nor 1 (polling)";
  }
  if ((vm.forwarded & ~forwarded_known) != 0) {
    return "boot page: forwarded names a device that the Service VM does not have";
  }
  unsigned const vcpus = core::count_ones(vm.cpu_affinity);
  if (vcpus == 0 || vcpus > core::abi::ioreq_slot_count) {
    return "boot page: cpu_affinity must name 1 to 16 CPUs";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> fault_of(ServiceBoot const& boot) noexcept {
  if (boot.magic != boot_magic) return "boot page: RSI does not point to one: no ASVCBOOT there";
  if (boot.version != boot_version) {
    return "boot page: another version; build hypervisor and Service VM together";
  }
  if (boot.vm_count == 0 || boot.vm_count > boot_vm_count_max) {
    return "boot page: vm_count must be 1 to 8";
  }
  if (boot.tsc_hz == 0 || boot.tsc_hz > core::DeviceClock::ticks_hz_max) {
    return "boot page: tsc_hz must be 1 Hz to 274 GHz";
  }
  if (boot.hsm_mode > static_cast<std::uint32_t>(HsmMode::poll)) {
    return "boot page: hsm_mode is neither 0 (upcall) nor 1 (poll)";
  }
  if (boot.stamps > static_cast<std::uint32_t>(RequestStamps::wanted)) {
    return "boot page: stamps is neither 0 (none) nor 1 (wanted)";
  }
  for (std::uint32_t i = 0; i < boot.vm_count; ++i) {
    if (auto const fault = fault_of(boot.vms[i])) return fault;
  }
  return std::nullopt;
}

}  // namespace acrn::service_vm

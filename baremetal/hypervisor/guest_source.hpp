// SPDX-License-Identifier: BSD-3-Clause
// Where a VM's program comes from, and how it gets into the VM's RAM: at the first start, and when
// the VM is started anew.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/hypervisor/guest_vm.hpp"
#include "baremetal/service_vm/service_boot.hpp"

namespace acrn::baremetal {

/// "vm1" to "vm8".
inline constexpr std::size_t vm_name_size = 3;
constexpr std::array<char, vm_name_size> vm_name(std::uint16_t number) noexcept {
  return {'v', 'm', static_cast<char>('0' + number)};
}
static_assert(vm_count_max < 10);

struct UserVmSource {
  VmConfiguration const* vm{};
  BootInformation const* boot{};
  std::array<char, vm_name_size> name{};
};
struct ServiceVmSource {
  Configuration const* configuration{};
  std::uint64_t tsc_hz{};
  std::int64_t rtc_epoch_seconds{};
};

/// The devices that the configuration puts into the hypervisor, as core numbers them.
std::uint32_t platform_devices(DeviceSet devices) noexcept;

/// GuestLoader::load with a UserVmSource or a ServiceVmSource as its context. On failure a line on
/// the console says why.
std::optional<GuestStart> load_user_vm(void* context, GuestVm& vm) noexcept;
std::optional<GuestStart> load_service_vm(void* context, GuestVm& vm) noexcept;

/// What the configuration wants typed.
GuestInput guest_input(VmConfiguration const& vm, BootInformation const& boot) noexcept;

/// The page that is shared with the Service VM, once that is loaded into this RAM.
service_vm::ServiceBoot& service_boot_of(std::span<std::uint8_t> ram) noexcept;

}  // namespace acrn::baremetal

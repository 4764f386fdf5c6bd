// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/guest_source.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <string_view>

#include "baremetal/config/text_line.hpp"
#include "baremetal/guest/flat_loader.hpp"
#include "baremetal/guest/guest_ram.hpp"
#include "baremetal/guest/linux_loader.hpp"
#include "baremetal/guest/load_error.hpp"
#include "baremetal/guest/player/player.hpp"
#include "baremetal/guest/replay_loader.hpp"
#include "baremetal/guest/start_tables.hpp"
#include "baremetal/guest/test_guests.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/service_vm/service_image.hpp"
#include "core/platform/platform_config.hpp"

namespace acrn::baremetal {
namespace {

using Mode = GuestStart::Mode;

/// Behind the tables that the Service VM starts with, below its binary.
constexpr std::uint64_t service_boot_address = start_tables_end;

void tell(std::string_view vm, std::string_view what) noexcept {
  TextLine line;
  line << "hv: " << vm << ": " << what << "\n";
  print(line.text());
}

std::span<std::uint8_t const> module_bytes(BootInformation const& boot,
                                           std::string_view name) noexcept {
  BootModule const* const module = boot.find_module(name);
  return module == nullptr ? std::span<std::uint8_t const>{} : module->bytes;
}

/// What the guest is, taken to pieces for the loaders.
core::Expected<GuestStart, LoadError> load(UserVmSource const& source, GuestRam ram) noexcept {
  VmConfiguration const& vm = *source.vm;
  switch (vm.guest) {
    case GuestKind::selftest_real:
      return load_flat(test_guest(Mode::real), Mode::real, ram);
    case GuestKind::selftest_protected:
      return load_flat(test_guest(Mode::protected32), Mode::protected32, ram);
    case GuestKind::selftest_long:
      return load_flat(test_guest(Mode::long64), Mode::long64, ram);
    case GuestKind::linux_kernel:
      return load_linux({.bz_image = module_bytes(*source.boot, vm.module),
                         .initrd = module_bytes(*source.boot, vm.initrd),
                         .command_line = vm.command_line},
                        ram);
    case GuestKind::replay:
      return load_replay(replay_player(), module_bytes(*source.boot, vm.module), ram);
    case GuestKind::flat:
      break;
  }
  return load_flat(module_bytes(*source.boot, vm.module), Mode::real, ram);
}

std::uint32_t forwarded_devices(DeviceSet forward) noexcept {
  std::uint32_t bits = 0;
  if (forward.has(DeviceName::uart)) bits |= service_vm::forwarded_uart;
  if (forward.has(DeviceName::rtc)) bits |= service_vm::forwarded_rtc;
  if (forward.has(DeviceName::test)) bits |= service_vm::forwarded_test;
  if (forward.has(DeviceName::disk)) bits |= service_vm::forwarded_disk;
  return bits;
}

service_vm::ServiceVmBoot boot_entry(VmConfiguration const& vm) noexcept {
  service_vm::ServiceVmBoot entry{.cpu_affinity = std::uint64_t{1} << vm.cpu.value,
                                  .forwarded = forwarded_devices(vm.forward)};
  std::array<char, vm_name_size> const name = vm_name(vm.number);
  std::copy(name.begin(), name.end(), entry.name.begin());
  entry.completion = static_cast<std::uint32_t>(vm.completion == Completion::polling
                                                    ? service_vm::CompletionMode::polling
                                                    : service_vm::CompletionMode::notification);
  return entry;
}

service_vm::ServiceBoot boot_page(ServiceVmSource const& source, std::uint64_t ram_size) noexcept {
  service_vm::ServiceBoot boot{};
  Configuration const& configuration = *source.configuration;
  boot.vm_count = static_cast<std::uint32_t>(configuration.vm_count);
  boot.ram_size = ram_size;
  boot.tsc_hz = source.tsc_hz;
  boot.rtc_epoch_seconds = source.rtc_epoch_seconds;
  boot.hsm_mode = static_cast<std::uint32_t>(configuration.service.hsm == HsmMode::poll
                                                 ? service_vm::HsmMode::poll
                                                 : service_vm::HsmMode::upcall);
  boot.stamps = static_cast<std::uint32_t>(configuration.capture == CaptureSink::off
                                               ? service_vm::RequestStamps::none
                                               : service_vm::RequestStamps::wanted);
  std::ranges::transform(configuration.vms(), boot.vms.begin(), boot_entry);
  return boot;
}

}  // namespace

std::uint32_t platform_devices(DeviceSet devices) noexcept {
  using core::PlatformDevice;
  struct Row {
    DeviceName name;
    std::uint32_t bits;
  };
  constexpr std::array rows{
      Row{DeviceName::pic, device_bit(PlatformDevice::pic)},
      Row{DeviceName::pit, device_bit(PlatformDevice::pit)},
      Row{DeviceName::port61, device_bit(PlatformDevice::port61)},
      Row{DeviceName::uart, device_bit(PlatformDevice::uart0)},
      Row{DeviceName::rtc, device_bit(PlatformDevice::rtc)},
      Row{DeviceName::acpi_pm, device_bit(PlatformDevice::acpi_pm)},
      Row{DeviceName::reset, device_bit(PlatformDevice::reset)},
      Row{DeviceName::pci, device_bit(PlatformDevice::pci_host)},
      Row{DeviceName::test, device_bit(PlatformDevice::test_device)},
      Row{DeviceName::exit, device_bit(PlatformDevice::test)},
      Row{DeviceName::disk, 0},  // nothing of the hypervisor's
  };
  static_assert(rows.size() == device_name_count);
  std::uint32_t bits = 0;
  for (Row const& row : rows) {
    if (devices.has(row.name)) bits |= row.bits;
  }
  // The power management block has the power-off port, too.
  if (devices.has(DeviceName::exit) && !devices.has(DeviceName::acpi_pm)) {
    bits |= device_bit(PlatformDevice::power_off);
  }
  return bits;
}

std::optional<GuestStart> load_user_vm(void* context, GuestVm& vm) noexcept {
  auto const& source = *static_cast<UserVmSource const*>(context);
  auto const start = load(source, GuestRam{vm.memory.bytes()});
  if (start) return *start;
  tell(vm.name, sentence(start.error(), source.vm->module).text());
  return std::nullopt;
}

std::optional<GuestStart> load_service_vm(void* context, GuestVm& vm) noexcept {
  auto const& source = *static_cast<ServiceVmSource const*>(context);
  GuestRam const ram{vm.memory.bytes()};
  std::span<std::uint8_t const> const image = service_vm::embedded_service_image();
  auto const header = service_vm::parse_service_image(image, ram.size());
  if (!header) {
    tell(vm.name, service_vm::sentence(header.error()));
    return std::nullopt;
  }
  ram.copy(header->load_address, image.first(header->file_size));
  GuestStart start = write_start_tables(ram, Mode::long64, header->entry);
  new (vm.memory.bytes().data() + service_boot_address)
      service_vm::ServiceBoot{boot_page(source, ram.size())};
  start.rsi = service_boot_address;
  return start;
}

GuestInput guest_input(VmConfiguration const& vm, BootInformation const& boot) noexcept {
  if (vm.input.empty()) return {};
  return {module_bytes(boot, vm.input), vm.input_after};
}

service_vm::ServiceBoot& service_boot_of(std::span<std::uint8_t> ram) noexcept {
  return *std::launder(
      reinterpret_cast<service_vm::ServiceBoot*>(ram.data() + service_boot_address));
}

}  // namespace acrn::baremetal

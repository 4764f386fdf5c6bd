// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/vm_builder.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string_view>

#include "baremetal/config/text_line.hpp"
#include "baremetal/hypervisor/capture_start.hpp"
#include "baremetal/hypervisor/guest_source.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/frames.hpp"
#include "baremetal/vmx/enable.hpp"
#include "core/profile.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t large_page_frames = 512;  // 2 MiB, so that EPT can use large pages

constexpr std::size_t frames_for(std::uint64_t bytes) noexcept {
  return static_cast<std::size_t>((bytes + page_size - 1) / page_size);
}

std::uint64_t take_zeroed_frame(void* /*context*/) noexcept {
  return Frames::allocate_zeroed(1).value_or(0);
}

constexpr FrameSource frame_source{.take = take_zeroed_frame};

void tell(std::string_view vm, std::string_view what) noexcept {
  TextLine line;
  line << "hv: " << vm << ": " << what << "\n";
  print(line.text());
}

std::optional<std::span<std::uint8_t>> allocate_ram(std::string_view vm,
                                                    std::uint64_t bytes) noexcept {
  auto const address = Frames::allocate_zeroed(frames_for(bytes), large_page_frames);
  if (!address) {
    TextLine line;
    line << "hv: " << vm << ": no " << (bytes >> 20U) << " MiB of memory in one piece ("
         << (Frames::free_pages() * page_size >> 20U)
         << " MiB are free); give the machine more, or the VM less by " << vm << ".memory=\n";
    print(line.text());
    return std::nullopt;
  }
  return std::span{reinterpret_cast<std::uint8_t*>(*address), bytes};
}

/// The MSRs that guests reach directly; one page for all of them.
constinit MsrBitmap const msr_bitmap = guest_msr_bitmap();

bool make_ept(GuestVm& vm) noexcept {
  std::span<std::uint8_t> const ram = vm.memory.bytes();
  EptFeatures const features = ept_features(read_vmx_capabilities().ept_vpid);
  auto mapped = vm.ept.initialise(frame_source, features);
  if (mapped) {
    mapped = vm.ept.map(
        {.host_physical = reinterpret_cast<std::uint64_t>(ram.data()), .size = ram.size()});
  }
  if (!mapped) tell(vm.name, name(mapped.error()));
  return mapped.has_value();
}

GuestVm* make_vm(VmSources const& sources, GuestVmConfig config) noexcept {
  config.recorder.vm = config.id;
  if (sources.captures) {
    auto const memory = recorder_memory();
    if (!memory) return nullptr;
    config.recorder.memory = *memory;
    config.recorder.clients = service_clients();
  }
  auto const address = Frames::allocate_zeroed(frames_for(sizeof(GuestVm)));
  if (!address) {
    tell(config.name, "no memory for the VM itself; give the machine more");
    return nullptr;
  }
  auto* const vm = new (reinterpret_cast<void*>(*address)) GuestVm{config};
  if (!make_ept(*vm)) return nullptr;
  auto const start = vm->loader.load(vm->loader.context, *vm);
  if (!start) return nullptr;
  vm->start = *start;
  return vm;
}

core::PlatformConfig platform_config(VmSources const& sources, std::uint32_t devices,
                                     core::DeviceModel model) noexcept {
  auto const profile = std::ranges::find(core::profiles, sources.configuration.profile);
  return {.ticks_hz = sources.tsc_hz,
          .rtc_epoch_seconds = sources.rtc_epoch_seconds,
          .devices = devices,
          .profile = static_cast<std::uint8_t>(profile - core::profiles.begin()),
          .device_model = model};
}

template <class T>
T* make_context() noexcept {
  auto const address = Frames::allocate_zeroed(frames_for(sizeof(T)));
  return address ? new (reinterpret_cast<void*>(*address)) T{} : nullptr;
}

}  // namespace

bool make_vcpu(GuestVm& vm) noexcept {
  auto const made = vm.cpu.initialise({.frames = frame_source,
                                       .ept = &vm.ept,
                                       .vpid = static_cast<std::uint16_t>(vm.id + 1U),
                                       .msr_bitmap = &msr_bitmap,
                                       .start = vm.start});
  if (!made) tell(vm.name, sentence(made.error()));
  return made.has_value();
}

GuestVm* build_user_vm(VmSources const& sources, VmConfiguration const& vm) noexcept {
  auto* const source = make_context<UserVmSource>();
  if (source == nullptr) return nullptr;
  *source = {.vm = &vm, .boot = &sources.boot, .name = vm_name(vm.number)};
  std::string_view const name{source->name.data(), vm_name_size};
  auto const ram = allocate_ram(name, vm.memory_bytes);
  if (!ram) return nullptr;
  bool const served = sources.configuration.service.mode == ServiceMode::present;
  return make_vm(sources, {.id = vm.number,
                           .name = name,
                           .cpu = vm.cpu,
                           .ram = *ram,
                           .platform = platform_config(
                               sources, platform_devices(vm.devices),
                               served ? core::DeviceModel::present : core::DeviceModel::absent),
                           .loader = {.load = load_user_vm, .context = source},
                           .input = guest_input(vm, sources.boot)});
}

GuestVm* build_service_vm(VmSources const& sources) noexcept {
  auto* const source = make_context<ServiceVmSource>();
  if (source == nullptr) return nullptr;
  *source = {.configuration = &sources.configuration,
             .tsc_hz = sources.tsc_hz,
             .rtc_epoch_seconds = sources.rtc_epoch_seconds};
  ServiceConfiguration const& service = sources.configuration.service;
  auto const ram = allocate_ram("service", service.memory_bytes);
  if (!ram) return nullptr;
  return make_vm(sources,
                 {.id = 0,
                  .name = "service",
                  .cpu = service.cpu,
                  .ram = *ram,
                  .platform = platform_config(sources, device_bit(core::PlatformDevice::console),
                                              core::DeviceModel::absent),
                  .loader = {.load = load_service_vm, .context = source}});
}

}  // namespace acrn::baremetal

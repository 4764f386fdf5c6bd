// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/run.hpp"

#include <algorithm>
#include <atomic>
#include <new>

#include "baremetal/hypervisor/capture_start.hpp"
#include "baremetal/hypervisor/guest_source.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "baremetal/hypervisor/vm_builder.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/frames.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"
#include "baremetal/vmx/enable.hpp"

namespace acrn::baremetal {
namespace {

/// 2000-01-01 00:00:00 UTC. Fixed, so that runs repeat exactly.
constexpr std::int64_t rtc_epoch_seconds = 946'684'800;
constexpr std::uint64_t slices_per_second = 1000;

std::uint64_t take_zeroed_frame(void* /*context*/) noexcept {
  return Frames::allocate_zeroed(1).value_or(0);
}

bool switch_vmx_on() noexcept {
  auto const refusal = enable_vmx({.take = take_zeroed_frame});
  if (!refusal) return true;
  print("hv: VMX: ");
  print(sentence(*refusal));
  print("\n");
  return false;
}

/// What another CPU is started with.
struct Helper {
  Hypervisor* hypervisor;
  std::atomic<std::uint32_t>* refused;
  std::atomic<std::uint32_t>* ready;
};

void run_helper(void* argument) noexcept {
  Helper const helper = *static_cast<Helper const*>(argument);
  if (!switch_vmx_on()) {
    helper.refused->fetch_add(1, std::memory_order_release);
    return;
  }
  helper.ready->fetch_add(1, std::memory_order_release);
  helper.hypervisor->run_cpu();
}

/// CPUs other than this one on which a vCPU is placed.
std::uint64_t other_cpus(Configuration const& configuration) noexcept {
  std::uint64_t cpus = 0;
  for (VmConfiguration const& vm : configuration.vms()) cpus |= std::uint64_t{1} << vm.cpu.value;
  if (configuration.service.mode == ServiceMode::present) {
    cpus |= std::uint64_t{1} << configuration.service.cpu.value;
  }
  return cpus & ~(std::uint64_t{1} << this_cpu().value);
}

/// What is typed into a UART of the Service VM goes there. Both sides number the VMs in the order
/// of the configuration.
void connect_inputs(Hypervisor& hypervisor, Configuration const& configuration,
                    GuestVm& service) noexcept {
  service_vm::ServiceBoot& boot = service_boot_of(service.memory.bytes());
  for (std::size_t i = 0; i < configuration.vms().size(); ++i) {
    if (!configuration.vms()[i].forward.has(DeviceName::uart)) continue;
    hypervisor.vms()[i]->input.forward_to(boot.received[i]);
  }
}

bool add_vms(Hypervisor& hypervisor, VmSources const& sources) noexcept {
  for (VmConfiguration const& vm : sources.configuration.vms()) {
    GuestVm* const made = build_user_vm(sources, vm);
    if (made == nullptr) return false;
    hypervisor.add_user_vm(*made);
  }
  if (sources.configuration.service.mode == ServiceMode::none) return true;
  GuestVm* const made = build_service_vm(sources);
  if (made == nullptr) return false;
  hypervisor.set_service_vm(*made);
  connect_inputs(hypervisor, sources.configuration, *made);
  return true;
}

/// Whoever starts the User VMs: the Service VM, or nobody but this.
void start_first(Hypervisor& hypervisor, Configuration const& configuration) noexcept {
  for (GuestVm* const vm : hypervisor.vms()) {
    if (vm->is_service() || configuration.service.mode == ServiceMode::none) {
      hypervisor.start_vm(*vm);
    }
  }
}

/// Runs the vCPUs on all their CPUs; false if one of these has no VMX.
bool run_everywhere(Hypervisor& hypervisor, Configuration const& configuration) noexcept {
  std::atomic<std::uint32_t> refused{};
  std::atomic<std::uint32_t> ready{};
  Helper helper{&hypervisor, &refused, &ready};
  std::uint32_t started = 0;
  std::uint64_t const others = other_cpus(configuration);
  for (std::uint32_t cpu = 0; cpu < cpu_count_max; ++cpu) {
    if ((others >> cpu & 1U) == 0) continue;
    run_on({cpu}, run_helper, &helper);
    ++started;
  }
  while (refused.load(std::memory_order_acquire) + ready.load(std::memory_order_acquire) <
         started) {
    __builtin_ia32_pause();
  }
  if (refused.load(std::memory_order_acquire) == 0) {
    start_first(hypervisor, configuration);
    hypervisor.run_cpu();
  } else {
    hypervisor.finish_run();
  }
  for (std::uint32_t cpu = 0; cpu < cpu_count_max; ++cpu) {
    while ((others >> cpu & 1U) != 0 && !is_idle({cpu})) __builtin_ia32_pause();
  }
  return refused.load(std::memory_order_acquire) == 0;
}

}  // namespace

Verdict run_vms(Configuration const& configuration, BootInformation const& boot) noexcept {
  if (!switch_vmx_on()) return Verdict::failed;
  auto const memory = Frames::allocate_zeroed((sizeof(Hypervisor) + page_size - 1) / page_size);
  if (!memory) {
    print("hv: no memory for the hypervisor itself; give the machine more\n");
    return Verdict::failed;
  }
  SharedSink* const capture = open_capture(configuration);
  if (capture == nullptr && configuration.capture != CaptureSink::off) return Verdict::failed;
  std::uint64_t const all_cpus =
      cpu_count() >= cpu_count_max ? ~std::uint64_t{0} : (std::uint64_t{1} << cpu_count()) - 1;
  auto& hypervisor = *new (reinterpret_cast<void*>(*memory)) Hypervisor{
      {.physical_cpus = all_cpus,
       .slice_ticks = configuration.slice_ticks != 0 ? configuration.slice_ticks
                                                     : tsc_hz() / slices_per_second,
       .hsm = configuration.service.hsm,
       .idling = configuration.idling,
       .capture = capture}};
  VmSources const sources{.configuration = configuration,
                          .boot = boot,
                          .tsc_hz = tsc_hz(),
                          .rtc_epoch_seconds = rtc_epoch_seconds,
                          .captures = capture != nullptr};
  if (!add_vms(hypervisor, sources)) return Verdict::failed;
  if (capture != nullptr &&
      !start_capture(*capture, hypervisor.vms(), *configuration.profile, sources.tsc_hz)) {
    print("hv: capture: its sink takes nothing\n");
    return Verdict::failed;
  }
  bool const ran = run_everywhere(hypervisor, configuration);
  if (capture != nullptr) finish_capture(*capture, configuration);
  if (!ran) return Verdict::failed;
  return hypervisor.passed() ? Verdict::passed : Verdict::failed;
}

}  // namespace acrn::baremetal

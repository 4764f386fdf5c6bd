// SPDX-License-Identifier: BSD-3-Clause
// One VM of the hypervisor: its memory, its PC, its vCPU, and what is known of its run.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "baremetal/capture/recorder.hpp"
#include "baremetal/capture/recording_cpu.hpp"
#include "baremetal/capture/recording_memory.hpp"
#include "baremetal/hypervisor/guest_clock.hpp"
#include "baremetal/hypervisor/guest_console.hpp"
#include "baremetal/hypervisor/guest_ends.hpp"
#include "baremetal/hypervisor/guest_input.hpp"
#include "baremetal/hypervisor/guest_probe.hpp"
#include "baremetal/hypervisor/mailbox.hpp"
#include "baremetal/hypervisor/vm_memory.hpp"
#include "baremetal/machine/cpu_index.hpp"
#include "baremetal/vmx/ept.hpp"
#include "baremetal/vmx/vcpu.hpp"
#include "core/emulate/effects.hpp"
#include "core/emulate/page_slot.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/page.hpp"
#include "core/platform/platform.hpp"
#include "core/profile.hpp"
#include "core/vcpu/vcpu.hpp"

namespace acrn::baremetal {

/// Whether a VM's vCPU may be entered.
enum class RunState : std::uint8_t {
  created,  ///< not started yet
  running,
  paused,  ///< by a hypercall; may be reset and started again
  ended,   ///< see GuestVm::end
};

/// How a VM's requests are waited for.
enum class WaitMode : std::uint8_t { polling, notification };

struct GuestVm;

/// Fills a VM's RAM and says where its vCPU begins; nothing if that failed, and it was said why.
struct GuestLoader {
  std::optional<GuestStart> (*load)(void* context, GuestVm& vm) noexcept {};
  void* context{};
};

struct GuestVmConfig {
  std::uint16_t id{};     ///< 0: the Service VM
  std::string_view name;  ///< for messages and for HC_CREATE_VM, at most 15 characters
  CpuIndex cpu{};
  std::span<std::uint8_t> ram{};
  core::PlatformConfig platform{};
  GuestLoader loader{};
  GuestInput input{};
  RecorderConfig recorder{};  ///< without memory: nothing is captured
};

/// Made once in memory of its own, and never moved: devices and VMCS refer to it. Everything but
/// the mailbox, `state`, `in_guest` and `stop_asked` belongs to the CPU that runs the vCPU.
struct GuestVm {
  explicit GuestVm(GuestVmConfig const& config) noexcept
      : id{config.id},
        name{config.name},
        cpu_index{config.cpu},
        memory{config.ram},
        platform{config.platform},
        profile{core::profile_of(config.platform)},
        loader{config.loader},
        input{config.input},
        recorder{config.recorder} {
    platform.attach();
    first_state = platform.snapshot();
  }
  GuestVm(GuestVm const&) = delete;
  GuestVm& operator=(GuestVm const&) = delete;

  [[nodiscard]] bool is_service() const noexcept { return id == 0; }
  core::Turn next_turn() noexcept { return {++turns}; }

  using Slot = core::PageSlot<core::AtomicMemory>;
  using RecordedSlot = RecordingSlot<Slot, GuestProbe>;
  using RecordedCpu = RecordingCpu<VmxVcpu>;
  using RecordedMemory = RecordingMemory<VmMemory const>;

  std::uint16_t id;
  std::string_view name;
  CpuIndex cpu_index;
  VmMemory memory;
  Ept ept{};
  core::Platform platform;
  core::Profile const& profile;
  GuestLoader loader;
  core::PlatformSnapshot first_state{};
  GuestStart start{};  ///< what the loader said last
  bool has_vcpu{};
  bool starts_anew{};  ///< the RAM is to be filled and the vCPU reset before it runs again
  core::Vcpu vcpu{};
  core::Effects effects{};
  VmxVcpu cpu{};
  GuestClock clock{};

  Mailbox mailbox{};
  std::atomic<RunState> state{RunState::created};
  std::atomic<bool> in_guest{};    ///< the vCPU is in the guest, or about to be
  std::atomic<bool> stop_asked{};  ///< another CPU wants it to stand still

  WaitMode wait_mode{};
  core::PageStorage no_page{};  ///< stands in until the Service VM announces a page
  core::HypervisorPage<core::AtomicMemory> page{core::AtomicMemory{no_page},
                                                core::Completion::polling};

  Slot slot{page, core::VcpuId{0}};  ///< of the only vCPU

  core::Progress progress{core::Progress::done};  ///< of the last exit
  core::Ticks time_in{};                          ///< of the last exit
  core::Ticks wake_at{core::ticks_never};         ///< while the guest executes HLT
  std::uint64_t turns{};
  std::uint64_t entries{};
  std::uint32_t refusals_told{};
  GuestConsole console{};
  GuestInput input;

  Recorder recorder;
  GuestProbe probe{clock};
  // What core sees of slot, CPU and memory, with the recorder in between.
  RecordedSlot recorded_slot{slot, recorder, probe};
  RecordedCpu recorded_cpu{cpu, recorder};
  RecordedMemory recorded_memory{memory, recorder};

  GuestEnd end{};
  std::uint32_t end_code{};
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// A guest by script: its exits go through core's vCPU and PC, as on the bare metal, and through the
// image's recorder, into a capture in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "baremetal/capture/memory_sink.hpp"
#include "baremetal/capture/recorder.hpp"
#include "baremetal/capture/recording_cpu.hpp"
#include "baremetal/capture/recording_memory.hpp"
#include "baremetal/capture/recording_slot.hpp"
#include "core/emulate/page_slot.hpp"
#include "core/hsm/hsm.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/page.hpp"
#include "core/platform/platform.hpp"
#include "core/vcpu/vcpu.hpp"
#include "tests/unit/core/vcpu/vcpu_bench.hpp"
#include "traces/wire/header.hpp"

namespace acrn::tests {

/// What the recorders of one capture write to.
class CaptureFile {
 public:
  struct Vm {
    std::uint16_t id{};
    core::PlatformConfig config{};
  };
  explicit CaptureFile(std::vector<Vm> const& vms);
  [[nodiscard]] baremetal::MemorySink& sink() { return sink_; }
  /// The capture's bytes.
  [[nodiscard]] std::string bytes() const;

 private:
  std::vector<std::byte> memory_;
  baremetal::MemorySink sink_;
};

/// One VM with one vCPU, with the service VM's HSM beside it.
class RecordedGuest {
 public:
  RecordedGuest(std::uint16_t vm, core::PlatformConfig const& config);

  core::fakes::WholeCpu cpu{};
  core::fakes::Ram ram{};
  /// What the client answers next.
  std::uint64_t answer{0x1122'3344'5566'7788};
  /// Whether the service VM tells its stamps of requests.
  bool tells_stamps{true};
  std::int64_t hypercall_result{-22};
  /// Ticks that an exit takes, and that the guest then runs.
  std::uint64_t exit_ticks{7};
  std::uint64_t guest_ticks{100};

  /// One exit, from its begin to the next entry; a halted guest waits for its deadline.
  core::Progress take(core::MachineExit const& exit);
  core::Progress take(core::MachineReason reason, std::uint8_t length = 2);
  core::Progress out(std::uint16_t port, std::uint32_t value, std::uint8_t size = 1);
  core::Progress in(std::uint16_t port, std::uint8_t size = 1);
  /// The instruction of these bytes makes an EPT violation at `gpa`, which EBX holds.
  core::Progress mmio(std::vector<std::uint8_t> const& instruction, std::uint64_t gpa);

  /// Given to the VM before the entry of the next exit.
  void receive(std::uint8_t byte);
  void change_line(core::IrqChange change);
  void raise(std::uint8_t vector);

  void flush(CaptureFile& file) { recorder_.flush(file.sink()); }
  [[nodiscard]] baremetal::Recorder const& recorder() const { return recorder_; }
  [[nodiscard]] core::VcpuStop stop() const { return vcpu_.stop(); }

 private:
  friend struct GuestProbe;
  struct Probe {
    RecordedGuest* guest;
    [[nodiscard]] core::Ticks now() const { return {guest->now_}; }
    [[nodiscard]] baremetal::ServiceStamps service_stamps() const;
  };
  using Memory = core::AtomicMemory;
  using Slot = baremetal::RecordingSlot<core::PageSlot<Memory>, Probe>;

  void serve();
  void plan();

  std::uint64_t now_{1000};
  core::Platform platform_;
  core::PageStorage storage_{};
  Memory memory_{storage_};
  core::HypervisorPage<Memory> page_{memory_, core::Completion::notify};
  core::Hsm<Memory> hsm_{};
  core::VmId id_;
  std::unique_ptr<std::byte, decltype(&std::free)> recorder_memory_;
  baremetal::Recorder recorder_;
  Probe probe_{this};
  core::PageSlot<Memory> page_slot_{page_, {0}};
  Slot slot_{page_slot_, recorder_, probe_};
  baremetal::RecordingCpu<core::fakes::WholeCpu> recording_cpu_{cpu, recorder_};
  baremetal::RecordingMemory<core::fakes::Ram> recording_memory_{ram, recorder_};
  core::Effects effects_{};
  core::Vcpu vcpu_{};
  std::array<baremetal::StageStamp, 4> stamps_{};
  std::vector<baremetal::RecordedInput> inputs_;
};

/// A guest that makes every kind of exit, ended by the test port; what it writes at a hypervisor's
/// device, sends to the service VM, faults on, and waits for is in `file` after it.
void run_script(RecordedGuest& guest);

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// One virtual CPU on VT-x: its VMCS, its registers, and the way into the guest and back.
#pragma once

#include <array>
#include <cstdint>

#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/entry_failure.hpp"
#include "baremetal/vmx/ept.hpp"
#include "baremetal/vmx/frame_source.hpp"
#include "baremetal/vmx/guest_start.hpp"
#include "baremetal/vmx/msr_bitmap.hpp"
#include "core/bus/io_bitmap.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"

namespace acrn::core {
struct CpuidLeaf;
struct EntryPlan;
struct EntryState;
struct MachineExit;
struct VcpuCommit;
}  // namespace acrn::core

namespace acrn::baremetal {

/// What a vCPU is made with. All that is pointed to outlives it.
struct VmxVcpuConfig {
  FrameSource frames{};
  Ept const* ept{};
  std::uint16_t vpid{};               ///< 0: no VPID, also where the CPU has none
  core::IoBitmap const* io_bitmap{};  ///< null: every port exits
  MsrBitmap const* msr_bitmap{};      ///< null: every MSR exits
  GuestStart start{};
};

/// How enter() came back.
enum class EnterResult : std::uint8_t { exit, failed };

/// Satisfies core's VcpuCpu. Used on one CPU at a time, after enable_vmx() there; everything but
/// initialise() needs the vCPU loaded.
class VmxVcpu {
 public:
  VmxVcpu() = default;
  VmxVcpu(VmxVcpu const&) = delete;
  VmxVcpu& operator=(VmxVcpu const&) = delete;

  /// Takes a VMCS, fills it and leaves the vCPU loaded.
  core::Expected<core::Unit, VmxRefusal> initialise(VmxVcpuConfig const& config) noexcept;
  /// Makes it begin anew, as a reset of its VM needs.
  void start(GuestStart const& start) noexcept;

  /// Puts the guest's VMCS, x87 and SSE state, CR2 and system-call MSRs into the CPU. A CPU that
  /// runs one vCPU only calls it once.
  void load() noexcept;
  /// Takes them out again, so that another vCPU can be loaded.
  void unload() noexcept;

  /// Runs the guest until its next exit. EnterResult::failed: see failure().
  EnterResult enter() noexcept;
  [[nodiscard]] EntryFailure const& failure() const noexcept { return failure_; }

  /// What the exit was; reads no more of the VMCS than its reason fills in.
  [[nodiscard]] core::MachineExit exit_information() noexcept;

  void apply(core::VcpuCommit const& commit) noexcept;
  void apply(core::EntryPlan const& plan) noexcept;
  /// Added to the TSC that the guest reads.
  void set_tsc_offset(std::uint64_t offset) noexcept;
  /// An exit after so many ticks in the guest, or a little earlier; always armed.
  void arm_preemption_timer(std::uint64_t ticks) noexcept;

  // What core asks: CpuView and VcpuCpu.
  [[nodiscard]] std::uint64_t read_register(core::Register reg) noexcept;
  [[nodiscard]] std::uint64_t rip() noexcept;
  [[nodiscard]] std::uint64_t rflags() noexcept;
  [[nodiscard]] core::SegmentState segment(core::Segment segment) noexcept;
  [[nodiscard]] core::ControlState control() noexcept;
  [[nodiscard]] core::VectorValue read_vector(std::uint8_t index) noexcept;
  [[nodiscard]] core::CpuidLeaf cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept;
  [[nodiscard]] core::EntryState entry_state() noexcept;

  /// Sets a register of a guest that has not run yet or has been stopped, as HC_SET_VCPU_REGS does.
  void write_register(core::Register reg, std::uint64_t value) noexcept;

 private:
  EntryFailure failure_{};
};

}  // namespace acrn::baremetal

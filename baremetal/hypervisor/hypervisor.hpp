// SPDX-License-Identifier: BSD-3-Clause
// All VMs of a run, the CPUs that run them, and what VMs want of each other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/frame_sink.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/hypervisor/doorbell.hpp"
#include "baremetal/hypervisor/end_report.hpp"
#include "baremetal/hypervisor/guest_vm.hpp"
#include "baremetal/hypervisor/service_timer.hpp"
#include "baremetal/hypervisor/vcpu_loop.hpp"
#include "baremetal/machine/cpu_index.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/spin_lock.hpp"
#include "core/asyncio/async_io.hpp"
#include "core/hypercall/hypercalls.hpp"

namespace acrn::baremetal {

/// Where the captures of all VMs go, one flush at a time.
struct SharedSink {
  FrameSink* sink{};
  SpinLock lock{};
};

struct HypervisorConfig {
  std::uint64_t physical_cpus{1};  ///< bit n: CPU n runs vCPUs
  std::uint64_t slice_ticks{};     ///< of vCPUs that share a CPU
  HsmMode hsm{};
  Idling idling{};
  SharedSink* capture{};  ///< null: no VM has a recorder
};

/// How a hypercall ends for the guest.
struct HypercallEnd {
  core::HypercallResult::Kind kind{};
  std::int64_t rax{};
};

/// One per run, in memory of its own. Before run_cpu() it belongs to the CPU that made it.
class Hypervisor {
 public:
  explicit Hypervisor(HypervisorConfig const& config) noexcept;
  Hypervisor(Hypervisor const&) = delete;
  Hypervisor& operator=(Hypervisor const&) = delete;

  /// VMs that may be started; they outlive the run. Without a Service VM nobody starts User VMs but
  /// start_vm().
  void add_user_vm(GuestVm& vm) noexcept;
  void set_service_vm(GuestVm& vm) noexcept;
  /// Lets the vCPU run, its clock at 0; the Service VM's clock is the host's.
  void start_vm(GuestVm& vm) noexcept;

  /// Runs all vCPUs that are placed on this CPU until the run is over. VMX is on.
  void run_cpu() noexcept;

  /// Ends the run: every CPU leaves run_cpu() as soon as it can.
  void finish_run() noexcept;
  /// Every User VM has ended, or none can go on.
  [[nodiscard]] bool is_over() const noexcept { return over_.load(std::memory_order_acquire); }
  /// Whether every User VM ended as a guest that is content does, and the Service VM lives.
  [[nodiscard]] bool passed() const noexcept;
  [[nodiscard]] std::span<GuestVm* const> vms() const noexcept {
    return std::span{vms_}.first(vm_count_);
  }

  // What a vCPU's loop asks.
  /// Performs the VMCALL that `vm` waits for.
  HypercallEnd hypercall(GuestVm& vm) noexcept;
  /// Of the CPU that runs the VM's vCPU.
  [[nodiscard]] Doorbell& doorbell_of(GuestVm const& vm) noexcept {
    return doorbells_[vm.cpu_index.value];
  }
  /// A request is pending: the Service VM's vector, if it works by upcalls.
  void raise_upcall() noexcept {
    if (service_ != nullptr && config_.hsm == HsmMode::upcall) post_upcall();
  }
  [[nodiscard]] std::uint8_t upcall_vector() const noexcept {
    return hypercalls_.callback_vector();
  }
  /// The host's TSC at which the vCPU's turn is over.
  [[nodiscard]] std::uint64_t slice_end(GuestVm const& vm) const noexcept;
  void rest(GuestVm& vm) noexcept;
  void show_output(GuestVm& vm) noexcept;
  /// Sends what the VM's recorder holds; the guest's time stands still meanwhile.
  void flush(GuestVm& vm) noexcept;
  void end_guest(GuestVm& vm, GuestEndReport report) noexcept;

 private:
  [[nodiscard]] GuestVm* user_vm(core::VmId id) const noexcept {
    return id.value < user_vms_.size() ? user_vms_[id.value] : nullptr;
  }
  [[nodiscard]] std::uint32_t vms_on(CpuIndex cpu) const noexcept;
  bool switch_to(GuestVm& vm) noexcept;
  bool give_turn(GuestVm& vm, Slice::Neighbours neighbours) noexcept;
  void idle(CpuIndex cpu) noexcept;
  void take_timer(GuestVm& vm) noexcept;
  void pass_time(GuestVm& vm, std::uint64_t tsc, std::uint64_t ticks) noexcept;
  [[nodiscard]] std::uint64_t ticks_to_wake(GuestVm const& vm, std::uint64_t tsc) const noexcept;
  /// Gets the CPU to look for work, unless it is in a guest.
  void ring(CpuIndex cpu) noexcept {
    if (doorbells_[cpu.value].ring()) wake(cpu);
  }
  /// Gets the VM's CPU to look at its mailbox, wherever it is. A guest that runs with interrupts
  /// off needs the NMI.
  void kick(GuestVm& vm) noexcept {
    ring(vm.cpu_index);
    if (vm.cpu_index == this_cpu()) return;  // it looks before it sleeps
    if (vm.in_guest.load(std::memory_order_seq_cst)) kick_nmi(vm.cpu_index);
  }
  void post_upcall() noexcept;
  void stand_still(GuestVm& vm) noexcept;
  void close(GuestVm& vm) noexcept;
  void finish_capture_of(GuestVm& vm) noexcept;

  [[nodiscard]] bool gives_notice(GuestVm& vm) const noexcept;
  HypercallEnd other_hypercall(GuestVm& vm) noexcept;
  void carry_out(core::HypercallEffect const& effect) noexcept;
  void attach_page(GuestVm& vm, core::HypercallEffect const& effect) noexcept;
  void attach_stamps(GuestVm& vm, core::HypercallEffect const& effect) noexcept;
  void change_line(GuestVm& vm, core::HypercallEffect const& effect) noexcept;
  void stop_and_wait(GuestVm& vm) noexcept;
  void reset_vm(GuestVm& vm) noexcept;

  HypervisorConfig config_;
  std::array<GuestVm*, vm_count_max + 1> vms_{};
  std::size_t vm_count_{};
  std::array<GuestVm*, vm_count_max + 1> user_vms_{};  ///< by their ids, which begin with 1
  GuestVm* service_{};
  ServiceTimer timer_{};
  std::array<GuestVm*, cpu_count_max> loaded_{};  ///< by CPU: whose VMCS and SSE state it has
  std::array<Doorbell, cpu_count_max> doorbells_{};
  core::Hypercalls hypercalls_;
  std::array<core::AsyncIo, core::user_vm_count_max> rings_{};
  std::array<core::AsyncIo*, core::user_vm_count_max> ring_of_{};
  std::atomic<std::uint32_t> live_user_vms_{};
  std::atomic<bool> over_{};
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// One virtual CPU on VT-x: its VMCS, its registers, and the way into the guest and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "baremetal/vmx/capabilities.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/entry_failure.hpp"
#include "baremetal/vmx/ept.hpp"
#include "baremetal/vmx/frame_source.hpp"
#include "baremetal/vmx/guest_start.hpp"
#include "baremetal/vmx/guest_state.hpp"
#include "baremetal/vmx/instructions.hpp"
#include "baremetal/vmx/msr_bitmap.hpp"
#include "core/bus/io_bitmap.hpp"
#include "core/exit.hpp"
#include "core/expected.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "core/vcpu/vcpu.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

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

/// What enter.S loads and stores: general-purpose registers by number, RSP's place unused (the VMCS
/// has it), and the stack that the host state of the VMCS names.
struct GuestRegisters {
  std::array<std::uint64_t, 16> values{};
  std::uint64_t host_rsp{};
};
static_assert(offsetof(GuestRegisters, host_rsp) == 128);

/// Enters the guest and comes back with its exit: 0, or 1 for VMfailInvalid, 2 for VMfailValid. In
/// enter.S is the rest. No register survives but RSP and RBP: the compiler keeps what it needs,
/// which is less than a function would have to.
inline std::uint32_t enter_guest(GuestRegisters& registers, std::uint64_t launched) noexcept {
  std::uint32_t status;
  auto* pointer = &registers;
  asm volatile("call hv_vmx_enter"
               : "=a"(status), "+D"(pointer), "+S"(launched)
               :
               : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc",
                 "memory");
  return status;
}

/// Satisfies core's VcpuCpu. Belongs to the CPU that initialised it, after enable_vmx() there;
/// everything but initialise() needs the vCPU loaded. RIP, RFLAGS and what blocks interrupts are
/// read at each exit, other VMCS fields when asked for, once an exit.
///
/// Guests leave x87, SSE, CR2 and their system-call MSRs in the CPU at VM exits: the hypervisor
/// uses none of them. Debug registers are never loaded.
class VmxVcpu {
 public:
  VmxVcpu() = default;
  VmxVcpu(VmxVcpu const&) = delete;
  VmxVcpu& operator=(VmxVcpu const&) = delete;

  /// Takes a VMCS, fills it and leaves the vCPU loaded. No other vCPU may be loaded on this CPU.
  core::Expected<core::Unit, VmxRefusal> initialise(VmxVcpuConfig const& config) noexcept;
  /// Makes it begin anew, as a reset of its VM needs.
  void start(GuestStart const& start) noexcept;

  /// Puts the guest's VMCS, x87 and SSE state, CR2 and system-call MSRs into the CPU. A CPU that
  /// runs one vCPU only never needs it: initialise() has done it.
  void load() noexcept;
  /// Takes them out again, so that another vCPU can be loaded.
  void unload() noexcept;

  /// Runs the guest until its next exit. EnterResult::failed: see failure(). Interrupts are off.
  EnterResult enter() noexcept {
    std::uint32_t const status = enter_guest(registers_, launched_);
    known_ = 0;
    if (status == 0) [[likely]] {
      reason_ = vmx::read(vmcs::exit_reason);
      if ((reason_ & entry_failed) == 0) [[likely]] {
        launched_ = 1;
        read_end_state();
        return EnterResult::exit;
      }
    }
    note_failure(status);
    return EnterResult::failed;
  }
  [[nodiscard]] EntryFailure const& failure() const noexcept { return failure_; }

  /// What the exit was; reads no more of the VMCS than its reason fills in. Stays as it is until
  /// the next exit.
  [[nodiscard]] core::MachineExit const& exit_information() noexcept {
    read_exit();
    return exit_;
  }
  /// The same of the most frequent exits, port accesses that are no string instructions. Of others
  /// nothing: there exit_information() says what the exit was.
  [[nodiscard]] core::MachineExit const* plain_io_exit() noexcept {
    if (!exit_is_plain_io_ || reason_ != io_reason) return nullptr;
    // One comes after the other: only what changes is read.
    exit_.qualification = vmx::read(vmcs::exit_qualification);
    exit_.instruction_length = static_cast<std::uint8_t>(vmx::read(vmcs::exit_instruction_length));
    return (exit_.qualification & is_string) == 0 ? &exit_ : nullptr;
  }

  /// The same of HLT and VMCALL, core's pauses.
  [[nodiscard]] core::MachineExit const* pause_exit() noexcept {
    pause_exit_.reason = static_cast<std::uint16_t>(reason_);
    if (!core::Vcpu::pauses(pause_exit_)) return nullptr;
    pause_exit_.instruction_length =
        static_cast<std::uint8_t>(vmx::read(vmcs::exit_instruction_length));
    return &pause_exit_;
  }

  /// Core's decision about the exit. Inlined: most commits set one register and advance RIP.
  void apply(core::VcpuCommit const& done) noexcept {
    core::Commit const& commit = done.commit;
    if (commit.register_count == 1) {
      write_register(commit.registers[0], commit.values[0]);
    } else if (commit.register_count != 0) {
      write_registers(commit);
    }
    write_rip(commit.next_rip(rip_));
    constexpr std::uint32_t until_next_instruction =
        interruptibility::by_sti | interruptibility::by_mov_ss;
    if ((interruptibility_ & until_next_instruction) != 0 && commit.ends_blocking) [[unlikely]] {
      interruptibility_ &= ~until_next_instruction;
      vmx::write(vmcs::interruptibility, interruptibility_);
    }
    // One test for all that few exits do.
    unsigned const rare = static_cast<unsigned>(commit.rflags_change) | commit.vector_width |
                          static_cast<unsigned>(commit.single_step) |
                          static_cast<unsigned>(done.control.target);
    if (rare != 0) [[unlikely]] {
      apply_rare(commit, done.control);
    }
  }
  /// Of a plan that is not halted. The deadline is arm_preemption_timer()'s.
  void apply(core::EntryPlan const& plan) noexcept {
    if (core::is_external_interrupt(plan.interruption_information)) [[likely]] {
      vmx::write(vmcs::entry_interruption_information, plan.interruption_information);
    } else if (plan.interruption_information != 0) {
      apply_event(plan);
    }
    if (awaits_window() != plan.interrupt_window) [[unlikely]] {
      processor_controls_ ^= processor_control::interrupt_window;
      vmx::write(vmcs::processor_controls, processor_controls_);
    }
  }
  /// Whether a plan asked for an exit at the next interrupt window, and none took it back since.
  [[nodiscard]] bool awaits_window() const noexcept {
    return (processor_controls_ & processor_control::interrupt_window) != 0;
  }
  /// Added to the TSC that the guest reads.
  void set_tsc_offset(std::uint64_t offset) noexcept;
  /// An exit (reason 52) after so many TSC ticks in the guest, or up to one unit of the timer
  /// earlier; see preemption_timer_value(). The timer keeps its value from entry to entry.
  void arm_preemption_timer(std::uint64_t ticks) noexcept {
    vmx::write(vmcs::preemption_timer, preemption_timer_value(ticks, timer_shift_));
  }

  // What core asks: CpuView and VcpuCpu.
  [[nodiscard]] std::uint64_t read_register(core::Register reg) noexcept {
    if (reg == core::Register::rsp) [[unlikely]] {
      return vmx::read(vmcs::guest_rsp);
    }
    return registers_.values[index_of(reg)];
  }
  [[nodiscard]] std::uint64_t rip() const noexcept { return rip_; }
  [[nodiscard]] std::uint64_t rflags() const noexcept { return rflags_; }
  [[nodiscard]] core::SegmentState segment(core::Segment segment) noexcept;
  /// The current privilege level: SS.DPL. Source: Intel SDM vol. 3C (Sep 2023), section 25.4.1.
  [[nodiscard]] std::uint8_t privilege_level() const noexcept {
    return static_cast<std::uint8_t>(vmx::read(vmcs::guest_ss_access_rights) >> 5U & 3U);
  }
  [[nodiscard]] core::ControlState control() noexcept;
  [[nodiscard]] core::VectorValue read_vector(std::uint8_t index) noexcept;
  [[nodiscard]] core::CpuidLeaf cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept;
  [[nodiscard]] core::EntryState entry_state() const noexcept {
    return {.rflags = rflags_, .interruptibility = interruptibility_};
  }

  /// Sets a register of a guest that has not run yet or has been stopped, as HC_SET_VCPU_REGS does.
  void write_register(core::Register reg, std::uint64_t value) noexcept {
    if (reg == core::Register::rsp) [[unlikely]] {
      vmx::write(vmcs::guest_rsp, value);
      return;
    }
    registers_.values[index_of(reg)] = value;
  }
  /// The same of RIP.
  void write_rip(std::uint64_t value) noexcept {
    rip_ = value;
    vmx::write(vmcs::guest_rip, value);
  }

 private:
  /// Bits of known_: what has been read of the VMCS since the last exit.
  static constexpr std::uint32_t known_control = 1U << 0U;
  static constexpr std::uint32_t known_segments = 1U << 8U;  ///< and the five bits above it

  /// Of reason_: the exit is a VM entry that failed while it loaded guest state.
  static constexpr std::uint32_t entry_failed = 1U << 31U;
  /// Of the qualification of an I/O exit: INS or OUTS.
  static constexpr std::uint64_t is_string = 1U << 4U;
  static constexpr auto io_reason = static_cast<std::uint32_t>(core::MachineReason::io_instruction);

  /// System-call MSRs that guests reach directly and no VMCS field holds.
  static constexpr std::size_t switched_msr_count = 6;
  /// FXSAVE's image: 512 bytes, aligned to 16.
  struct alignas(16) FloatingPoint {
    std::array<std::uint8_t, 512> bytes{};
  };

  static constexpr std::size_t index_of(core::Register reg) noexcept {
    return static_cast<std::size_t>(reg) & 15U;
  }
  [[nodiscard]] bool is_known(std::uint32_t what) const noexcept { return (known_ & what) != 0; }
  /// What the end of nearly every emulated instruction needs: reading it at once is cheaper than
  /// asking whether it has been read.
  void read_end_state() noexcept {
    rip_ = vmx::read(vmcs::guest_rip);
    rflags_ = vmx::read(vmcs::guest_rflags);
    interruptibility_ = vmx::read(vmcs::interruptibility);
  }
  void write_registers(core::Commit const& commit) noexcept;
  void apply_rare(core::Commit const& commit, core::ControlWrite const& control) noexcept;
  void read_exit() noexcept;
  void write_controls(VmxCapabilities const& capabilities, VmxVcpuConfig const& config) noexcept;
  void apply_control(core::ControlWrite const& control) noexcept;
  void apply_event(core::EntryPlan const& plan) noexcept;
  void write_efer(std::uint64_t value) noexcept;
  void write_vector(core::Commit const& commit) noexcept;
  void read_event(core::MachineExit& exit, std::uint8_t fields) noexcept;
  void put_state_into_cpu() noexcept;
  void note_failure(std::uint32_t status) noexcept;

  GuestRegisters registers_{};
  std::uint64_t launched_{};
  std::uint32_t known_{};
  std::uint32_t reason_{};
  std::uint64_t rip_{};
  std::uint64_t rflags_{};
  std::uint32_t interruptibility_{};
  std::uint32_t processor_controls_{};
  std::uint8_t timer_shift_{};
  bool has_avx_{};
  bool has_tsc_aux_{};
  bool has_1gib_pages_{};
  std::uint16_t vpid_{};
  std::uint64_t vmcs_{};
  std::array<core::SegmentState, 6> segments_{};
  core::MachineExit exit_{};
  bool exit_is_plain_io_{};         ///< exit_ is of a port access that is no string instruction
  core::MachineExit pause_exit_{};  ///< never more than reason and instruction length
  core::ControlState control_{};
  GuestStateLimits limits_{};
  std::uint64_t cr2_{};
  std::array<std::uint64_t, switched_msr_count> msrs_{};
  FloatingPoint floating_point_{};
  EntryFailure failure_{};
};

}  // namespace acrn::baremetal

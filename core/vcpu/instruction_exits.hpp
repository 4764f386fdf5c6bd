// SPDX-License-Identifier: BSD-3-Clause
// The instructions that exit, are no I/O and do not wait: CPUID, MSRs, control and debug registers,
// and those that a guest does not have.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>

#include "core/decode/control_qualification.hpp"
#include "core/emulate/instruction_end.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/vcpu/control_access.hpp"
#include "core/vcpu/control_bits.hpp"
#include "core/vcpu/control_write.hpp"
#include "core/vcpu/cpuid.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "core/vcpu/msr.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::core {

/// Registers that a vCPU has in core and not in the CPU.
struct VirtualRegisters {
  MsrFile msrs{};
  DebugRegisters debug{};
  std::uint8_t cr8{};
};
static_assert(std::is_trivially_copyable_v<VirtualRegisters>);

/// How such an exit ends.
enum class InstructionEnd : std::uint8_t {
  done,         ///< the commit says what changes
  undefined,    ///< #UD
  protection,   ///< #GP(0)
  unsupported,  ///< not emulated: the vCPU stops
};

/// One such exit. `commit` has been started with the instruction's length.
template <VcpuCpu Cpu, GuestMemory Memory>
struct InstructionExit {
  MachineExit const& exit;
  Cpu& cpu;
  Memory& memory;
  VirtualRegisters& registers;
  std::uint64_t ticks_hz;
  Ticks now;
  Commit& commit;
  ControlWrite& control;

  /// Performs it. `commit` and `control` mean something after done only.
  InstructionEnd take();

 private:
  InstructionEnd cpuid();
  InstructionEnd read_msr();
  InstructionEnd write_msr();
  InstructionEnd access_control();
  InstructionEnd read_control(ControlQualification const& access);
  InstructionEnd write_control(ControlQualification const& access);
  InstructionEnd apply(ControlState const& before, ControlResult const& result);
  InstructionEnd access_debug();

  std::uint32_t low_half(Register reg) {
    return static_cast<std::uint32_t>(cpu.read_register(reg));
  }
  void set_pair(std::uint64_t value) {
    commit.set(Register::rax, value & 0xffff'ffff);
    commit.set(Register::rdx, value >> 32U);
  }
  /// MOV to and from control and debug registers is 64 bits wide in 64-bit mode, else 32.
  std::uint64_t operand_mask(ControlState const& state) {
    bool const wide = code_size(state, cpu.segment(Segment::cs)) == CodeSize::bits64;
    return wide ? ~std::uint64_t{0} : 0xffff'ffff;
  }
  InstructionEnd finish() {
    end_plain_instruction(commit, cpu);
    return InstructionEnd::done;
  }
};

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::take() {
  switch (static_cast<MachineReason>(exit.reason)) {
    case MachineReason::cpuid:
      return cpuid();
    case MachineReason::invd:
    case MachineReason::wbinvd:
    case MachineReason::pause:
      return finish();
    case MachineReason::rdtsc:
      set_pair(now.value);
      return finish();
    case MachineReason::control_register:
      return access_control();
    case MachineReason::debug_register:
      return access_debug();
    case MachineReason::rdmsr:
      return read_msr();
    case MachineReason::wrmsr:
      return write_msr();
    case MachineReason::rdpmc:
      return InstructionEnd::protection;  // there is no counter: CPUID leaf 0AH
    case MachineReason::xsetbv: {
      bool const enabled = (cpu.control().cr4 & cr4::os_xsave) != 0;
      return enabled ? InstructionEnd::protection : InstructionEnd::undefined;
    }
    case MachineReason::getsec:
    case MachineReason::vmclear:
    case MachineReason::vmlaunch:
    case MachineReason::vmptrld:
    case MachineReason::vmptrst:
    case MachineReason::vmread:
    case MachineReason::vmresume:
    case MachineReason::vmwrite:
    case MachineReason::vmxoff:
    case MachineReason::vmxon:
    case MachineReason::mwait:
    case MachineReason::monitor:
    case MachineReason::invept:
    case MachineReason::invvpid:
    case MachineReason::rdrand:
    case MachineReason::invpcid:
    case MachineReason::vmfunc:
    case MachineReason::rdseed:
    case MachineReason::xsaves:
    case MachineReason::xrstors:
      return InstructionEnd::undefined;
    default:
      return InstructionEnd::unsupported;
  }
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::cpuid() {
  std::uint32_t const leaf = low_half(Register::rax);
  std::uint32_t const subleaf = low_half(Register::rcx);
  CpuidLeaf host{};
  if (asks_host(leaf, subleaf)) host = cpu.cpuid(leaf, subleaf);
  CpuidLeaf const guest = guest_cpuid({leaf, subleaf, ticks_hz}, host);
  commit.set(Register::rax, guest.eax);
  commit.set(Register::rbx, guest.ebx);
  commit.set(Register::rcx, guest.ecx);
  commit.set(Register::rdx, guest.edx);
  return finish();
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::read_msr() {
  std::uint32_t const index = low_half(Register::rcx);
  if (index == msr::efer) {
    set_pair(cpu.control().efer);
    return finish();
  }
  auto const value = registers.msrs.read(index, now);
  if (!value) return InstructionEnd::protection;
  set_pair(*value);
  return finish();
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::write_msr() {
  std::uint32_t const index = low_half(Register::rcx);
  std::uint64_t const value = low_half(Register::rax) | std::uint64_t{low_half(Register::rdx)}
                                                            << 32U;
  if (index == msr::efer) {
    ControlState const before = cpu.control();
    return apply(before, write_efer(before, value));
  }
  return registers.msrs.write(index, value) ? finish() : InstructionEnd::protection;
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::access_control() {
  ControlQualification const access = decode_control_qualification(exit.qualification);
  if (access.access == ControlAccess::mov_from_cr) return read_control(access);
  if (access.access == ControlAccess::mov_to_cr) return write_control(access);
  ControlState const before = cpu.control();
  bool const clts = access.access == ControlAccess::clts;
  std::uint64_t const value =
      clts ? before.cr0 & ~cr0::task_switched : lmsw_value(before.cr0, access.machine_status);
  return apply(before, write_cr0(before, value, cpu.segment(Segment::cs)));
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::read_control(ControlQualification const& access) {
  ControlState const state = cpu.control();
  switch (access.number) {
    case 3:
      commit.set(access.gpr, state.cr3 & operand_mask(state));
      return finish();
    case 8:
      commit.set(access.gpr, registers.cr8);
      return finish();
    default:
      return InstructionEnd::unsupported;  // no other read can exit
  }
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::write_control(ControlQualification const& access) {
  ControlState const before = cpu.control();
  std::uint64_t const value = cpu.read_register(access.gpr) & operand_mask(before);
  constexpr std::uint64_t task_priority = 0xf;
  switch (access.number) {
    case 0:
      return apply(before, write_cr0(before, value, cpu.segment(Segment::cs)));
    case 3:
      return apply(before, write_cr3(before, value));
    case 4:
      return apply(before, write_cr4(before, value));
    case 8:  // without a local APIC nothing looks at the task priority
      if ((value & ~task_priority) != 0) return InstructionEnd::protection;
      registers.cr8 = static_cast<std::uint8_t>(value);
      return finish();
    default:
      return InstructionEnd::unsupported;
  }
}

/// PDPTEs outside of RAM read as all ones on a bus: present, with reserved bits.
template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::apply(ControlState const& before,
                                                   ControlResult const& result) {
  if (result.refused) return InstructionEnd::protection;
  control = result.write;
  if (result.loads_pdptes) {
    std::array<std::uint8_t, 32> bytes{};
    if (!memory.read(pdpte_base(before, control), bytes)) return InstructionEnd::protection;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      control.pdptes[i / 8] |= std::uint64_t{bytes[i]} << 8 * (i % 8);
    }
    if (!are_valid_pdptes(control.pdptes, before.physical_bits)) return InstructionEnd::protection;
    control.pdptes_change = Change::set;
  }
  return finish();
}

template <VcpuCpu Cpu, GuestMemory Memory>
InstructionEnd InstructionExit<Cpu, Memory>::access_debug() {
  DebugQualification const access = decode_debug_qualification(exit.qualification);
  ControlState const state = cpu.control();
  bool const alias = access.number == 4 || access.number == 5;
  if (alias && (state.cr4 & cr4::debugging_extensions) != 0) return InstructionEnd::undefined;
  std::uint64_t const mask = operand_mask(state);
  if (access.direction == Direction::read) {
    commit.set(access.gpr, registers.debug.read(access.number) & mask);
    return finish();
  }
  std::uint64_t const value = cpu.read_register(access.gpr) & mask;
  return registers.debug.write(access.number, value) ? finish() : InstructionEnd::protection;
}

}  // namespace acrn::core

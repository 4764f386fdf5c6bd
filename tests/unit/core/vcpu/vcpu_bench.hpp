// SPDX-License-Identifier: BSD-3-Clause
// A vCPU with a CPU of plain variables, RAM, a platform and a scripted slot: a host in miniature.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/emulate/effects.hpp"
#include "core/exit.hpp"
#include "core/platform/platform.hpp"
#include "core/vcpu/control_bits.hpp"
#include "core/vcpu/vcpu.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core::fakes {

inline constexpr std::uint64_t flag_if = 1U << 9U;

/// A CPU in 64-bit mode at rest, and how often its entry state was asked.
struct WholeCpu {
  std::array<std::uint64_t, 16> registers{};
  std::uint64_t ip{0x1000};
  std::uint64_t flags{rflags::fixed | flag_if};
  std::uint32_t interruptibility{};
  ControlState state{.cr0 = 0x8000'0031, .cr4 = 0x20, .efer = 0x500, .physical_bits = 39};
  SegmentState code{.limit = 0xffff'ffff, .access_rights = 0xa09b};
  CpuidLeaf host_cpuid{0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff};
  unsigned entry_states_asked{};
  unsigned cpuids_asked{};

  std::uint64_t& operator[](Register reg) { return registers.at(static_cast<std::size_t>(reg)); }
  std::uint64_t read_register(Register reg) { return (*this)[reg]; }
  std::uint64_t rip() const { return ip; }
  std::uint64_t rflags() const { return flags; }
  SegmentState segment(Segment which) const {
    SegmentState const data{.limit = 0xffff'ffff, .access_rights = 0xc093};
    return which == Segment::cs ? code : data;
  }
  ControlState control() const { return state; }
  static VectorValue read_vector(std::uint8_t /*index*/) { return {}; }
  CpuidLeaf cpuid(std::uint32_t /*leaf*/, std::uint32_t /*subleaf*/) {
    ++cpuids_asked;
    return host_cpuid;
  }
  EntryState entry_state() {
    ++entry_states_asked;
    return {.rflags = flags, .interruptibility = interruptibility};
  }

  /// What a host does with a commit, but for vectors and single steps.
  void apply(VcpuCommit const& both) {
    Commit const& commit = both.commit;
    for (std::size_t i = 0; i < commit.register_count; ++i) {
      (*this)[commit.registers[i]] = commit.values[i];
    }
    if (commit.rflags_change == Change::set) flags = commit.rflags;
    if (commit.ends_blocking) interruptibility = 0;
    ip = commit.next_rip(ip);
    ControlWrite const& control = both.control;
    switch (control.target) {
      case ControlRegister::none:
        return;
      case ControlRegister::cr0:
        state.cr0 = control.value;
        break;
      case ControlRegister::cr3:
        state.cr3 = control.value;
        break;
      case ControlRegister::cr4:
        state.cr4 = control.value;
        break;
      case ControlRegister::efer:
        break;
    }
    if (control.efer_change == Change::set) state.efer = control.efer;
    if (control.pdptes_change == Change::set) state.pdptes = control.pdptes;
  }
};

/// RAM from 0 on.
struct Ram {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(0x4000);

  bool holds(Gpa gpa, std::size_t size) const {
    return gpa.value <= bytes.size() && size <= bytes.size() - gpa.value;
  }
  bool read(Gpa gpa, std::span<std::uint8_t> out) {
    if (!holds(gpa, out.size())) return false;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(gpa.value), out.size(), out.begin());
    return true;
  }
  bool write(Gpa gpa, std::span<std::uint8_t const> in) {
    if (!holds(gpa, in.size())) return false;
    std::copy(in.begin(), in.end(), bytes.begin() + static_cast<std::ptrdiff_t>(gpa.value));
    return true;
  }
  bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};

inline constexpr std::uint32_t whole_pc =
    device_bit(PlatformDevice::pic) | device_bit(PlatformDevice::pit) |
    device_bit(PlatformDevice::port61) | device_bit(PlatformDevice::uart0) |
    device_bit(PlatformDevice::rtc) | device_bit(PlatformDevice::acpi_pm) |
    device_bit(PlatformDevice::reset) | device_bit(PlatformDevice::pci_host) |
    device_bit(PlatformDevice::test) | device_bit(PlatformDevice::console);

/// One tick is one clock of the 8254, so that deadlines are easy to tell.
struct VcpuBench {
  PlatformConfig config{.ticks_hz = Pit::clock_hz, .devices = whole_pc};
  Platform platform;
  WholeCpu cpu{};
  Ram ram{};
  Slot slot{};
  Effects effects{};
  Vcpu vcpu{};
  Ticks now{};

  VcpuBench() : platform{config} { platform.attach(); }
  explicit VcpuBench(PlatformConfig const& other) : config{other}, platform{other} {
    platform.attach();
  }

  auto environment() {
    return ExitEnvironment<Slot, WholeCpu, Ram>{platform, architectural, slot, cpu, ram, effects};
  }
  Progress begin(MachineExit const& exit) { return vcpu.begin(exit, environment(), {}, now); }
  Progress resume() { return vcpu.resume(environment(), {}, now); }
  /// A whole exit: what is over is committed.
  Progress take(MachineExit const& exit) {
    Progress const progress = begin(exit);
    if (!is_underway(progress)) cpu.apply(vcpu.commit());
    return progress;
  }
  EntryPlan plan() { return vcpu.plan_entry(cpu, platform, now); }
  EntryPlan plan_at(std::uint64_t ticks) {
    now = {ticks};
    return plan();
  }

  static MachineExit exit_of(MachineReason reason, std::uint8_t length = 2) {
    return {.reason = static_cast<std::uint16_t>(reason), .instruction_length = length};
  }
  static MachineExit port_exit(std::uint16_t port, std::uint8_t size, Direction direction) {
    MachineExit exit = exit_of(MachineReason::io_instruction, 1);
    exit.qualification =
        std::uint64_t{port} << 16U | (direction == Direction::read ? 8U : 0U) | (size - 1U);
    return exit;
  }
  void out(std::uint16_t port, std::uint64_t value, std::uint8_t size = 1) {
    cpu[Register::rax] = value;
    EXPECT_EQ(take(port_exit(port, size, Direction::write)), Progress::done);
  }
  std::uint64_t in(std::uint16_t port, std::uint8_t size = 1) {
    cpu[Register::rax] = 0;
    EXPECT_EQ(take(port_exit(port, size, Direction::read)), Progress::done);
    return cpu[Register::rax];
  }

  /// Linux' init_8259A(0): vectors 0x30 to 0x3F, normal EOI; then the lines in `open` unmasked.
  void start_pics(std::uint16_t open) {
    for (std::uint16_t const base : {std::uint16_t{0x20}, std::uint16_t{0xa0}}) {
      auto const data = static_cast<std::uint16_t>(base + 1);
      bool const master = base == 0x20;
      out(data, 0xff);
      out(base, 0x11);
      out(data, master ? 0x30 : 0x38);
      out(data, master ? 4 : 2);
      out(data, 1);
    }
    out(0x21, ~open & 0xffU);
    out(0xa1, ~open >> 8U & 0xffU);
  }
  /// Channel 0 in mode 2, `count` clocks.
  void start_timer(std::uint16_t count) {
    out(0x43, 0x34);
    out(0x40, count & 0xffU);
    out(0x40, count >> 8U);
  }
  /// Channel 0 in mode 0, once.
  void start_countdown(std::uint16_t count) {
    out(0x43, 0x30);
    out(0x40, count & 0xffU);
    out(0x40, count >> 8U);
  }
};

inline std::uint32_t external(std::uint8_t vector) { return 0x8000'0000U | vector; }

}  // namespace acrn::core::fakes

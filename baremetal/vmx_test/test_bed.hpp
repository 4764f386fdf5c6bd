// SPDX-License-Identifier: BSD-3-Clause
// The small machine that the checks of VMX run their guests in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "baremetal/vmx/ept.hpp"
#include "baremetal/vmx/frame_source.hpp"
#include "baremetal/vmx/vcpu.hpp"
#include "core/bus/io_bitmap.hpp"

namespace acrn::baremetal {

/// Two vCPUs over the same 64 KiB of guest memory from address 0. Ports 0x40 to 0x4F do not exit.
class TestBed {
 public:
  static constexpr std::size_t page_count = 16;
  static constexpr std::uint64_t code_at = 0x1000;
  static constexpr std::uint64_t stack_top = 0x4000;
  static constexpr std::uint64_t tables_at = 0x4000;  ///< long64: three pages of page tables
  static constexpr std::uint64_t data_at = 0x8000;
  static constexpr std::uint64_t hole_at = 0x20000;  ///< beyond guest memory

  /// Switches VMX on and makes the vCPUs. Once.
  std::optional<VmxRefusal> prepare(FrameSource frames) noexcept;

  /// Clears guest memory, puts `code` at code_at, and starts the first vCPU there.
  void begin(GuestStart::Mode mode, std::initializer_list<std::uint8_t> code) noexcept;
  /// Page tables at tables_at that map the low 2 MiB one to one.
  void make_page_tables() noexcept;
  /// Puts bytes into guest memory; they must not cross a page.
  void put(std::uint64_t gpa, std::initializer_list<std::uint8_t> bytes) noexcept;
  void put_word(std::uint64_t gpa, std::uint64_t value) noexcept;
  [[nodiscard]] std::uint64_t word(std::uint64_t gpa) const noexcept;

  /// Enters the first vCPU; a failed entry is reason `failed`.
  core::MachineExit run() noexcept { return run(vcpu_); }
  static core::MachineExit run(VmxVcpu& vcpu) noexcept;
  static constexpr std::uint16_t failed = 0xffff;
  /// Finishes the instruction that exited, without an effect or with a register.
  void skip(core::MachineExit const& exit) noexcept;
  void finish(core::MachineExit const& exit, core::Register reg, std::uint64_t value) noexcept;
  void write_control(core::MachineExit const& exit, core::ControlWrite const& control) noexcept;

  [[nodiscard]] VmxVcpu& vcpu() noexcept { return vcpu_; }
  [[nodiscard]] VmxVcpu& second() noexcept { return second_; }
  [[nodiscard]] Ept& ept() noexcept { return ept_; }
  [[nodiscard]] FrameSource frames() const noexcept { return frames_; }

  [[nodiscard]] static GuestStart start_of(GuestStart::Mode mode) noexcept;

 private:
  std::optional<VmxRefusal> make_memory() noexcept;

  FrameSource frames_{};
  std::array<std::uint64_t, page_count> pages_{};
  Ept ept_{};
  core::IoBitmap io_bitmap_{core::IoBitmap::Default::exit};
  MsrBitmap msr_bitmap_{guest_msr_bitmap()};
  VmxVcpu vcpu_;
  VmxVcpu second_;
};

/// The one that the checks use.
TestBed& test_bed() noexcept;

}  // namespace acrn::baremetal

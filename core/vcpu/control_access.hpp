// SPDX-License-Identifier: BSD-3-Clause
// What a write of a control register does: the checks of the SDM, LMA, and when PDPTEs are loaded.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/exit.hpp"
#include "core/vcpu/control_write.hpp"

namespace acrn::core {

/// What a write did. `write.target` is none where nothing is to be written.
struct ControlResult {
  ControlWrite write{};
  bool refused{};       ///< #GP(0); `write` means nothing
  bool loads_pdptes{};  ///< those at pdpte_base() are to be checked and loaded with the write
};

/// MOV to CR0, CLTS and LMSW, given the whole new value. `control` is the guest's view before.
/// Source: Intel SDM vol. 2B (Sep 2023), "MOV - Move to/from Control Registers", and vol. 3A,
/// section 10.8.5 "Initializing IA-32e Mode".
ControlResult write_cr0(ControlState const& control, std::uint64_t value,
                        SegmentState const& cs) noexcept;
/// MOV to CR3.
ControlResult write_cr3(ControlState const& control, std::uint64_t value) noexcept;
/// MOV to CR4.
ControlResult write_cr4(ControlState const& control, std::uint64_t value) noexcept;
/// WRMSR to IA32_EFER.
ControlResult write_efer(ControlState const& control, std::uint64_t value) noexcept;

/// LMSW: bits 3:0 of CR0 come from `machine_status`, but PE cannot be cleared.
std::uint64_t lmsw_value(std::uint64_t cr0, std::uint16_t machine_status) noexcept;

/// Where the PDPTEs that a write loads are, in bytes.
Gpa pdpte_base(ControlState const& control, ControlWrite const& write) noexcept;
/// Whether four PDPTEs may be loaded: of those present no reserved bit is set. Source: Intel SDM
/// vol. 3A (Sep 2023), section 4.4.1 "PDPTE Registers".
bool are_valid_pdptes(std::array<std::uint64_t, 4> const& pdptes, std::uint8_t physical_bits);

/// The debug registers of a host that lets MOV DR exit: they keep what is written, and no
/// breakpoint of theirs fires.
class DebugRegisters {
 public:
  /// Numbers 4 and 5 mean 6 and 7. Source: Intel SDM vol. 3B (Sep 2023), section 18.2.
  [[nodiscard]] std::uint64_t read(std::uint8_t number) const noexcept;
  /// False: #GP(0), bits 63:32 of DR6 or DR7 are not 0.
  [[nodiscard]] bool write(std::uint8_t number, std::uint64_t value) noexcept;

 private:
  std::array<std::uint64_t, 4> addresses_{};
  std::uint64_t status_{0xffff'0ff0};
  std::uint64_t control_{0x400};
};
static_assert(std::is_trivially_copyable_v<DebugRegisters>);

}  // namespace acrn::core

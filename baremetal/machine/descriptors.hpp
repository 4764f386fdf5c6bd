// SPDX-License-Identifier: BSD-3-Clause
// Descriptor tables: each CPU's own GDT and TSS, and the IDT that all share.
#pragma once

#include <array>
#include <cstdint>

namespace acrn::baremetal {

inline constexpr std::uint16_t code_selector = 0x08;
inline constexpr std::uint16_t data_selector = 0x10;
inline constexpr std::uint16_t task_selector = 0x18;

/// Interrupt stacks of a TSS. A fault that destroyed its stack, and an NMI, get one of their own.
inline constexpr std::uint8_t fault_stack_number = 1;
inline constexpr std::uint8_t nmi_stack_number = 2;

/// 64-bit TSS. Source: Intel SDM vol. 3A (Sep 2023), figure 8-11.
struct [[gnu::packed]] TaskState {
  std::uint32_t reserved0{};
  std::array<std::uint64_t, 3> rsp{};
  std::uint64_t reserved1{};
  std::array<std::uint64_t, 7> ist{};
  std::uint64_t reserved2{};
  std::uint16_t reserved3{};
  std::uint16_t io_map_base{sizeof(TaskState)};
};
static_assert(sizeof(TaskState) == 104);

/// The GDT and the TSS of one CPU.
struct DescriptorTables {
  TaskState task_state{};
  std::array<std::uint64_t, 5> gdt{
      0,
      0x00af'9b00'0000'ffff,  // 0x08: 64-bit code, ring 0, as entry.S has it
      0x00cf'9300'0000'ffff,  // 0x10: data
      0,                      // 0x18: the TSS, two words, filled in by load()
      0,
  };

  /// Makes this CPU use them; `fault_stack` and `nmi_stack` are the tops of those stacks.
  void load(std::uint64_t fault_stack, std::uint64_t nmi_stack) noexcept;
};

/// Fills the IDT: exceptions, and every interrupt vector. Once, on the first CPU.
void fill_idt() noexcept;
/// Makes this CPU use the IDT.
void load_idt() noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// The states in which a guest can be started.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// Where and how a vCPU begins. Everything that is not here begins as after INIT: flags 2,
/// interrupts off, no IDT (limit 0xFFFF at 0, as real mode has it), DR7 0x400.
struct GuestStart {
  enum class Mode : std::uint8_t {
    real,         ///< 16-bit code at code_selector * 16 + rip
    protected32,  ///< flat 4-GiB segments, paging off
    long64,       ///< flat 64-bit code, four-level paging with `cr3`
  };
  Mode mode{};
  std::uint64_t rip{};
  std::uint64_t rsp{};
  std::uint64_t rsi{};
  std::uint64_t rdi{};
  std::uint64_t rbx{};
  std::uint64_t cr3{};                ///< long64 only
  std::uint16_t code_selector{0x10};  ///< real mode: the segment's base is 16 times it
  std::uint16_t data_selector{0x18};  ///< likewise, of SS, DS, ES, FS and GS
  std::uint64_t gdt_base{};
  std::uint32_t gdt_limit{};  ///< in bytes, 0xFFFF at most
};

}  // namespace acrn::baremetal

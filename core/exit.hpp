// SPDX-License-Identifier: BSD-3-Clause
// A trapped instruction as the CPU reports it, and the seams through which its operands are asked.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "core/types.hpp"

namespace acrn::core {

/// Basic VM-exit reasons that core handles. Source: Intel SDM vol. 3D (Sep 2023), table C-1
/// "Basic Exit Reasons".
enum class ExitReason : std::uint16_t { io_instruction = 30, ept_violation = 48 };

/// General-purpose registers by their encoding in ModRM and REX. Source: Intel SDM vol. 2A
/// (Sep 2023), table 2-2 and section 2.2.1.2.
enum class Register : std::uint8_t {
  rax,
  rcx,
  rdx,
  rbx,
  rsp,
  rbp,
  rsi,
  rdi,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15
};

/// Segment registers by their encoding. Source: Intel SDM vol. 2D (Sep 2023), table B-8
/// "Encoding of the Segment Register (sreg) Field".
enum class Segment : std::uint8_t { es, cs, ss, ds, fs, gs };

/// How the bytes that a read brings in reach a wider register.
enum class Extend : std::uint8_t {
  by_size,  ///< as any register write: 1 and 2 bytes merge, 4 bytes zero-extend, 8 bytes replace
  zero,     ///< MOVZX: all upper bits become 0
  sign,     ///< MOVSX: all upper bits copy the sign
};

/// An MMIO access whose instruction has been decoded already, as a capture of accesses holds it.
struct DecodedMmio {
  Direction direction{};
  std::uint8_t size{};     ///< bytes: 1, 2, 4 or 8
  std::uint64_t value{};   ///< what a write stores; ignored for reads
  Register destination{};  ///< where a read goes; ignored for writes
  Extend extend{};
};

/// One VM exit that asks for I/O emulation.
struct VmExit {
  ExitReason reason{};
  std::uint8_t instruction_length{};  ///< bytes to advance RIP by when the instruction is done
  std::uint64_t qualification{};      ///< exit qualification, undecoded
  Gpa gpa{};                          ///< guest-physical address; EPT violations only
  DecodedMmio mmio{};                 ///< EPT violations only
};

/// What core may ask about the exiting CPU. Registers are written by the host, from a Commit.
template <class T>
concept CpuView = requires(T& cpu, Register reg) {
  { cpu.read_register(reg) } -> std::same_as<std::uint64_t>;
};

/// What core may ask about guest memory, by guest-physical address. Both return false where the
/// range is not RAM.
template <class T>
concept GuestMemory = requires(T& memory, Gpa gpa, std::span<std::uint8_t> out,
                               std::span<std::uint8_t const> in) {
  { memory.read(gpa, out) } -> std::same_as<bool>;
  { memory.write(gpa, in) } -> std::same_as<bool>;
};

}  // namespace acrn::core

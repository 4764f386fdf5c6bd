// SPDX-License-Identifier: BSD-3-Clause
// What a trapped instruction needs next: an access, or its end as a commit, a fault, or a refusal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/access.hpp"
#include "core/check.hpp"
#include "core/exit.hpp"

namespace acrn::core {

/// How many general-purpose registers one instruction can write: RSI, RDI and RCX of a repeated
/// string instruction, and one for those that return a value.
inline constexpr std::size_t commit_register_count_max = 4;

/// Whether a Commit changes something.
enum class Change : std::uint8_t { keep, set };

/// What a finished instruction changes in the CPU. The host applies all of it, then enters the
/// guest. Fields behind a count, width or Change of nothing keep what they held: start() is a few
/// stores.
struct Commit {
  std::array<std::uint64_t, commit_register_count_max> values{};
  std::array<Register, commit_register_count_max> registers{};
  std::uint8_t register_count{};  ///< the first so many of both arrays are meant
  std::uint8_t rip_advance{};     ///< bytes to add to RIP; 0 keeps it
  std::uint8_t rip_size{8};       ///< bytes of RIP that count: 8, or 4 or 2 by the code segment
  std::uint8_t vector_width{};    ///< 16 or 32 bytes of `vector` are written; 0: none
  std::uint8_t vector_index{};    ///< 0 to 15
  Change rflags_change{};         ///< whether `rflags` is to be written
  bool single_step{};    ///< a single-step #DB is due before the next instruction (RFLAGS.TF)
  bool ends_blocking{};  ///< blocking by STI and by MOV SS is over
  std::uint64_t rflags{};
  VectorValue vector{};  ///< 16 bytes keep the rest of the register; 32 zero what is above them

  /// Forgets what it held.
  constexpr void start(std::uint8_t advance) noexcept {
    register_count = 0;
    rip_advance = advance;
    rip_size = 8;
    vector_width = 0;
    vector_index = 0;
    rflags_change = Change::keep;
    single_step = false;
    ends_blocking = true;
  }
  constexpr void set(Register reg, std::uint64_t value) noexcept {
    check(register_count < commit_register_count_max, "an instruction writes too many registers");
    values[register_count] = value;
    registers[register_count] = reg;
    ++register_count;
  }
  /// The same, after start(), of an instruction that writes no other register.
  constexpr void set_only(Register reg, std::uint64_t value) noexcept {
    values[0] = value;
    registers[0] = reg;
    register_count = 1;
  }
  constexpr void set_rflags(std::uint64_t value) noexcept {
    rflags = value;
    rflags_change = Change::set;
  }
  /// RIP after the instruction, from RIP at the exit.
  [[nodiscard]] constexpr std::uint64_t next_rip(std::uint64_t rip) const noexcept {
    std::uint64_t const next = rip + rip_advance;
    if (rip_size == 8) [[likely]] {
      return next;
    }
    return rip_advance == 0 ? rip : truncate(next, rip_size);
  }
};

/// Exception vectors that emulation can raise. Source: Intel SDM vol. 3A (Sep 2023), table 6-1.
enum class Vector : std::uint8_t {
  debug = 1,
  invalid_opcode = 6,
  stack_segment = 12,
  general_protection = 13,
  page_fault = 14,
  alignment_check = 17,
};

/// An exception to inject. Registers and RIP stay as they are; the host sets RF in the image.
struct Fault {
  Vector vector{};
  std::uint32_t error_code{};  ///< meaningful if has_error_code()
  std::uint64_t address{};     ///< CR2; of page_fault only

  /// Whether the exception pushes an error code.
  [[nodiscard]] constexpr bool has_error_code() const noexcept {
    return vector != Vector::debug && vector != Vector::invalid_opcode;
  }
  friend constexpr bool operator==(Fault const&, Fault const&) = default;
};

/// Why an exit is not emulated, rather than emulated wrongly.
enum class Unsupported : std::uint8_t {
  none,
  exit_reason,              ///< no I/O exit
  malformed_qualification,  ///< reserved bits or a reserved size code
  instruction_fetch,        ///< an EPT violation by a fetch
  mmio_size,                ///< a decoded MMIO access that is not 1, 2, 4 or 8 bytes
  page_tables,              ///< the guest's page tables are not in RAM, or refuse an update
  code_not_ram,             ///< the instruction is not in RAM
};

/// The words for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(Unsupported why) noexcept {
  switch (why) {
    case Unsupported::none:
      return "none";
    case Unsupported::exit_reason:
      return "exit reason";
    case Unsupported::malformed_qualification:
      return "malformed exit qualification";
    case Unsupported::instruction_fetch:
      return "instruction fetch";
    case Unsupported::mmio_size:
      return "MMIO size";
    case Unsupported::page_tables:
      return "page tables";
    case Unsupported::code_not_ram:
      return "code outside RAM";
  }
  return "?";
}

/// Which field of a Step is meant.
enum class StepKind : std::uint8_t { access, done, fault, unsupported };

/// The next thing a trapped instruction needs. Only the field that `kind` names is up to date; the
/// others keep what they held, so that a step costs no more than it says.
struct Step {
  StepKind kind{};
  Unsupported unsupported{};  ///< of StepKind::unsupported
  Fault fault{};              ///< of StepKind::fault
  Access access{};            ///< of StepKind::access: to be made, then IoOp::next()
  Commit commit{};            ///< of StepKind::done
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The word by which VMX names an event: exit interruption, IDT-vectoring and VM-entry interruption
// information all have this format.
#pragma once

#include <cstdint>

#include "core/bits.hpp"

namespace acrn::core {

/// Bits 10:8. Source: Intel SDM vol. 3C (Sep 2023), table 25-17 "Format of the VM-Entry
/// Interruption-Information Field".
enum class InterruptionType : std::uint8_t {
  external_interrupt = 0,
  nmi = 2,
  hardware_exception = 3,
  software_interrupt = 4,
  privileged_software_exception = 5,
  software_exception = 6,
  other = 7,
};

/// The word taken apart.
struct Interruption {
  std::uint8_t vector{};
  InterruptionType type{};
  bool has_error_code{};
  bool valid{};
  friend constexpr bool operator==(Interruption const&, Interruption const&) = default;
};

inline constexpr std::uint32_t interruption_valid = 1U << 31U;
inline constexpr std::uint32_t interruption_error_code_valid = 1U << 11U;

constexpr Interruption decode_interruption(std::uint32_t word) noexcept {
  return {.vector = static_cast<std::uint8_t>(bits<7, 0>(word)),
          .type = static_cast<InterruptionType>(bits<10, 8>(word)),
          .has_error_code = bits<11, 11>(word) != 0,
          .valid = bits<31, 31>(word) != 0};
}

/// The word of a valid event; the bits that mean something else on an exit (12) are 0.
constexpr std::uint32_t encode_interruption(Interruption const& event) noexcept {
  return static_cast<std::uint32_t>(
      place<7, 0>(event.vector) | place<10, 8>(static_cast<std::uint8_t>(event.type)) |
      place<11, 11>(event.has_error_code ? 1U : 0U) | place<31, 31>(event.valid ? 1U : 0U));
}

/// Whether the word of a valid event, or 0, is an external interrupt's, which has neither error
/// code nor instruction length.
constexpr bool is_external_interrupt(std::uint32_t word) noexcept {
  constexpr std::uint32_t vector = 0xff;
  return (word & ~vector) == interruption_valid;
}

/// Whether the instruction's length goes with the event: what an instruction raised itself.
/// Source: Intel SDM vol. 3C (Sep 2023), section 25.8.3, "VM-entry instruction length".
constexpr bool needs_instruction_length(InterruptionType type) noexcept {
  return type == InterruptionType::software_interrupt ||
         type == InterruptionType::privileged_software_exception ||
         type == InterruptionType::software_exception;
}

}  // namespace acrn::core

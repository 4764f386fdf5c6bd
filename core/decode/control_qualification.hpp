// SPDX-License-Identifier: BSD-3-Clause
// The exit qualifications of accesses to control and debug registers: raw words to plain structs.
#pragma once

#include <cstdint>

#include "core/bits.hpp"
#include "core/exit.hpp"

namespace acrn::core {

/// Values are bits 5:4 of the qualification.
enum class ControlAccess : std::uint8_t {
  mov_to_cr = 0,
  mov_from_cr = 1,
  clts = 2,
  lmsw = 3,
};

/// Source: Intel SDM vol. 3C (Sep 2023), table 28-3 "Exit Qualification for Control-Register
/// Accesses".
struct ControlQualification {
  std::uint8_t number{};  ///< bits 3:0; 0 for CLTS and LMSW
  ControlAccess access{};
  Register gpr{};                  ///< bits 11:8; of MOV: the general-purpose register
  std::uint16_t machine_status{};  ///< bits 31:16; of LMSW: its operand
  friend constexpr bool operator==(ControlQualification const&,
                                   ControlQualification const&) = default;
};

constexpr ControlQualification decode_control_qualification(std::uint64_t raw) noexcept {
  return {.number = static_cast<std::uint8_t>(bits<3, 0>(raw)),
          .access = static_cast<ControlAccess>(bits<5, 4>(raw)),
          .gpr = static_cast<Register>(bits<11, 8>(raw)),
          .machine_status = static_cast<std::uint16_t>(bits<31, 16>(raw))};
}

/// Source: Intel SDM vol. 3C (Sep 2023), table 28-4 "Exit Qualification for MOV DR".
struct DebugQualification {
  std::uint8_t number{};  ///< bits 2:0
  Direction direction{};  ///< bit 4: 1 is MOV from DR, a read
  Register gpr{};         ///< bits 11:8
  friend constexpr bool operator==(DebugQualification const&, DebugQualification const&) = default;
};

constexpr DebugQualification decode_debug_qualification(std::uint64_t raw) noexcept {
  return {.number = static_cast<std::uint8_t>(bits<2, 0>(raw)),
          .direction = bits<4, 4>(raw) != 0 ? Direction::read : Direction::write,
          .gpr = static_cast<Register>(bits<11, 8>(raw))};
}

}  // namespace acrn::core

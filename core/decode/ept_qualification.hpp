// SPDX-License-Identifier: BSD-3-Clause
// The exit qualification of an EPT violation: raw word to plain struct and back.
#pragma once

#include <cstdint>

#include "core/bits.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// What the exit qualification of an EPT violation says, field by field. Some fields mean something
/// only with others, or with a VM-execution control that core cannot see; each comment says which.
struct EptQualification {
  bool read{};                    ///< bit 0: data read; a read-modify-write may leave it clear
  bool write{};                   ///< bit 1: data write; always set for a read-modify-write
  bool fetch{};                   ///< bit 2: instruction fetch
  bool readable{};                ///< bit 3: the EPT entries let the address be read
  bool writable{};                ///< bit 4: ... written
  bool executable{};              ///< bit 5: ... executed (in supervisor mode, if modes differ)
  bool user_executable{};         ///< bit 6: undefined without mode-based execute control
  bool linear_address_valid{};    ///< bit 7: the guest linear-address field is valid
  bool final_translation{};       ///< bit 8: 0 is a page walk; defined if bit 7 is set
  bool user_mode_address{};       ///< bit 9: undefined unless bits 7 and 8 and advanced information
  bool linear_writable{};         ///< bit 10: likewise; the guest's own paging lets it write
  bool linear_execute_disable{};  ///< bit 11: likewise; the guest's own paging forbids execution
  bool nmi_unblocking{};          ///< bit 12: NMI unblocking due to IRET
  std::uint64_t later{};          ///< bits 63:13 at their places: shadow stack, tracing, reserved

  /// Whether a CPU that follows the SDM can have produced the word: some access is named, and bit 8
  /// is clear where there is no linear address. Bits 11:9 of a page walk are set by real CPUs.
  [[nodiscard]] constexpr bool is_valid() const noexcept {
    return (read || write || fetch) && (linear_address_valid || !final_translation);
  }
  /// A write to a page that may be read and executed but not written: write protection, not MMIO.
  [[nodiscard]] constexpr bool is_write_protection() const noexcept {
    return write && readable && !writable && executable;
  }
  friend constexpr bool operator==(EptQualification const&, EptQualification const&) = default;
};

/// Takes the word apart; loses nothing. Source: Intel SDM vol. 3C (Sep 2023), table 28-7 "Exit
/// Qualification for EPT Violations".
constexpr EptQualification decode_ept_qualification(std::uint64_t raw) noexcept {
  return {.read = bits<0, 0>(raw) != 0,
          .write = bits<1, 1>(raw) != 0,
          .fetch = bits<2, 2>(raw) != 0,
          .readable = bits<3, 3>(raw) != 0,
          .writable = bits<4, 4>(raw) != 0,
          .executable = bits<5, 5>(raw) != 0,
          .user_executable = bits<6, 6>(raw) != 0,
          .linear_address_valid = bits<7, 7>(raw) != 0,
          .final_translation = bits<8, 8>(raw) != 0,
          .user_mode_address = bits<9, 9>(raw) != 0,
          .linear_writable = bits<10, 10>(raw) != 0,
          .linear_execute_disable = bits<11, 11>(raw) != 0,
          .nmi_unblocking = bits<12, 12>(raw) != 0,
          .later = place<63, 13>(bits<63, 13>(raw))};
}

/// Puts the word together again.
constexpr std::uint64_t encode_ept_qualification(EptQualification const& ept) noexcept {
  return place<0, 0>(ept.read ? 1 : 0) | place<1, 1>(ept.write ? 1 : 0) |
         place<2, 2>(ept.fetch ? 1 : 0) | place<3, 3>(ept.readable ? 1 : 0) |
         place<4, 4>(ept.writable ? 1 : 0) | place<5, 5>(ept.executable ? 1 : 0) |
         place<6, 6>(ept.user_executable ? 1 : 0) | place<7, 7>(ept.linear_address_valid ? 1 : 0) |
         place<8, 8>(ept.final_translation ? 1 : 0) | place<9, 9>(ept.user_mode_address ? 1 : 0) |
         place<10, 10>(ept.linear_writable ? 1 : 0) |
         place<11, 11>(ept.linear_execute_disable ? 1 : 0) |
         place<12, 12>(ept.nmi_unblocking ? 1 : 0) | place<63, 13>(bits<63, 13>(ept.later));
}

}  // namespace acrn::core

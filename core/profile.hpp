// SPDX-License-Identifier: BSD-3-Clause
// Behaviour profiles: where the sources differ, each decision is one field, never a hidden choice.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/types.hpp"

namespace acrn::core {

/// What happens to an access that touches more than one range of a map, or a range and a gap.
enum class SpanRule : std::uint8_t {
  split,             ///< cut at range and page edges, ascending; each piece goes to its owner
  first_byte_owner,  ///< the owner of the first byte gets the whole access
  refuse,            ///< Route::spans_devices, -EIO
};

/// What a 4-byte IN does to bits 63:32 of RAX.
enum class In32Rule : std::uint8_t { zero_extend, keep_upper_half };

/// What becomes of an access that no handler claims.
enum class NoHandlerRule : std::uint8_t {
  forward,    ///< forwarded through the request slot; all ones where the VM has no device model
  no_device,  ///< Route::no_handler, -ENODEV, left to the caller to forward
};

/// What becomes of an access whose handler declines it in a VM that has no device model.
enum class DeclinedRule : std::uint8_t {
  unclaimed,  ///< all ones, or dropped, as if nobody had claimed it
  no_device,  ///< Route::no_handler, -ENODEV
};

/// How a device of byte-wide registers takes an access of more bytes.
enum class DeviceWidthRule : std::uint8_t {
  each_byte,   ///< a bus cycle per byte, ascending, each to its own register
  first_byte,  ///< the first register alone; the rest of a read is zero, of a write lost
};

/// What an access to the PCI configuration data ports does to the address register at port 0xCF8.
enum class ConfigAddressRule : std::uint8_t { stays, consumed };

/// A word at port 0xCFD: not aligned, yet within the selected double word.
enum class ConfigUnalignedRule : std::uint8_t { performed, all_ones };

/// Bits 27:24 of the PCI configuration address register.
enum class ConfigExtendedRule : std::uint8_t {
  register_bits,  ///< register bits 11:8, as AMD has them and as the HSM converts them
  reserved,       ///< read as 0, ignored when written
};

/// What an 8-byte load from a PCI configuration (ECAM) window gives.
enum class EcamWideRule : std::uint8_t { all_ones, low_half_ones };

/// What becomes of an access to the IOAPIC that is not 4 bytes wide.
enum class IoapicWidthRule : std::uint8_t {
  ignored,  ///< reads are all ones, writes are dropped
  refused,  ///< -EINVAL
};

/// What becomes of INS, OUTS and their repeated forms.
enum class StringIoRule : std::uint8_t {
  emulate,   ///< elements go between memory and the port, one per exit
  as_plain,  ///< taken for one IN or OUT with RAX
};

/// What becomes of an MMIO instruction with a LOCK prefix.
enum class LockRule : std::uint8_t { execute, undefined /* #UD */ };

/// What OR and AND to MMIO take for the old value of memory.
enum class OldValueRule : std::uint8_t { read, zero };

/// The decision rules of one hypervisor generation. Profiles change decisions only: all use the
/// same page and its four states.
struct Profile {
  std::string_view name;
  SpanRule pio_span{};
  SpanRule mmio_span{};
  In32Rule in32{};
  NoHandlerRule no_handler{};
  DeclinedRule declined{};
  DeviceWidthRule device_width{};
  ConfigAddressRule config_address{};
  ConfigUnalignedRule config_unaligned{};
  ConfigExtendedRule config_extended{};
  EcamWideRule ecam_wide{};
  IoapicWidthRule ioapic_width{};
  StringIoRule string_io{};
  LockRule lock{};
  OldValueRule old_value{};
};

/// What the Intel SDM says a guest must see. The default.
inline constexpr Profile architectural{.name = "architectural",
                                       .pio_span = SpanRule::split,
                                       .mmio_span = SpanRule::split,
                                       .in32 = In32Rule::zero_extend,
                                       .no_handler = NoHandlerRule::forward,
                                       .declined = DeclinedRule::unclaimed,
                                       .device_width = DeviceWidthRule::each_byte,
                                       .config_address = ConfigAddressRule::stays,
                                       .config_unaligned = ConfigUnalignedRule::performed,
                                       .config_extended = ConfigExtendedRule::register_bits,
                                       .ecam_wide = EcamWideRule::all_ones,
                                       .ioapic_width = IoapicWidthRule::ignored,
                                       .string_io = StringIoRule::emulate,
                                       .lock = LockRule::execute,
                                       .old_value = OldValueRule::read};

/// The ACRN hypervisor of 2025 plus Linux' HSM driver, quirks included.
inline constexpr Profile acrn_today{.name = "acrn",
                                    .pio_span = SpanRule::first_byte_owner,
                                    .mmio_span = SpanRule::refuse,
                                    .in32 = In32Rule::keep_upper_half,
                                    .no_handler = NoHandlerRule::forward,
                                    .declined = DeclinedRule::no_device,
                                    .device_width = DeviceWidthRule::first_byte,
                                    .config_address = ConfigAddressRule::consumed,
                                    .config_unaligned = ConfigUnalignedRule::all_ones,
                                    .config_extended = ConfigExtendedRule::reserved,
                                    .ecam_wide = EcamWideRule::low_half_ones,
                                    .ioapic_width = IoapicWidthRule::refused,
                                    .string_io = StringIoRule::as_plain,
                                    .lock = LockRule::undefined,
                                    .old_value = OldValueRule::zero};

/// The July 2018 refactoring of ACRN's I/O path (commit 50e4bc175).
inline constexpr Profile acrn2018{.name = "acrn2018",
                                  .pio_span = SpanRule::refuse,
                                  .mmio_span = SpanRule::refuse,
                                  .in32 = In32Rule::keep_upper_half,
                                  .no_handler = NoHandlerRule::no_device,
                                  .declined = DeclinedRule::no_device,
                                  .device_width = DeviceWidthRule::first_byte,
                                  .config_address = ConfigAddressRule::consumed,
                                  .config_unaligned = ConfigUnalignedRule::all_ones,
                                  .config_extended = ConfigExtendedRule::reserved,
                                  .ecam_wide = EcamWideRule::low_half_ones,
                                  .ioapic_width = IoapicWidthRule::refused,
                                  .string_io = StringIoRule::as_plain,
                                  .lock = LockRule::undefined,
                                  .old_value = OldValueRule::zero};

/// The profile's span rule for accesses to that space.
constexpr SpanRule span_rule(Profile const& profile, Space space) noexcept {
  return space == Space::port ? profile.pio_span : profile.mmio_span;
}

inline constexpr std::array<Profile const*, 3> profiles{&architectural, &acrn_today, &acrn2018};

/// The profile of that name, or nullptr.
constexpr Profile const* find_profile(std::string_view name) noexcept {
  for (Profile const* profile : profiles) {
    if (profile->name == name) {
      return profile;
    }
  }
  return nullptr;
}

}  // namespace acrn::core

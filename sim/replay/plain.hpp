// SPDX-License-Identifier: BSD-3-Clause
// Plain accesses: those whose comparisons are all the same when nothing diverges, counted by kind.
#pragma once

#include <array>
#include <cstdint>

#include "sim/replay/answers.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/result.hpp"

namespace acrn::replay {

/// Bits of a plain access's kind. They say all that its comparisons depend on.
inline constexpr unsigned plain_forwarded = 1;
inline constexpr unsigned plain_read = 2;
inline constexpr unsigned plain_handling_known = 4;
inline constexpr unsigned plain_unclaimed = 8;
inline constexpr unsigned plain_kind_count = 16;

/// PlannedAccess::plain of an access that is not plain.
inline constexpr std::uint8_t not_plain = plain_kind_count;

/// The kind of an access of which the capture has just the access row, with one known value, and
/// which no state of the HSM answers; not_plain for others. The other fields are final.
constexpr std::uint8_t plain_kind(PlannedAccess const& access) {
  bool const only_row = access.exit == no_planned_exit && access.slot_path == no_slot_path;
  if (!only_row || access.count != 1 || !access.value_known ||
      touches_config_ports(guest_access(access))) {
    return not_plain;
  }
  auto const bit = [](bool set, unsigned which) { return set ? which : 0U; };
  return static_cast<std::uint8_t>(
      bit(!access.device_answers, plain_forwarded) |
      bit(access.direction == core::Direction::read, plain_read) |
      bit(access.handling != traces::Handling::unknown, plain_handling_known) |
      bit(access.handling == traces::Handling::unclaimed, plain_unclaimed));
}

/// How many plain accesses went as the capture says, by kind.
class PlainTally {
 public:
  /// `kind` is that of a plain access.
  void add(std::uint8_t kind) noexcept { ++counts_.data()[kind]; }

  /// Adds what they come to.
  void add_to(ReplayResult& result) const {
    for (unsigned kind = 0; kind < plain_kind_count; ++kind) {
      std::uint64_t const count = counts_[kind];
      bool const forwarded = (kind & plain_forwarded) != 0;
      bool const read = (kind & plain_read) != 0;
      result.accesses += count;
      result.elements += count;
      (forwarded ? result.forwarded : result.handled) += count;
      // Two comparisons: who answered, which the capture said, and the value. Only all ones of a
      // read that nobody claimed does not come from the capture.
      FieldCounts& fields = result.fields;
      ((kind & plain_handling_known) != 0 ? fields.echoed : fields.unknown) += count;
      (read && (kind & plain_unclaimed) != 0 ? fields.checked : fields.echoed) += count;
      // No rows to compare with: of the exit, of a read's register, of the slot.
      fields.unknown += count * (1U + (read ? 1U : 0U) + (forwarded ? 1U : 0U));
    }
  }

 private:
  std::array<std::uint64_t, plain_kind_count> counts_{};
};

}  // namespace acrn::replay

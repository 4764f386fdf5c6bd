// SPDX-License-Identifier: BSD-3-Clause
// Compares what a replay did with what the capture says, and counts how much that proves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/replay/result.hpp"

namespace acrn::replay {

/// What the capture's side of a comparison is worth.
enum class Evidence : std::uint8_t {
  none,         ///< not recorded: nothing to compare with
  same_source,  ///< the replay was fed from it, so equality proves nothing
  independent,  ///< the replay computed its side from other inputs
};

/// What is compared. The second half belongs to the exits of an exit-exact capture.
enum class Field : std::uint8_t {
  exit_reason,
  exit_port,
  exit_size,
  exit_direction,
  fault,
  handling,
  value,
  destination,
  slots,
  // Of an exit; see README.md here.
  asked_registers,
  asked_state,
  asked_memory,
  asked_entry_state,
  progress,
  stop,
  written,
  written_register,  ///< index: core::Register
  written_rflags,
  written_rip,
  written_control,
  written_control_value,
  written_efer,
  written_vector,
  written_vector_word,  ///< index: word, lowest first
  single_step,
  accesses,
  access_space,  ///< index, here and below: which access of the exit
  access_direction,
  access_size,
  access_address,
  access_value,
  access_handling,
  slot_count,
  slot_from,  ///< index, here and below: which transition of the exit
  slot_to,
  slot_actor,
  entered,
  inject,
  inject_vector,
  inject_type,
  inject_error_code,
  inject_origin,
};

/// The word that Divergence::field holds. `index` counts where the field says so.
std::string name(Field field, std::uint8_t index = 0);

/// One comparison. `expected` is the capture's side, `actual` the replay's.
struct Comparison {
  Field field{};
  Evidence evidence{};
  std::uint64_t expected{};
  std::uint64_t actual{};
  std::uint8_t index{};  ///< which of several, where Field says so
};

/// Collects comparisons. Of all divergences it keeps the one with the lowest position, so that
/// engines that end accesses in different orders report the same one.
class Checker {
 public:
  /// `where` is the index of the access, or of the exit, in its plan.
  void compare(std::size_t where, PlannedVcpu vcpu, Comparison const& comparison) {
    ++counts_.data()[static_cast<std::size_t>(comparison.evidence)];
    if (comparison.evidence != Evidence::none && comparison.expected != comparison.actual)
        [[unlikely]] {
      diverged(where, vcpu, comparison);
    }
  }
  /// As many comparisons whose sides are equal.
  void equal(Evidence evidence, std::uint64_t times) {
    counts_[static_cast<std::size_t>(evidence)] += times;
  }
  /// As many comparisons that have no evidence.
  void unknown(std::uint64_t times) { counts_[static_cast<std::size_t>(Evidence::none)] += times; }

  [[nodiscard]] FieldCounts fields() const {
    return {.checked = counts_[static_cast<std::size_t>(Evidence::independent)],
            .echoed = counts_[static_cast<std::size_t>(Evidence::same_source)],
            .unknown = counts_[static_cast<std::size_t>(Evidence::none)]};
  }
  [[nodiscard]] std::uint64_t divergences() const { return divergences_; }
  [[nodiscard]] std::optional<Divergence> const& first() const { return first_; }

 private:
  void diverged(std::size_t where, PlannedVcpu vcpu, Comparison const& comparison);

  std::array<std::uint64_t, 3> counts_{};  // by Evidence
  std::uint64_t divergences_{};
  std::optional<Divergence> first_;
};

}  // namespace acrn::replay

// SPDX-License-Identifier: BSD-3-Clause
// Compares what a replay did with what the capture says, and counts how much that proves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/replay/result.hpp"

namespace acrn::replay {

/// What the capture's side of a comparison is worth.
enum class Evidence : std::uint8_t {
  none,         ///< not recorded: nothing to compare with
  same_source,  ///< the replay was fed from it, so equality proves nothing
  independent,  ///< the replay computed its side from other inputs
};

/// One comparison. `expected` is the capture's side, `actual` the replay's.
struct Comparison {
  std::string_view field;
  Evidence evidence{};
  std::uint64_t expected{};
  std::uint64_t actual{};
};

/// Collects comparisons. Of all divergences it keeps the one with the lowest position, so that
/// engines that end accesses in different orders report the same one.
class Checker {
 public:
  void compare(std::size_t position, PlannedVcpu vcpu, Comparison const& comparison) {
    switch (comparison.evidence) {
      case Evidence::none:
        ++fields_.unknown;
        return;
      case Evidence::same_source:
        ++fields_.echoed;
        break;
      case Evidence::independent:
        ++fields_.checked;
        break;
    }
    if (comparison.expected != comparison.actual) [[unlikely]] {
      diverged(position, vcpu, comparison);
    }
  }

  [[nodiscard]] FieldCounts const& fields() const { return fields_; }
  [[nodiscard]] std::uint64_t divergences() const { return divergences_; }
  [[nodiscard]] std::optional<Divergence> const& first() const { return first_; }

 private:
  void diverged(std::size_t position, PlannedVcpu vcpu, Comparison const& comparison);

  FieldCounts fields_;
  std::uint64_t divergences_{};
  std::optional<Divergence> first_;
};

}  // namespace acrn::replay

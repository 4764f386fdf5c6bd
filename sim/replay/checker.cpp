// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/checker.hpp"

#include <string>

namespace acrn::replay {

void Checker::diverged(std::size_t position, PlannedVcpu vcpu, Comparison const& comparison) {
  ++divergences_;
  if (first_ && first_->position <= position) return;
  first_ = Divergence{.position = position,
                      .vcpu = vcpu,
                      .field = std::string{comparison.field},
                      .expected = comparison.expected,
                      .actual = comparison.actual};
}

}  // namespace acrn::replay

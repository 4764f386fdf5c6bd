// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/checker.hpp"

#include <string>

namespace acrn::replay {

std::string_view name(Field field) {
  switch (field) {
    case Field::exit_reason:
      return "exit.reason";
    case Field::exit_port:
      return "exit.port";
    case Field::exit_size:
      return "exit.size";
    case Field::exit_direction:
      return "exit.direction";
    case Field::fault:
      return "fault";
    case Field::handling:
      return "handling";
    case Field::value:
      return "value";
    case Field::destination:
      return "register";
    case Field::slots:
      return "slots";
  }
  return "?";
}

void Checker::diverged(std::size_t where, PlannedVcpu vcpu, Comparison const& comparison) {
  ++divergences_;
  if (first_ && first_->position <= where) return;
  first_ = Divergence{.position = where,
                      .vcpu = vcpu,
                      .field = std::string{name(comparison.field)},
                      .expected = comparison.expected,
                      .actual = comparison.actual};
}

}  // namespace acrn::replay

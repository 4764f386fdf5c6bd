// SPDX-License-Identifier: BSD-3-Clause
// Runs the same instructions by core's executor, on a machine all of whose memory traps.
#pragma once

#include "tests/differential/native/instruction_case.hpp"
#include "tests/differential/native/region.hpp"

namespace acrn::tests {

/// Every operand becomes accesses; they are answered from the case's arena. A repeated string is
/// taken up again until it is done, as a guest does exit by exit.
class ModelRunner {
 public:
  explicit ModelRunner(Region const& region) : region_{region} {}
  [[nodiscard]] Outcome run(InstructionCase const& test) const;

 private:
  Region const& region_;
};

}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// Who may touch a VM next: the recorded order of its vCPUs' accesses, whatever the timing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/model/sim_time.hpp"
#include "sim/replay/plan.hpp"

namespace acrn::model {

/// No position of a plan.
inline constexpr std::size_t no_position = ~std::size_t{0};

/// The plan's order, per vCPU and per VM. A VM's turn belongs to the earliest access of its vCPUs
/// that has not given it back; it is free from the time of the last giving back on.
class Turns {
 public:
  explicit Turns(replay::Plan const& plan);

  /// The next access of this vCPU (index in Plan::vcpus()); no_position at the end.
  [[nodiscard]] std::size_t next_of(std::uint16_t vcpu) const { return next_[vcpu]; }
  /// Moves the vCPU on to the access after `next_of(vcpu)`, without giving back the turn.
  void advance(std::uint16_t vcpu);

  /// Whether the turn of its VM is with this access.
  [[nodiscard]] bool holds(std::size_t position) const {
    return vms_[vm_of(position)].holder == position;
  }
  /// From when on the present holder of this access's VM has the turn.
  [[nodiscard]] SimTime free_since(std::size_t position) const {
    return vms_[vm_of(position)].free_since;
  }
  /// The holder gives the turn back at `time`. Answers the vCPU whose access has it now, or -1.
  int give_back(std::size_t position, SimTime time);

 private:
  struct Vm {
    std::size_t holder{no_position};
    SimTime free_since{};
  };

  [[nodiscard]] std::uint16_t vm_of(std::size_t position) const {
    return vm_of_vcpu_[accesses_[position].vcpu];
  }

  std::span<replay::PlannedAccess const> accesses_;
  std::vector<std::uint16_t> vm_of_vcpu_;
  std::vector<Vm> vms_;
  std::vector<std::size_t> next_;           // per vCPU
  std::vector<std::uint32_t> later_;        // per access: distance to its vCPU's next; 0 at the end
  std::vector<std::uint32_t> later_in_vm_;  // the same for its VM
};

}  // namespace acrn::model

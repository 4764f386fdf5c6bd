// SPDX-License-Identifier: BSD-3-Clause
// The order is linked once, from the back.
#include "sim/model/turns.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace acrn::model {
namespace {

/// Links `position` before `next`, and makes it the next one.
std::uint32_t link(std::size_t position, std::size_t& next) {
  std::size_t const distance = next == no_position ? 0 : next - position;
  core::check(distance <= ~std::uint32_t{0}, "a plan in memory has fewer than 2^32 accesses");
  next = position;
  return static_cast<std::uint32_t>(distance);
}

}  // namespace

Turns::Turns(replay::Plan const& plan)
    : accesses_{plan.accesses()},
      next_(plan.vcpus().size(), no_position),
      later_(accesses_.size()),
      later_in_vm_(accesses_.size()) {
  std::vector<core::VmId> ids;
  for (replay::PlannedVcpu const& vcpu : plan.vcpus()) {
    auto const found = std::find(ids.begin(), ids.end(), vcpu.vm);
    vm_of_vcpu_.push_back(static_cast<std::uint16_t>(found - ids.begin()));
    if (found == ids.end()) ids.push_back(vcpu.vm);
  }
  vms_.resize(ids.size());
  for (std::size_t i = accesses_.size(); i-- > 0;) {
    later_[i] = link(i, next_[accesses_[i].vcpu]);
    later_in_vm_[i] = link(i, vms_[vm_of(i)].holder);
  }
}

void Turns::advance(std::uint16_t vcpu) {
  std::size_t& next = next_[vcpu];
  next = later_[next] == 0 ? no_position : next + later_[next];
}

int Turns::give_back(std::size_t position, SimTime time) {
  Vm& vm = vms_[vm_of(position)];
  core::check(vm.holder == position, "only the holder gives a turn back");
  vm.free_since = std::max(vm.free_since, time);
  if (later_in_vm_[position] == 0) {
    vm.holder = no_position;
    return -1;
  }
  vm.holder = position + later_in_vm_[position];
  return accesses_[vm.holder].vcpu;
}

}  // namespace acrn::model

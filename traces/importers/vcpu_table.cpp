// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/vcpu_table.hpp"

namespace acrn::traces {

bool VcpuTable::reserve(std::uint64_t thread, std::uint64_t vcpu) {
  if (vcpu >= vcpus_max) return false;
  auto const number = static_cast<std::uint16_t>(vcpu);
  if (!threads_.try_emplace(number, thread).second) return false;
  numbers_[thread] = number;
  while (threads_.contains(lowest_free_)) ++lowest_free_;
  return true;
}

void VcpuTable::learn(std::uint64_t thread, std::uint64_t vcpu) {
  if (!numbers_.contains(thread)) reserve(thread, vcpu);
}

void VcpuTable::learn(std::set<std::uint64_t> const& threads) {
  for (std::uint64_t const thread : threads) {
    if (!numbers_.contains(thread)) reserve(thread, lowest_free_);
  }
}

std::optional<std::uint16_t> VcpuTable::number_of(std::uint64_t thread,
                                                  std::optional<std::uint64_t> vcpu) {
  auto const known = numbers_.find(thread);
  if (known != numbers_.end()) {
    used_.insert(thread);
    if (vcpu && *vcpu != known->second) doubtful_.insert(thread);
    return known->second;
  }
  if (!vcpu || !reserve(thread, *vcpu)) {
    if (!reserve(thread, lowest_free_)) return std::nullopt;
    if (vcpu) doubtful_.insert(thread);
  }
  used_.insert(thread);
  return numbers_[thread];
}

}  // namespace acrn::traces

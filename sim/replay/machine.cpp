// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/check.hpp"
#include "sim/replay/answers.hpp"
#include "sim/replay/clients.hpp"
#include "sim/replay/coalesce.hpp"

namespace acrn::replay {
namespace {

std::vector<AddressRange> hypervisor_ranges(Plan const& plan, core::VmId vm, core::Space space) {
  std::vector<AddressRange> ranges;
  for (PlannedRegion const& region : plan.regions()) {
    if (region.vm == vm && region.space == space && region.in_hypervisor) {
      ranges.push_back({region.first, region.last});
    }
  }
  return ranges;
}

}  // namespace

Machine::Machine(Plan const& plan, MachineOptions const& options)
    : plan_{plan}, options_{options}, hsm_{std::make_unique<core::Hsm<LoggedMemory>>()} {
  make_vms();
  for (auto const& vm : vms_) {
    make_maps(*vm);
    for (MachineClient& client : make_clients(*hsm_, vm->id, plan_.regions(), plan_.info())) {
      clients_.push_back(std::move(client));
    }
  }
  order_config_accesses();
  bool const logging = options_.recorder != nullptr || plan_.has_slot_paths();
  for (auto const& vm : vms_) vm->storage.logging = logging;
}

Machine::~Machine() = default;

void Machine::make_vms() {
  for (std::size_t i = 0; i < plan_.vcpus().size();) {
    core::VmId const vm = plan_.vcpus()[i].vm;
    std::size_t end = i;
    while (end < plan_.vcpus().size() && plan_.vcpus()[end].vm == vm) ++end;
    if (vms_.size() == core::hsm_vm_count_max) {
      throw std::invalid_argument(fmt::format(
          "the plan has more than {} VMs, which is all that one service module serves; choose some "
          "with a VM filter",
          core::hsm_vm_count_max));
    }
    std::uint32_t const vcpu_count = plan_.vcpus()[end - 1].vcpu.value + 1U;
    Vm& made =
        *vms_.emplace_back(std::make_unique<Vm>(vm, vcpu_count, mover_, options_.completion));
    core::check(made.page.announce(vcpu_count).has_value(), "a plan's vCPU ids are below 16");
    core::check(hsm_->add_vm(vm, vcpu_count).has_value(), "the HSM takes a plan's VM");
    core::check(hsm_->set_page(vm, made.memory).has_value(), "the HSM takes an announced page");
    made.orders_config = end - i > 1;
    for (; i < end; ++i) {
      PlannedVcpu const vcpu = plan_.vcpus()[i];
      made.vcpus[vcpu.vcpu.value] = static_cast<std::uint16_t>(i);
      vcpus_.push_back(std::make_unique<Vcpu>(vcpu, made));
    }
  }
}

void Machine::make_maps(Vm& vm) {
  auto const device = vm.state.devices.add({.handler = &Machine::recorded_device, .context = &vm});
  for (AddressRange const& range :
       coalesce(hypervisor_ranges(plan_, vm.id, core::Space::port), core::port_range_count_max)) {
    auto const ports = core::PortRange::closed({static_cast<std::uint16_t>(range.first)},
                                               {static_cast<std::uint16_t>(range.last)});
    core::check(vm.state.ports.insert(*ports, *device).has_value(), "coalesced ranges fit the map");
  }
  for (AddressRange const& range :
       coalesce(hypervisor_ranges(plan_, vm.id, core::Space::mmio), core::mmio_range_count_max)) {
    auto const addresses = core::MmioRange::closed({range.first}, {range.last}).value();
    core::check(vm.state.mmio.insert(addresses, *device).has_value(), "likewise");
  }
}

void Machine::order_config_accesses() {
  auto const orders = [](auto const& vm) { return vm->orders_config; };
  if (std::none_of(vms_.begin(), vms_.end(), orders)) return;
  for (std::size_t i = 0; i < plan_.accesses().size(); ++i) {
    PlannedAccess const& access = plan_.accesses()[i];
    Vm& vm = *vcpus_[access.vcpu]->vm;
    if (vm.orders_config && touches_config_ports(guest_access(access)))
      vm.config_positions.push_back(i);
  }
}

bool Machine::may_begin(std::size_t position) const {
  PlannedAccess const& access = plan_.accesses()[position];
  Vm const& vm = *vcpus_[access.vcpu]->vm;
  if (!vm.orders_config || !touches_config_ports(guest_access(access))) return true;
  return vm.config_positions[vm.config_next] == position;
}

core::HandlerResult Machine::recorded_device(void* context, core::Access& access,
                                             core::Ticks /*now*/, core::Effects& /*effects*/) {
  Vcpu const& vcpu = *static_cast<Vm*>(context)->acting;
  if (!vcpu.access->device_answers) return core::HandlerResult::declined();
  if (access.direction == core::Direction::read) {
    access.value = piece_of(vcpu.access->address, access, vcpu.answer);
  }
  return core::HandlerResult::handled();
}

ReplayResult Machine::result() const {
  ReplayResult result = totals_;
  result.divergences = checker_.divergences();
  result.fields = checker_.fields();
  result.first_divergence = checker_.first();
  plain_.add_to(result);
  for (auto const& vcpu : vcpus_) result.vcpu_digests.push_back(vcpu->digest.value());
  result.digest = traces::combine_digests(result.vcpu_digests);
  return result;
}

}  // namespace acrn::replay

// SPDX-License-Identifier: BSD-3-Clause
// The VMs and vCPUs inside the machine under replay. For machine*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/replay/machine.hpp"

namespace acrn::replay {

using ReplaySlot = core::HypervisorSlot<LoggedMemory>;

struct Machine::Vm {
  Vm(core::VmId vm_id, std::uint32_t count, SlotMover const& mover, core::Completion completion)
      : id{vm_id}, vcpu_count{count}, memory{storage, mover}, page{memory, completion} {}

  core::VmId id;
  std::uint32_t vcpu_count;  // highest id plus 1
  core::VmState state{};
  LoggedPage storage;
  LoggedMemory memory;
  core::HypervisorPage<LoggedMemory> page;
  std::uint64_t turns{};
  Vcpu* acting{};        // who holds the turn, for the recorded device
  bool config_known{};   // the HSM's configuration address register holds what the guest's did
  bool orders_config{};  // more than one vCPU: see Machine::may_begin()
  std::size_t config_next{};
  std::vector<std::size_t> config_positions;            // of accesses to the configuration ports
  std::array<std::uint16_t, vcpus_per_vm_max> vcpus{};  // index in Plan::vcpus() by id
};

struct Machine::Vcpu {
  Vcpu(PlannedVcpu vcpu_id, Vm& owner)
      : id{vcpu_id},
        vm{&owner},
        slot{&owner.page.slot(vcpu_id.vcpu)},
        log{&owner.storage.logs.at(vcpu_id.vcpu.value)} {}

  PlannedVcpu id;
  Vm* vm;
  ReplaySlot* slot;
  SlotLog* log;
  core::VcpuIo io;
  RegisterFile registers;
  NoGuestMemory memory;
  core::Effects effects;
  traces::VcpuDigest digest;

  // The element in hand.
  PlannedAccess const* access{};
  std::size_t position{};
  std::uint32_t element{};
  std::uint64_t qualification{};
  std::uint64_t answer{};  // what device or client gives, or the guest writes
  core::Progress progress{};
  bool value_known{};          // `answer` is the capture's
  bool device_answers{};       // the recorded device takes it
  bool forwarded{};            // some of it went through the slot
  bool client_answered{};      // some of it reached a client
  bool rax_recorded{};         // the written value came from a recorded RAX
  core::HsmClientId client{};  // if client_answered
};

/// What the part of the access at `address`, `size` bytes long, is of the whole's `value`.
inline std::uint64_t piece_of(PlannedAccess const& whole, core::Access const& piece,
                              std::uint64_t value) {
  std::uint64_t offset = piece.address - whole.address;
  if (piece.space == core::Space::port) offset &= 0xffff;  // ports wrap
  return core::truncate(value >> (8U * (offset & 7U)), piece.size);
}

/// Ports of PCI configuration mechanism 1. Source: PCI Local Bus Specification 3.0, 3.2.2.3.2.
inline constexpr std::uint64_t config_address_port = 0xcf8;
inline constexpr std::uint64_t config_port_last = 0xcff;

inline bool touches_config_ports(PlannedAccess const& access) {
  return traces::shape_space(access.shape) == core::Space::port &&
         access.address <= config_port_last &&
         access.address + traces::shape_size(access.shape) > config_address_port;
}

/// Whether the capture says that nobody waited for the device model.
constexpr bool expects_hypervisor(traces::Handling handling) {
  return handling == traces::Handling::hypervisor || handling == traces::Handling::queued;
}

inline constexpr std::string_view default_client_name = "acrndm";

}  // namespace acrn::replay

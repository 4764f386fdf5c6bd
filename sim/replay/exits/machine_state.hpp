// SPDX-License-Identifier: BSD-3-Clause
// The VMs and vCPUs of the machine under an exit-exact replay. Included by the machine's sources.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/emulate/page_slot.hpp"
#include "core/platform/platform.hpp"
#include "core/vcpu/vcpu.hpp"
#include "sim/replay/exits/machine.hpp"
#include "sim/replay/exits/outcome.hpp"
#include "sim/replay/exits/replaying_cpu.hpp"
#include "sim/replay/exits/replaying_memory.hpp"
#include "traces/wire/digest.hpp"

namespace acrn::replay::exits {

/// An access that core made, as the listener of the slot heard of it.
struct SeenAccess {
  core::Access access{};
  traces::Handling handling{};
  bool failed{};       ///< the instruction faults because of it
  bool from_client{};  ///< some of it was answered by a client, out of the capture
};

/// The vCPU's slot, which keeps what the listener hears.
class ListeningSlot : public core::PageSlot<LoggedMemory> {
 public:
  using PageSlot::PageSlot;

  void finished(core::Access const& access, core::Route route, core::AccessEnd end);
  /// A client has answered the request that is in the slot.
  void answered_by_client() { from_client_ = true; }
  void start() {
    seen_.clear();
    from_client_ = false;
  }
  [[nodiscard]] std::vector<SeenAccess> const& seen() const { return seen_; }

 private:
  std::vector<SeenAccess> seen_;
  bool from_client_{};
};

static_assert(core::AccessListener<ListeningSlot>);

struct Machine::Vm {
  Vm(PlannedVm const& planned, SlotMover const& mover, MachineOptions const& options)
      : id{planned.id},
        vcpu_count{planned.vcpus},
        profile{options.profile != nullptr ? *options.profile : core::profile_of(planned.platform)},
        platform{planned.platform},
        memory{storage, mover},
        page{memory, options.completion} {
    platform.attach();
  }

  core::VmId id;
  std::uint16_t vcpu_count;  // highest id plus 1
  core::Profile const& profile;
  core::Platform platform;
  LoggedPage storage;
  LoggedMemory memory;
  core::HypervisorPage<LoggedMemory> page;
  std::uint64_t turns{};
};

struct Machine::Vcpu {
  Vcpu(PlannedStream const& planned, Vm& owner)
      : stream{&planned},
        vm{&owner},
        slot{owner.page, planned.id.vcpu},
        log{&owner.storage.logs.at(planned.id.vcpu.value)} {}

  PlannedStream const* stream;
  Vm* vm;
  core::Vcpu core;
  ReplayingCpu cpu;
  ReplayingMemory memory;
  ListeningSlot slot;
  SlotLog* log;
  core::Effects effects;
  traces::VcpuDigest digest;
  bool started{};

  // The exit in hand.
  PlannedExit const* exit{};
  std::size_t position{};
  core::Progress progress{};
  core::Progress recorded{};  // progress, as the capture has it
  bool unfinished{};          // the recording ended while its request was with the service VM
  bool halted{};              // the plan before the last input or deadline said so
  Outcome outcome;
};

}  // namespace acrn::replay::exits

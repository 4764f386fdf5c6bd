// SPDX-License-Identifier: BSD-3-Clause
// What a host tells a recorder: accesses and their answers, requests, slots, inputs.
#pragma once

#include <cstdint>
#include <span>

#include "traces/wire/row_codes.hpp"

namespace acrn::baremetal {

/// One stamp of a request's life. `ticks` count as the guest's time does (host TSC plus the VM's
/// offset), also where the Service VM took them.
struct StageStamp {
  std::uint8_t stage{};  ///< 0 to 15, see traces::stage_count
  std::uint64_t ticks{};
};

/// What is known of an access besides the access.
struct AccessAnswer {
  traces::Handling handling{};
  traces::ClientId client{};             ///< 0: none
  std::uint8_t fault_vector{};           ///< of the exception that the access ended in; 0: none
  std::span<StageStamp const> stamps{};  ///< each stage at most once
};

/// When a request went through its four usual states.
struct RequestLife {
  std::uint64_t pending{};
  std::uint64_t processing{};
  std::uint64_t complete{};
  std::uint64_t free{};
};

/// What is known of a request that has been answered, beyond its answer.
struct ServiceStamps {
  /// Taken one by one: t3 to t12, in the guest's ticks.
  std::span<StageStamp const> stamps{};
  traces::ClientId client{};  ///< who answered; 0: not known
  /// Or the slot's row in the page of stamps (core/abi/request_stamps.hpp), and what leads from its
  /// clock, the host's TSC, to the guest's ticks. Cheaper: all stamps are judged by the flush.
  std::uint64_t const* row{};
  std::uint64_t offset{};
};

/// Any other transition of the vCPU's slot.
struct SlotChange {
  traces::SlotRowState from{};
  traces::SlotRowState to{};
  traces::SlotRowActor actor{};
};

/// Something that no exit shows.
struct RecordedInput {
  traces::InputKind kind{};
  std::uint64_t target{};   ///< line, port or vCPU, by kind
  std::uint64_t payload{};  ///< core::IrqAction, byte, vector or clock value, by kind
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// Records what one vCPU's exits asked, answered and did, into memory; the flush makes chunks of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/frame_sink.hpp"
#include "core/access.hpp"
#include "core/exit.hpp"
#include "core/types.hpp"
#include "traces/wire/columns.hpp"
#include "traces/wire/exit_columns.hpp"
#include "traces/wire/row_codes.hpp"

namespace acrn::baremetal {

/// One stamp of a request's life; `ticks` count as the guest's time does (host TSC plus the VM's
/// offset), also where the Service VM took them.
struct StageStamp {
  std::uint8_t stage{};  ///< 0 to 15, traces::stage_count
  std::uint64_t ticks{};
};

/// What is known of an access besides the access.
struct AccessAnswer {
  traces::Handling handling{};
  traces::ClientId client{};  ///< 0: none
  /// Vector of the exception that the access itself ended in; 0: none.
  std::uint8_t fault_vector{};
  std::span<StageStamp const> stamps{};  ///< each stage at most once, ascending
};

struct SlotChange {
  std::uint8_t from{};  ///< ACRN_IOREQ_STATE_*
  std::uint8_t to{};
  traces::SlotRowActor actor{};
};

struct RecordedInput {
  traces::InputKind kind{};
  std::uint64_t target{};
  std::uint64_t payload{};
};

struct RecordedInjection {
  std::uint32_t interruption_information{};  ///< VM-entry interruption information
  std::uint32_t error_code{};
  traces::InjectedBy origin{};
};

struct RecorderConfig {
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  /// Names of the clients, all of which the first chunk defines; must stay where they are.
  std::span<traces::ClientNameView const> clients{};
  /// For everything; at least recorder_memory_min bytes, aligned to 8. More of it holds more exits
  /// between two flushes: about 300 bytes per exit.
  std::span<std::byte> memory{};
};

/// What the flushes did so far.
struct RecorderCounts {
  std::uint64_t exits{};         ///< written into the ring
  std::uint64_t accesses{};      ///< likewise
  std::uint64_t dropped_rows{};  ///< lost: the ring was full, or the sink took no more
  std::uint64_t flushes{};
  std::uint64_t bytes_flushed{};  ///< frames that the sink has taken
};

}  // namespace acrn::baremetal

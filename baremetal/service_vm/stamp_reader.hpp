// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's look at what the Service VM wrote about a request that it has answered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "baremetal/capture/recording_slot.hpp"
#include "core/abi/request_stamps.hpp"
#include "core/types.hpp"

namespace acrn::service_vm {

/// A request between two moments of the host's TSC, and what takes that to the guest's ticks.
struct RequestSpan {
  std::uint64_t submitted{};  ///< t2: what is older is of an earlier request
  std::uint64_t now{};        ///< what is younger no Service VM can have seen
  std::uint64_t shift{};      ///< is added, modulo 2^64
};

/// Reads the pages that HC_SETUP_SBUF announced under SharedBufferId::request_stamps. Trusts
/// nothing in them. One object per vCPU.
class StampReader {
 public:
  /// What is known of the request that the slot's COMPLETE has just answered; nothing where the
  /// Service VM settled it without a client. Valid until the next call. `page` has
  /// abi::stamp_page_size bytes, and `slot` is below abi::ioreq_slot_count.
  baremetal::ServiceStamps read(std::uint8_t const* page, core::VcpuId slot,
                                RequestSpan const& request) noexcept;

 private:
  static constexpr std::array indices{
      core::abi::StampIndex::interrupt,  core::abi::StampIndex::worker,
      core::abi::StampIndex::processing, core::abi::StampIndex::client,
      core::abi::StampIndex::handled,    core::abi::StampIndex::complete,
  };
  std::array<baremetal::StageStamp, indices.size()> stamps_{};
};

}  // namespace acrn::service_vm

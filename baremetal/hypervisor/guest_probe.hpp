// SPDX-License-Identifier: BSD-3-Clause
// What a recording slot asks: the guest's time, and when the Service VM did what with a request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/recording_slot.hpp"
#include "baremetal/hypervisor/guest_clock.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/abi/request_stamps.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// Of one vCPU. Refers to its clock and to the time of its last exit.
class GuestProbe {
 public:
  GuestProbe(GuestClock const& clock, core::Ticks const& time_in) noexcept
      : clock_{clock}, time_in_{time_in} {}

  /// The vCPU's row in the page that the Service VM announced; null: there is none (any more).
  void set_row(std::uint64_t const* row) noexcept { row_ = row; }

  [[nodiscard]] core::Ticks now() const noexcept { return clock_.at(read_tsc()); }

  /// In the guest's ticks; only stamps of the present exit.
  ServiceStamps service_stamps() noexcept {
    if (row_ == nullptr) return {};
    std::size_t count = 0;
    for (core::abi::StampIndex const index : written) {
      auto const stage = static_cast<std::uint8_t>(index);
      std::uint64_t const host = __atomic_load_n(row_ + stage, __ATOMIC_RELAXED);
      std::uint64_t const ticks = clock_.at(host).value;
      // An older one is of an earlier request: the Service VM did not take this step.
      if (host != 0 && static_cast<std::int64_t>(ticks - time_in_.value) >= 0) {
        stamps_[count++] = {stage, ticks};
      }
    }
    return {.stamps = std::span{stamps_}.first(count)};
  }

 private:
  static constexpr std::array written{
      core::abi::StampIndex::interrupt,  core::abi::StampIndex::worker,
      core::abi::StampIndex::processing, core::abi::StampIndex::client,
      core::abi::StampIndex::handled,    core::abi::StampIndex::complete};

  GuestClock const& clock_;
  core::Ticks const& time_in_;
  std::uint64_t const* row_{};
  std::array<StageStamp, written.size()> stamps_{};
};
static_assert(RequestProbe<GuestProbe>);

}  // namespace acrn::baremetal

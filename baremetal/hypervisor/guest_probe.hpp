// SPDX-License-Identifier: BSD-3-Clause
// What a recording slot asks: the guest's time, and when the Service VM did what with a request.
#pragma once

#include <cstddef>
#include <cstdint>

#include "baremetal/capture/recording_slot.hpp"
#include "baremetal/hypervisor/guest_clock.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/abi/request_stamps.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// Of one vCPU. Refers to its clock.
class GuestProbe {
 public:
  explicit GuestProbe(GuestClock const& clock) noexcept : clock_{clock} {}

  /// The vCPU's row in the page that the Service VM announced; null: there is none (any more).
  void set_row(std::uint64_t const* row) noexcept { row_ = row; }

  [[nodiscard]] core::Ticks now() const noexcept { return clock_.at(read_tsc()); }

  /// Of the request that was answered last. Its stamps stay in the row until the next one.
  ServiceStamps service_stamps() noexcept {
    if (row_ == nullptr) return {};
    constexpr std::size_t client = core::abi::stamp_client_offset / sizeof(std::uint64_t);
    return {
        .client = static_cast<traces::ClientId>(__atomic_load_n(row_ + client, __ATOMIC_RELAXED)),
        .row = row_,
        .offset = clock_.offset()};
  }

 private:
  GuestClock const& clock_;
  std::uint64_t const* row_{};
};
static_assert(RequestProbe<GuestProbe>);

}  // namespace acrn::baremetal

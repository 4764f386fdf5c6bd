// SPDX-License-Identifier: BSD-3-Clause
// What the stamps of a RawRequest mean.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/wire/raw_row.hpp"

namespace acrn::traces {

inline constexpr unsigned processing_stage = 6;
inline constexpr unsigned complete_stage = 9;

/// When the Service VM took this step, or nothing: a stamp of 0, and one older than the request, is
/// no stamp of it. `stage` is service_stage_first to service_stage_last.
constexpr std::optional<std::uint64_t> stamp_of(RawRequest const& request,
                                                unsigned stage) noexcept {
  std::uint64_t const raw = request.stamps[stage - service_stage_first];
  std::uint64_t const time = raw + request.offset;
  bool const older = (time - request.pending) >> 63U != 0;
  return raw == 0 || older ? std::nullopt : std::optional{time};
}

/// The request's four transitions, if the two of the Service VM are known. Otherwise it tells of
/// the hypervisor's two only.
constexpr std::optional<RawLife> life_of(RawRequest const& request) noexcept {
  std::optional<std::uint64_t> const processing = stamp_of(request, processing_stage);
  std::optional<std::uint64_t> const complete = stamp_of(request, complete_stage);
  if (!processing || !complete) return std::nullopt;
  return RawLife{.head = {},
                 .pending = request.pending,
                 .processing = *processing,
                 .complete = *complete,
                 .free = request.free};
}

}  // namespace acrn::traces

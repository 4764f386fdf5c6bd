// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/stamp_reader.hpp"

#include <span>

#include "core/check.hpp"

namespace acrn::service_vm {
namespace {

/// The other side may write at any time: one whole load.
std::uint64_t load(std::uint8_t const* word) noexcept {
  return __atomic_load_n(reinterpret_cast<std::uint64_t const*>(word), __ATOMIC_RELAXED);
}

bool is_within(std::uint64_t stamp, RequestSpan const& request) noexcept {
  return stamp >= request.submitted && stamp <= request.now;
}

}  // namespace

baremetal::ServiceStamps StampReader::read(std::uint8_t const* page, core::VcpuId slot,
                                           RequestSpan const& request) noexcept {
  using core::abi::StampIndex;
  core::check(slot.value < core::abi::ioreq_slot_count, "a page of stamps has 16 rows");
  if (!is_within(load(page + stamp_offset(slot.value, StampIndex::complete)), request)) return {};
  std::size_t count = 0;
  for (StampIndex const index : indices) {
    std::uint64_t const stamp = load(page + stamp_offset(slot.value, index));
    if (!is_within(stamp, request)) continue;
    stamps_[count++] = {.stage = static_cast<std::uint8_t>(index), .ticks = stamp + request.shift};
  }
  std::uint8_t const* const row = page + slot.value * core::abi::stamp_row_size;
  return {.stamps = std::span{stamps_}.first(count),
          .client = static_cast<traces::ClientId>(load(row + core::abi::stamp_client_offset))};
}

}  // namespace acrn::service_vm

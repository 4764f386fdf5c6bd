// SPDX-License-Identifier: BSD-3-Clause
// The page of request stamps as the Service VM writes it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/abi/request_stamps.hpp"

namespace acrn::service_vm {

/// The stamps of one slot. Relaxed stores: the slot's COMPLETE, stored with release after them,
/// publishes them.
class StampRow {
 public:
  void set(core::abi::StampIndex index, std::uint64_t tsc) noexcept {
    store(stamps_[static_cast<std::size_t>(index)], tsc);
  }
  /// 1 the default client, 1 + n the server of number n.
  void set_client(std::uint64_t client) noexcept { store(client_, client); }

 private:
  static void store(std::uint64_t& word, std::uint64_t value) noexcept {
    // Every word is aligned; saying so spares the library's check of it.
    void* const place = __builtin_assume_aligned(&word, sizeof word);
    std::atomic_ref{*static_cast<std::uint64_t*>(place)}.store(value, std::memory_order_relaxed);
  }

  static constexpr std::size_t spare = core::abi::stamp_row_size / 8 - core::abi::stamp_count - 1;
  std::array<std::uint64_t, core::abi::stamp_count> stamps_{};
  std::uint64_t client_{};
  std::array<std::uint64_t, spare> spare_{};
};
static_assert(core::abi::stamp_client_offset == core::abi::stamp_count * sizeof(std::uint64_t));

/// Row n belongs to the slot of vCPU n.
struct alignas(core::abi::stamp_page_size) StampPage {
  std::array<StampRow, core::abi::ioreq_slot_count> rows{};
};
static_assert(sizeof(StampPage) == core::abi::stamp_page_size);

}  // namespace acrn::service_vm

// SPDX-License-Identifier: BSD-3-Clause
// The request page of a replayed VM, and a log of every change of a slot's state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/abi/ioreq.hpp"
#include "core/ioreq/memory.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/types.hpp"
#include "sim/replay/plan.hpp"

namespace acrn::replay {

/// Who moves slots at the moment; values are those of traces::SlotRow::actor.
enum class SlotMover : std::uint8_t { hypervisor = 1, worker = 2, client = 3 };

/// The transitions of one slot since clear(): the new state in bits 1:0, the mover in bits 3:2.
class SlotLog {
 public:
  /// An access has at most 8 pieces, a piece at most 4 transitions.
  static constexpr std::size_t transition_count_max = 32;

  void clear() noexcept { count_ = 0; }
  void add(std::uint64_t word, SlotMover mover) noexcept {
    if (count_ == transition_count_max) return;
    steps_.data()[count_++] =
        static_cast<std::uint8_t>((word & 3U) | static_cast<unsigned>(mover) << 2U);
  }
  [[nodiscard]] std::span<std::uint8_t const> steps() const noexcept {
    return {steps_.data(), count_};
  }
  /// As PlannedAccess::slot_path.
  [[nodiscard]] std::uint16_t path() const noexcept {
    if (count_ > 4) return long_slot_path;
    unsigned path = no_slot_path;
    for (std::size_t i = 0; i < count_; ++i) path |= static_cast<unsigned>(steps_[i]) << 4 * i;
    return static_cast<std::uint16_t>(path);
  }

 private:
  std::array<std::uint8_t, transition_count_max> steps_{};
  std::size_t count_{};
};

/// The request page of one VM and the logs of its slots.
struct LoggedPage {
  core::PageStorage storage;
  bool logging{};  ///< keep logs: for recordings, and where the capture has transitions to compare
  std::array<SlotLog, core::abi::ioreq_slot_count> logs{};
};

/// core::Memory on a LoggedPage, which outlives the handle, as `mover` does, which names who acts.
/// Both ends of a replayed slot run on one thread: plain loads and stores are all that they need.
class LoggedMemory {
 public:
  LoggedMemory(LoggedPage& page, SlotMover const& mover) noexcept : page_{&page}, mover_{&mover} {}

  [[nodiscard]] std::uint32_t load32(std::size_t offset) const noexcept {
    return load<std::uint32_t>(offset);
  }
  [[nodiscard]] std::uint64_t load64(std::size_t offset) const noexcept {
    return load<std::uint64_t>(offset);
  }
  void store32(std::size_t offset, std::uint32_t value) noexcept { store(offset, value); }
  void store64(std::size_t offset, std::uint64_t value) noexcept { store(offset, value); }
  [[nodiscard]] std::uint64_t load_word(std::size_t offset) const noexcept {
    return load<std::uint64_t>(offset);
  }
  void store_word(std::size_t offset, std::uint64_t word) noexcept {
    store(offset, word);
    note(offset, word);
  }
  void store_state(std::size_t offset, std::uint32_t state) noexcept {
    store(offset, state);
    note(offset, state);
  }
  [[nodiscard]] bool exchange_word(std::size_t offset, std::uint64_t expected,
                                   std::uint64_t desired) noexcept {
    if (load<std::uint64_t>(offset) != expected) return false;
    store(offset, desired);
    note(offset, desired);
    return true;
  }

 private:
  template <class Integer>
  [[nodiscard]] Integer load(std::size_t offset) const noexcept {
    Integer value = 0;
    std::memcpy(&value, page_->storage.bytes.data() + offset, sizeof value);
    return value;
  }
  template <class Integer>
  void store(std::size_t offset, Integer value) noexcept {
    std::memcpy(page_->storage.bytes.data() + offset, &value, sizeof value);
  }
  void note(std::size_t offset, std::uint64_t word) noexcept {
    if (!page_->logging) [[likely]]
      return;
    page_->logs[offset / core::abi::ioreq_slot_size].add(word, *mover_);
  }

  LoggedPage* page_;
  SlotMover const* mover_;
};

static_assert(core::Memory<LoggedMemory>);

}  // namespace acrn::replay

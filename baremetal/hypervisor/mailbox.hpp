// SPDX-License-Identifier: BSD-3-Clause
// What a vCPU's loop is to do before the next entry: changes of interrupt lines and the upcall
// vector, as other CPUs want, typing, and a look at what is not in here.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "baremetal/machine/spin_lock.hpp"
#include "core/emulate/effects.hpp"

namespace acrn::baremetal {

/// Posted by any CPU, emptied by the one that runs the vCPU, between an exit and the next entry.
///
/// One flag tells of everything, so that an entry costs one look. Who posts writes first what it
/// posts and then the flag; who runs the vCPU takes the flag first and then everything.
class Mailbox {
 public:
  static constexpr std::size_t capacity = 256;

  /// False if there is no room: the change is lost.
  [[nodiscard]] bool post(core::IrqChange change) noexcept {
    LockGuard const guard{lock_};
    std::uint32_t const count = count_.load(std::memory_order_relaxed);
    if (count == capacity) return false;
    changes_[(first_ + count) % capacity] = change;
    count_.store(count + 1, std::memory_order_release);
    ring();
    return true;
  }

  /// Whether there is a change to take.
  [[nodiscard]] bool has_changes() const noexcept {
    return count_.load(std::memory_order_acquire) != 0;
  }
  /// The oldest change.
  std::optional<core::IrqChange> take() noexcept {
    if (!has_changes()) return std::nullopt;
    LockGuard const guard{lock_};
    core::IrqChange const change = changes_[first_];
    first_ = (first_ + 1) % capacity;
    count_.store(count_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    return change;
  }

  /// Asks for an upcall; those that were not taken yet are one.
  void post_upcall() noexcept {
    wishes_.fetch_or(upcall, std::memory_order_release);
    ring();
  }
  [[nodiscard]] bool take_upcall() noexcept { return take(upcall); }

  /// Asks the vCPU's loop to type what is to be typed (guest_input.hpp).
  void post_input() noexcept {
    wishes_.fetch_or(input, std::memory_order_release);
    ring();
  }
  [[nodiscard]] bool take_input() noexcept { return take(input); }

  /// Calls for a look at something that is not in the mailbox, as a wish that the vCPU stop.
  void ring() noexcept { news_.store(true, std::memory_order_seq_cst); }
  /// Whether anything was posted, or rung for, since take_news(). In the one order of all
  /// sequentially consistent stores, so that one of poster and vCPU sees the other.
  [[nodiscard]] bool has_news() const noexcept { return news_.load(std::memory_order_seq_cst); }
  /// To be called before all other take functions: whether there is any. Later posts are new news.
  bool take_news() noexcept { return news_.exchange(false, std::memory_order_seq_cst); }

 private:
  static constexpr std::uint32_t upcall = 1;
  static constexpr std::uint32_t input = 2;

  bool take(std::uint32_t wish) noexcept {
    return (wishes_.load(std::memory_order_relaxed) & wish) != 0 &&
           (wishes_.fetch_and(~wish, std::memory_order_acquire) & wish) != 0;
  }

  SpinLock lock_{};
  std::array<core::IrqChange, capacity> changes_{};
  std::size_t first_{};
  std::atomic<std::uint32_t> count_{};
  std::atomic<std::uint32_t> wishes_{};
  std::atomic<bool> news_{};
};

}  // namespace acrn::baremetal

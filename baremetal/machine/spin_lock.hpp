// SPDX-License-Identifier: BSD-3-Clause
// A fair lock between CPUs. Interrupts are off in the hypervisor, so no handler can want it, too.
#pragma once

#include <atomic>
#include <cstdint>

namespace acrn::baremetal {

/// Ticket lock: CPUs get it in the order in which they came.
class SpinLock {
 public:
  void lock() noexcept {
    std::uint32_t const ticket = next_.fetch_add(1, std::memory_order_relaxed);
    // pairs with unlock()
    while (serving_.load(std::memory_order_acquire) != ticket) __builtin_ia32_pause();
  }
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t ticket = serving_.load(std::memory_order_acquire);  // pairs with unlock()
    return next_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }
  /// Only for the holder.
  void unlock() noexcept {
    serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  std::atomic<std::uint32_t> next_{};
  std::atomic<std::uint32_t> serving_{};
};

/// Holds the lock for as long as it lives.
class [[nodiscard]] LockGuard {
 public:
  explicit LockGuard(SpinLock& lock) noexcept : lock_{lock} { lock_.lock(); }
  ~LockGuard() { lock_.unlock(); }
  LockGuard(LockGuard const&) = delete;
  LockGuard& operator=(LockGuard const&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace acrn::baremetal

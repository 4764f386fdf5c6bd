// SPDX-License-Identifier: BSD-3-Clause
// How a CPU that has nothing to do goes to sleep without missing what another CPU has for it.
#pragma once

#include <atomic>

namespace acrn::baremetal {

/// One per CPU, its owner. Whoever has work for the owner writes it down and rings; only an owner
/// that sleeps costs an interrupt. The owner silences the bell, looks for work, and lies down if it
/// found none.
class Doorbell {
 public:
  /// By any CPU, after what the owner is to find was written. True if the owner sleeps, or is about
  /// to: whoever rang must wake it.
  [[nodiscard]] bool ring() noexcept {
    rung_.store(true, std::memory_order_seq_cst);
    return asleep_.load(std::memory_order_seq_cst);
  }

  /// By the owner, before it looks for work. What was written before an earlier ring is seen.
  void silence() noexcept { rung_.exchange(false, std::memory_order_seq_cst); }
  /// By the owner, who has found nothing: whether it may sleep. False if it rang since silence().
  /// In the one order of all sequentially consistent operations, so that the owner sees the ring or
  /// who rings sees that it sleeps. get_up() must follow in either case.
  [[nodiscard]] bool lie_down() noexcept {
    asleep_.store(true, std::memory_order_seq_cst);
    return !rung_.load(std::memory_order_seq_cst);
  }
  void get_up() noexcept { asleep_.store(false, std::memory_order_relaxed); }

 private:
  std::atomic<bool> rung_{};
  std::atomic<bool> asleep_{};
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// A CPU sleeps only while nobody has work for it, and is woken only if it sleeps.
#include "baremetal/hypervisor/doorbell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace acrn::baremetal {
namespace {

TEST(Doorbell, WakesOnlyWhoeverSleeps) {
  Doorbell bell;
  EXPECT_FALSE(bell.ring());
  bell.silence();
  EXPECT_TRUE(bell.lie_down());
  EXPECT_TRUE(bell.ring());
  bell.get_up();
  EXPECT_FALSE(bell.ring());
}

TEST(Doorbell, ARingBeforeLyingDownKeepsTheOwnerUp) {
  Doorbell bell;
  bell.silence();
  EXPECT_FALSE(bell.ring());
  EXPECT_FALSE(bell.lie_down());
  bell.get_up();
  EXPECT_FALSE(bell.lie_down()) << "nobody has silenced it";
  bell.get_up();
  bell.silence();
  EXPECT_TRUE(bell.lie_down());
}

/// The interrupt of a CPU that sleeps: pending until it is taken.
class Interrupt {
 public:
  void raise() {
    pending_.store(true);
    pending_.notify_one();
  }
  void wait() {
    pending_.wait(false);
    pending_.store(false);
  }

 private:
  std::atomic<bool> pending_{};
};

TEST(Doorbell, LosesNoWorkBetweenTwoCpus) {
  constexpr std::uint32_t pieces = 20'000;
  Doorbell bell;
  Interrupt interrupt;
  std::atomic<std::uint32_t> posted{};
  std::atomic<std::uint32_t> done{};
  std::thread owner{[&] {
    while (done.load(std::memory_order_relaxed) != pieces) {
      bell.silence();
      std::uint32_t const found = posted.load(std::memory_order_relaxed);
      if (found != done.load(std::memory_order_relaxed)) {
        done.store(found, std::memory_order_relaxed);
        continue;
      }
      if (bell.lie_down()) interrupt.wait();  // for ever, if a ring were lost
      bell.get_up();
    }
  }};
  for (std::uint32_t piece = 1; piece <= pieces; ++piece) {
    posted.store(piece, std::memory_order_relaxed);
    if (bell.ring()) interrupt.raise();
    while (piece % 3 == 0 && done.load(std::memory_order_relaxed) != piece) {
      std::this_thread::yield();
    }
  }
  owner.join();
  EXPECT_EQ(done.load(), pieces);
}

}  // namespace
}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/spin_lock.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace acrn::baremetal {
namespace {

TEST(SpinLock, LetsOneInAtATime) {
  constexpr int rounds = 20'000;
  SpinLock lock;
  int count = 0;
  auto const work = [&] {
    for (int i = 0; i < rounds; ++i) {
      LockGuard const guard{lock};
      ++count;
    }
  };
  std::thread other{work};
  work();
  other.join();
  EXPECT_EQ(count, 2 * rounds);
}

TEST(SpinLock, TryLockTakesOnlyAFreeLock) {
  SpinLock lock;
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  {
    LockGuard const guard{lock};
    EXPECT_FALSE(lock.try_lock());
  }
  EXPECT_TRUE(lock.try_lock());
}

}  // namespace
}  // namespace acrn::baremetal

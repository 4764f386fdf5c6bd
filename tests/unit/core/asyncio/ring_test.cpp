// SPDX-License-Identifier: BSD-3-Clause
// Both ring ends on one page: order, capacity, wrap-around, and two threads.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <thread>

#include "core/asyncio/ring_consumer.hpp"
#include "core/asyncio/ring_producer.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t capacity = abi::asyncio_element_count - 1;

class AsyncRing : public testing::Test {
 protected:
  AsyncRing() { EXPECT_TRUE(producer_.attach().has_value()); }

  PageStorage storage_;
  AtomicMemory memory_{storage_};
  RingConsumer<AtomicMemory> consumer_ = RingConsumer<AtomicMemory>::create(memory_);
  RingProducer<AtomicMemory> producer_{memory_};
};

TEST_F(AsyncRing, HasTheLayoutOfTheAbi) {
  ASSERT_EQ(producer_.push(0x1122'3344'5566'7788), Push::queued);
  auto const* const bytes = reinterpret_cast<unsigned char const*>(storage_.bytes.data());
  constexpr std::array<unsigned char, 8> magic{0xa3, 0x3a, 0xa1, 0x1a, 0xa7, 0x7a, 0xa5, 0x5a};
  EXPECT_EQ(std::memcmp(bytes, magic.data(), magic.size()), 0);
  std::array<std::uint32_t, 8> words{};
  std::memcpy(words.data(), bytes + 8, sizeof words);
  EXPECT_EQ(words, (std::array<std::uint32_t, 8>{504, 8, 0, 8, 0, 0, 0, 4032}))
      << "count, element size, head, tail, flags, reserved, overruns, size";
  std::uint64_t element = 0;
  std::memcpy(&element, bytes + 64, sizeof element);
  EXPECT_EQ(element, 0x1122'3344'5566'7788U);
}

TEST_F(AsyncRing, CarriesElementsInOrderAroundTheEndManyTimes) {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 100; ++i) ASSERT_EQ(producer_.push(sent++), Push::queued);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(consumer_.pop(), received++);
    ASSERT_EQ(consumer_.pop(), std::nullopt);
  }
}

TEST_F(AsyncRing, T76_HoldsOneLessThanItsElementsAndLosesNothingWhenFull) {
  for (std::uint64_t i = 0; i < capacity; ++i) ASSERT_EQ(producer_.push(i), Push::queued);
  EXPECT_EQ(producer_.push(999), Push::full);
  EXPECT_EQ(producer_.push(999), Push::full) << "asking again changes nothing";
  EXPECT_EQ(consumer_.pop(), 0U);
  EXPECT_EQ(producer_.push(capacity), Push::queued);
  EXPECT_EQ(producer_.push(999), Push::full);
  for (std::uint64_t i = 1; i <= capacity; ++i) ASSERT_EQ(consumer_.pop(), i);
  EXPECT_EQ(consumer_.pop(), std::nullopt);
}

TEST_F(AsyncRing, ANewProducerGoesOnWhereTheLastOneStopped) {
  ASSERT_EQ(producer_.push(1), Push::queued);
  RingProducer next{memory_};
  EXPECT_EQ(next.push(2), Push::broken) << "not attached yet";
  ASSERT_TRUE(next.attach().has_value());
  ASSERT_EQ(next.push(2), Push::queued);
  EXPECT_EQ(consumer_.pop(), 1U);
  EXPECT_EQ(consumer_.pop(), 2U);
}

TEST_F(AsyncRing, TwoThreadsLoseAndRepeatNothing) {
  constexpr std::uint64_t count = 20'000;
  std::thread producing{[this] {
    for (std::uint64_t i = 0; i < count;) {
      if (producer_.push(i) == Push::queued) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  }};
  for (std::uint64_t expected = 0; expected < count;) {
    auto const element = consumer_.pop();
    if (!element) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(*element, expected);
    if (*element != expected) break;
    ++expected;
  }
  producing.join();
  EXPECT_FALSE(producer_.is_broken());
  EXPECT_EQ(consumer_.bad_tails(), 0U);
}

}  // namespace
}  // namespace acrn::core

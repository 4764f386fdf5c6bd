// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/async_events.hpp"

#include <gtest/gtest.h>

#include "core/asyncio/ring_producer.hpp"

namespace acrn::core {
namespace {

class AsyncEventsTest : public testing::Test {
 protected:
  AsyncEventsTest() { EXPECT_TRUE(producer_.attach().has_value()); }
  std::uint64_t assign(std::uint64_t token) {
    auto const handle = events_.assign({token});
    EXPECT_TRUE(handle.has_value());
    return handle.has_value() ? *handle : 0;
  }

  PageStorage storage_;
  AtomicMemory memory_{storage_};
  RingConsumer<AtomicMemory> ring_ = RingConsumer<AtomicMemory>::create(memory_);
  RingProducer<AtomicMemory> producer_{memory_};
  AsyncEvents events_;
};

TEST_F(AsyncEventsTest, ElementsOnTheRingAreEventsInTheirOrder) {
  std::uint64_t const first = assign(10);
  std::uint64_t const second = assign(20);
  for (std::uint64_t handle : {first, second, first}) {
    ASSERT_EQ(producer_.push(handle), Push::queued);
  }
  EXPECT_EQ(events_.next(ring_), EventToken{10});
  EXPECT_EQ(events_.next(ring_), EventToken{20});
  EXPECT_EQ(events_.next(ring_), EventToken{10});
  EXPECT_EQ(events_.next(ring_), std::nullopt);
  EXPECT_EQ(events_.unknown(), 0U);
}

TEST_F(AsyncEventsTest, ForgedElementsLeadNowhere) {
  std::uint64_t const handle = assign(10);
  for (std::uint64_t forged :
       {std::uint64_t{0}, ~std::uint64_t{0}, handle ^ 1, handle + (std::uint64_t{1} << 32U),
        handle | 0x4000, std::uint64_t{0xffff'8880'1234'5678}}) {
    ASSERT_EQ(producer_.push(forged), Push::queued);
  }
  ASSERT_EQ(producer_.push(handle), Push::queued);
  EXPECT_EQ(events_.next(ring_), EventToken{10}) << "the one that is not forged";
  EXPECT_EQ(events_.unknown(), 6U);
}

TEST_F(AsyncEventsTest, T24_AnElementThatOutlivedItsEventIsDropped) {
  std::uint64_t const old = assign(10);
  ASSERT_EQ(producer_.push(old), Push::queued);
  EXPECT_TRUE(events_.remove(old));
  EXPECT_FALSE(events_.remove(old));
  std::uint64_t const fresh = assign(20);
  EXPECT_NE(fresh, old) << "the same place is used again, by another handle";
  EXPECT_EQ(events_.next(ring_), std::nullopt);
  EXPECT_EQ(events_.unknown(), 1U);
}

TEST_F(AsyncEventsTest, TheSixtyFifthIsRefused) {
  for (std::uint64_t i = 0; i < async_descriptor_count_max; ++i) assign(i);
  auto const refused = events_.assign({99});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), EventError::full);
}

TEST_F(AsyncEventsTest, ARingOfForgedElementsEndsAfterOneRound) {
  for (std::uint32_t i = 0; i + 1 < abi::asyncio_element_count; ++i) {
    ASSERT_EQ(producer_.push(0), Push::queued);
  }
  EXPECT_EQ(events_.next(ring_), std::nullopt);
  EXPECT_EQ(events_.unknown(), 503U);
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/irq_events.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

constexpr abi::MsiEntry message{.address = 0xfee0'1000, .data = 0x41};

EventError error_of(Expected<std::optional<abi::MsiEntry>, EventError> const& refused) {
  EXPECT_FALSE(refused.has_value());
  return refused.has_value() ? EventError{} : refused.error();
}

TEST(IrqEvents, EachSignalIsOneMessage) {
  IrqEvents events;
  auto const assigned = events.assign({5}, message, EventState::quiet);
  ASSERT_TRUE(assigned.has_value());
  EXPECT_FALSE(assigned->has_value()) << "nothing to inject yet";
  for (int i = 0; i < 3; ++i) {
    auto const msi = events.signal({5});
    ASSERT_TRUE(msi.has_value());
    EXPECT_EQ(msi->address, message.address);
    EXPECT_EQ(msi->data, message.data);
  }
  EXPECT_FALSE(events.signal({6}).has_value());
}

TEST(IrqEvents, AnEventSignalledBeforeIsInjectedAtOnce) {
  IrqEvents events;
  auto const assigned = events.assign({5}, message, EventState::signalled);
  ASSERT_TRUE(assigned.has_value());
  ASSERT_TRUE(assigned->has_value());
  EXPECT_EQ((*assigned)->data, message.data);
}

TEST(IrqEvents, OneMessagePerEventAndNoneThatCannotBeDelivered) {
  IrqEvents events;
  ASSERT_TRUE(events.assign({5}, message, EventState::quiet));
  EXPECT_EQ(error_of(events.assign({5}, message, EventState::signalled)), EventError::exists);
  EXPECT_EQ(error_of(events.assign({6}, {.address = 0xfed0'0000, .data = 0x41}, EventState::quiet)),
            EventError::message);
  EXPECT_EQ(error_of(events.assign({6}, {.address = 0xfee0'0000, .data = 0}, EventState::quiet)),
            EventError::message);
  for (std::uint64_t i = 1; i < irq_event_count_max; ++i) {
    ASSERT_TRUE(events.assign({100 + i}, message, EventState::quiet));
  }
  EXPECT_EQ(error_of(events.assign({6}, message, EventState::quiet)), EventError::full);
}

TEST(IrqEvents, ARemovedEventInjectsNothingAndTheOthersStillDo) {
  IrqEvents events;
  for (std::uint64_t token : {1U, 2U, 3U}) {
    ASSERT_TRUE(events.assign({token}, {0xfee0'0000, 0x40 + token}, EventState::quiet));
  }
  events.remove({1});
  events.remove({1});
  events.remove({99});
  EXPECT_EQ(events.size(), 2U);
  EXPECT_FALSE(events.signal({1}).has_value());
  EXPECT_EQ(events.signal({2})->data, 0x42U);
  EXPECT_EQ(events.signal({3})->data, 0x43U);
  EXPECT_TRUE(events.assign({1}, message, EventState::quiet));
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/io_events.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/hsm/io_event_client.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::core {
namespace {

using tests::port_read;
using tests::port_write;

constexpr IoEvent event(std::uint64_t token, std::uint64_t port, std::uint8_t length,
                        std::optional<std::uint64_t> data = {}) {
  return {EventToken{token}, Space::port, port, length, data};
}
std::optional<EventToken> signal(IoEvents const& events, Access const& access) {
  return events.serve(access).signal;
}

TEST(IoEvents, T73_SameAddressDifferentDataAreDifferentEvents) {
  IoEvents events;
  ASSERT_TRUE(events.assign(event(1, 0xc010, 2, 0)));
  ASSERT_TRUE(events.assign(event(2, 0xc010, 2, 1)));
  EXPECT_EQ(signal(events, port_write(0xc010, 0, 2)), EventToken{1});
  EXPECT_EQ(signal(events, port_write(0xc010, 1, 2)), EventToken{2});
  EXPECT_EQ(signal(events, port_write(0xc010, 2, 2)), std::nullopt);
}

TEST(IoEvents, T73_OneTokenConflictsWithItselfByDataOrWildcard) {
  IoEvents events;
  ASSERT_TRUE(events.assign(event(1, 0xc010, 2, 5)));
  for (IoEvent const& other :
       {event(1, 0xc010, 2, 5), event(1, 0xc010, 4), event(1, 0xc010, 1, 5)}) {
    auto const refused = events.assign(other);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), EventError::exists);
  }
  EXPECT_TRUE(events.assign(event(1, 0xc010, 2, 6))) << "other data";
  EXPECT_TRUE(events.assign(event(1, 0xc012, 2, 5))) << "another address";
  EXPECT_TRUE(events.assign({EventToken{1}, Space::mmio, 0xc010, 2, std::uint64_t{5}}));
  EXPECT_TRUE(events.assign(event(2, 0xc010, 2, 5))) << "another token at the same place";
  EXPECT_EQ(signal(events, port_write(0xc010, 5, 2)), EventToken{1}) << "the oldest wins";
}

TEST(IoEvents, T74_AWiderAccessDoesNotMatchAndANarrowerOneDoes) {
  struct Row {
    std::uint8_t length, size;
    bool matches;
  };
  for (Row const& row : {Row{1, 1, true}, Row{1, 2, false}, Row{2, 1, true}, Row{2, 2, true},
                         Row{2, 4, false}, Row{4, 1, true}, Row{4, 2, true}, Row{4, 4, true},
                         Row{4, 8, false}, Row{8, 8, true}, Row{8, 1, true}}) {
    IoEvents events;
    ASSERT_TRUE(events.assign({EventToken{9}, Space::mmio, 0x1000, row.length, {}}));
    Access const access{Space::mmio, Direction::write, row.size, 0x1000, 3};
    EXPECT_EQ(signal(events, access).has_value(), row.matches) << +row.length << ' ' << +row.size;
  }
}

TEST(IoEvents, OnlyTheExactAddressAndSpaceMatch) {
  IoEvents events;
  ASSERT_TRUE(events.assign(event(1, 0xc010, 4)));
  EXPECT_EQ(signal(events, port_write(0xc011, 0, 1)), std::nullopt);
  EXPECT_EQ(signal(events, {Space::mmio, Direction::write, 4, 0xc010, 0}), std::nullopt);
}

TEST(IoEvents, T75_AReadBringsZeroAndSignalsNothing) {
  IoEvents events;
  ASSERT_TRUE(events.assign(event(1, 0xc010, 2)));
  IoEventAnswer const answer = events.serve(port_read(0xc010, 2));
  EXPECT_EQ(answer.value, 0U);
  EXPECT_EQ(answer.signal, std::nullopt);
}

TEST(IoEvents, RemovalTakesTheOldestOfAToken) {
  IoEvents events;
  ASSERT_TRUE(events.assign(event(1, 0xc010, 2, 0)));
  ASSERT_TRUE(events.assign(event(2, 0xc010, 2)));
  ASSERT_TRUE(events.assign(event(1, 0xc010, 2, 1)));
  EXPECT_EQ(events.remove(EventToken{3}), std::nullopt) << "unknown: nothing to do";
  EXPECT_EQ(events.remove(EventToken{1}), event(1, 0xc010, 2, 0));
  EXPECT_EQ(signal(events, port_write(0xc010, 0, 2)), EventToken{2});
  EXPECT_EQ(events.remove(EventToken{1}), event(1, 0xc010, 2, 1));
  EXPECT_EQ(events.remove(EventToken{1}), std::nullopt);
  EXPECT_EQ(events.size(), 1U);
}

TEST(IoEvents, TheSixtyFifthIsRefused) {
  IoEvents events;
  for (std::uint64_t i = 0; i < io_event_count_max; ++i) {
    ASSERT_TRUE(events.assign(event(1, 0x100 + i, 1)));
  }
  auto const refused = events.assign(event(1, 0x8000, 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), EventError::full);
}

class IoEventClientTest : public testing::Test {
 protected:
  IoEventClientTest() {
    tests::adopt(*hsm_, vm_);
    EXPECT_TRUE(client_.attach(vm_.id).has_value());
    fallback_ = tests::make_client(*hsm_, vm_.id, ClientKind::fallback);
  }
  std::optional<IoEventService> run(Access const& access) {
    ticket_ = vm_.submit(0, access);
    DispatchEffects effects = hsm_->dispatch();
    if (effects.wake.contains(fallback_)) return std::nullopt;
    return client_.serve();
  }

  tests::VmWorld vm_{VmId{1}};
  std::unique_ptr<tests::TestHsm> hsm_ = std::make_unique<tests::TestHsm>();
  IoEventClient<AtomicMemory> client_{*hsm_};
  HsmClientId fallback_{};
  Ticket ticket_{};
};

TEST_F(IoEventClientTest, AMatchingWriteSignalsAndCompletes) {
  ASSERT_TRUE(client_.assign(event(5, 0xc010, 2)));
  auto const service = run(port_write(0xc010, 3, 2));
  ASSERT_TRUE(service.has_value());
  EXPECT_EQ(service->signal, EventToken{5});
  EXPECT_EQ(service->completion.verdict, Verdict::notify);
  EXPECT_EQ(vm_.poll(0, ticket_).kind, Poll::Kind::value);
  EXPECT_EQ(client_.serve().has_value(), false) << "served once";
}

TEST_F(IoEventClientTest, T74_AnUnmatchedWriteInRangeIsSwallowedAndAWiderOneGoesToTheDeviceModel) {
  ASSERT_TRUE(client_.assign(event(5, 0xc010, 2, 1)));
  auto const swallowed = run(port_write(0xc010, 2, 2));
  ASSERT_TRUE(swallowed.has_value()) << "the device model does not hear of it";
  EXPECT_EQ(swallowed->signal, std::nullopt);
  EXPECT_EQ(vm_.poll(0, ticket_).kind, Poll::Kind::value);
  EXPECT_FALSE(run(port_write(0xc010, 1, 4)).has_value()) << "not contained in the range";
}

TEST_F(IoEventClientTest, T75_AReadInRangeReadsZero) {
  ASSERT_TRUE(client_.assign(event(5, 0xc010, 2)));
  ASSERT_TRUE(run(port_read(0xc010, 2)).has_value());
  EXPECT_EQ(vm_.poll(0, ticket_), (Poll{Poll::Kind::value, 0}));
}

TEST_F(IoEventClientTest, AfterRemovalTheDeviceModelGetsTheWrite) {
  ASSERT_TRUE(client_.assign(event(5, 0xc010, 2, 0)));
  ASSERT_TRUE(client_.assign(event(6, 0xc010, 2, 1)));
  client_.remove(EventToken{5});
  ASSERT_TRUE(run(port_write(0xc010, 1, 2)).has_value())
      << "the other event's range is still there";
  static_cast<void>(vm_.poll(0, ticket_));
  client_.remove(EventToken{6});
  client_.remove(EventToken{6});
  EXPECT_FALSE(run(port_write(0xc010, 1, 2)).has_value());
}

TEST_F(IoEventClientTest, ARefusedRangeLeavesNoEventBehind) {
  HsmClientId const greedy = tests::make_client(*hsm_, vm_.id, ClientKind::ranged);
  for (std::uint64_t i = 0; i < hsm_range_count_max; ++i) {
    ASSERT_TRUE(hsm_->add_range(greedy, {Space::port, i, i}).has_value());
  }
  auto const refused = client_.assign(event(5, 0xc010, 2));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), EventError::client);
  ASSERT_TRUE(hsm_->destroy_client(greedy).has_value());
  EXPECT_TRUE(client_.assign(event(5, 0xc010, 2))) << "it would exist already";
}

TEST_F(IoEventClientTest, DetachingReleasesItsRequestsToTheDeviceModel) {
  ASSERT_TRUE(client_.assign(event(5, 0xc010, 2)));
  Ticket const ticket = vm_.submit(1, port_write(0xc010, 3, 2));
  hsm_->dispatch();
  EXPECT_EQ(client_.detach(), 1);
  EXPECT_EQ(client_.detach(), 0);
  EXPECT_FALSE(client_.serve().has_value());
  EXPECT_TRUE(hsm_->dispatch().wake.contains(fallback_));
  auto const request = hsm_->next_request(fallback_);
  ASSERT_TRUE(request.has_value());
  hsm_->complete(*request, 0);
  EXPECT_EQ(vm_.poll(1, ticket).kind, Poll::Kind::value);
  auto const refused = client_.assign(event(5, 0xc010, 2));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), EventError::not_attached);
}

TEST_F(IoEventClientTest, AttachingNeedsAVmAndRoom) {
  IoEventClient<AtomicMemory> nowhere{*hsm_};
  auto const refused = nowhere.attach({77});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), HsmError::no_such_vm);
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/hsm_slot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/ioreq/foreign_hsm_slot.hpp"
#include "core/ioreq/hypervisor_slot.hpp"

namespace acrn::core {
namespace {

static_assert(pci_config_address({.bus = 1, .device = 2, .function = 3, .reg = 4}) == 0x11'3004);
static_assert(decode_pci_config_address(0xfff'ffff) ==
              PciAddress{.bus = 0xff, .device = 0x1f, .function = 7, .reg = 0xfff});

constexpr Access read_dword{
    .space = Space::port, .direction = Direction::read, .size = 4, .address = 0x1f0};
constexpr Access write_mmio{.space = Space::mmio,
                            .direction = Direction::write,
                            .size = 8,
                            .address = 0xffff'ffff'ffff'fff8,
                            .value = 0x0123'4567'89ab'cdef};

class HsmSlotTest : public testing::Test {
 protected:
  HsmSlotTest() { slot_.announce(); }

  Ticket submit(Access const& access) {
    auto const ticket = slot_.submit(access);
    EXPECT_TRUE(ticket.has_value());
    return ticket.has_value() ? *ticket : Ticket{};
  }
  void store(std::size_t offset, std::uint64_t value) {
    memory_.store64(slot_offset(vcpu) + offset, value);
  }
  [[nodiscard]] SlotState state() const {
    return word_state(memory_.load_word(slot_offset(vcpu) + abi::ioreq_offset::state));
  }

  static constexpr VcpuId vcpu{0};
  PageStorage storage_;
  AtomicMemory memory_{storage_};
  HypervisorSlot<AtomicMemory> slot_{memory_, vcpu, Completion::notify};
  HsmSlot<AtomicMemory> hsm_{memory_, vcpu};
};

TEST_F(HsmSlotTest, ClaimsWhatWasSubmittedAndNothingTwice) {
  EXPECT_FALSE(hsm_.claim().has_value()) << "nothing on a FREE slot";
  submit(write_mmio);
  auto const claim = hsm_.claim();
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(claim->access, write_mmio);
  EXPECT_FALSE(hsm_.claim().has_value()) << "nothing on a PROCESSING slot";
  EXPECT_EQ(hsm_.complete(*claim, 0), Verdict::notify);
  EXPECT_FALSE(hsm_.claim().has_value()) << "nothing on a COMPLETE slot";
}

TEST_F(HsmSlotTest, I10_AskingForPollingMakesTheVerdictPolling) {
  HypervisorSlot<AtomicMemory> polling{memory_, {1}, Completion::polling};
  polling.announce();
  HsmSlot<AtomicMemory> hsm{memory_, {1}};
  ASSERT_TRUE(polling.submit(read_dword).has_value());
  EXPECT_EQ(hsm.complete(hsm.claim().value(), 0), Verdict::polling);
}

TEST_F(HsmSlotTest, T17_ZeroFilledMemoryHoldsNoRequest) {
  PageStorage zeros;
  AtomicMemory memory{zeros};
  for (std::uint16_t i = 0; i < abi::ioreq_slot_count; ++i) {
    HsmSlot<AtomicMemory> hsm{memory, {i}};
    EXPECT_EQ(hsm.peek().kind, PendingRequest::Kind::none) << i;
    EXPECT_FALSE(hsm.claim().has_value()) << i;
  }
  EXPECT_EQ(zeros.bytes, PageStorage{}.bytes) << "and nothing was written";
}

TEST_F(HsmSlotTest, WhatNoHypervisorSendsIsMalformedNotGuessed) {
  struct Case {
    char const* what;
    std::size_t offset;
    std::uint64_t value;
  };
  std::vector<Case> const cases{
      {"type 4", abi::ioreq_offset::type, 4},
      {"direction 2", abi::ioreq_offset::direction, 2},
      {"size 0", abi::ioreq_offset::size, 0},
      {"size 3", abi::ioreq_offset::size, 3},
      {"8 bytes to a port", abi::ioreq_offset::size, 8},
      {"a size that 8 bits would cut to 4", abi::ioreq_offset::size, 0x104},
      {"a size of all ones", abi::ioreq_offset::size, ~0ULL},
      {"port 0x10000", abi::ioreq_offset::address, 0x1'0000},
      {"configuration access of 8 bytes", abi::ioreq_offset::type, abi::ioreq_type_pcicfg},
  };
  for (Case const& wrong : cases) {
    submit(read_dword);
    store(wrong.offset, wrong.value);
    if (wrong.value == abi::ioreq_type_pcicfg) store(abi::ioreq_offset::size, 8);
    PendingRequest const request = hsm_.peek();
    EXPECT_EQ(request.kind, PendingRequest::Kind::malformed) << wrong.what;
    EXPECT_FALSE(hsm_.claim().has_value()) << wrong.what;
    EXPECT_EQ(hsm_.reject(request), Verdict::notify) << wrong.what;
    EXPECT_EQ(state(), SlotState::complete) << wrong.what;
    slot_.reset();
  }
}

TEST_F(HsmSlotTest, AConfigurationRequestIsReadBackAsOne) {
  submit(read_dword);
  Claim claim = hsm_.claim().value();
  claim.access.space = Space::pci_config;
  claim.access.address = pci_config_address({.bus = 3, .device = 4, .function = 5, .reg = 0x123});
  hsm_.convert_config(claim);
  ASSERT_TRUE(hsm_.release(claim));
  auto const again = hsm_.claim();
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->access, claim.access);
}

TEST_F(HsmSlotTest, ACompletionAfterAResetIsStaleAndTheHypervisorIsTold) {
  submit(read_dword);
  Claim const claim = hsm_.claim().value();
  slot_.reset();
  EXPECT_EQ(hsm_.complete(claim, 1), Verdict::stale);
  EXPECT_EQ(state(), SlotState::complete) << "on a FREE slot: the sign that it was let go";
  EXPECT_EQ(hsm_.complete(claim, 1), Verdict::stale);
}

TEST_F(HsmSlotTest, ACompletionOfACompletedRequestIsStale) {
  Ticket const ticket = submit(read_dword);
  Claim const claim = hsm_.claim().value();
  EXPECT_EQ(hsm_.complete(claim, 1), Verdict::notify);
  EXPECT_EQ(hsm_.complete(claim, 2), Verdict::stale);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 1}));
  EXPECT_EQ(hsm_.complete(claim, 3), Verdict::stale);
  EXPECT_EQ(state(), SlotState::free);
}

TEST_F(HsmSlotTest, ClearingCompletesWithoutTouchingTheValue) {
  Ticket const pending = submit(read_dword);
  EXPECT_EQ(hsm_.clear(hsm_.peek()), Verdict::notify);
  EXPECT_EQ(slot_.poll(pending), (Poll{Poll::Kind::value, 0xffff'ffff}));
  Ticket const claimed = submit(read_dword);
  EXPECT_EQ(hsm_.clear(hsm_.claim().value()), Verdict::notify);
  EXPECT_EQ(slot_.poll(claimed), (Poll{Poll::Kind::value, 0xffff'ffff}));
}

TEST_F(HsmSlotTest, APendingRequestThatWasWithdrawnIsNotCompleted) {
  submit(read_dword);
  PendingRequest const seen = hsm_.peek();
  slot_.reset();
  EXPECT_EQ(hsm_.clear(seen), Verdict::stale);
  EXPECT_EQ(hsm_.reject(seen), Verdict::stale);
  EXPECT_EQ(hsm_.answer_config(seen), Verdict::stale);
  EXPECT_EQ(state(), SlotState::free);
}

TEST_F(HsmSlotTest, AConfigurationAnswerReachesTheGuest) {
  Ticket const ticket = submit(read_dword);
  EXPECT_EQ(hsm_.answer_config(hsm_.claim().value(), 0x8000'0000), Verdict::notify);
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 0x8000'0000}));
  submit(read_dword);
  Claim const claim = hsm_.claim().value();
  slot_.reset();
  EXPECT_EQ(hsm_.answer_config(claim, 1), Verdict::stale);
}

TEST_F(HsmSlotTest, AReleasedRequestIsPendingAgainAndItsOldClaimCanBeRetaken) {
  Ticket const ticket = submit(write_mmio);
  Claim const first = hsm_.claim().value();
  EXPECT_TRUE(hsm_.release(first));
  EXPECT_EQ(state(), SlotState::pending);
  EXPECT_EQ(hsm_.complete(first, 0), Verdict::stale) << "not while nobody has it";
  Claim const second = hsm_.claim().value();
  EXPECT_EQ(hsm_.complete(second, 0), Verdict::notify);
  EXPECT_EQ(slot_.poll(ticket).kind, Poll::Kind::value);
  EXPECT_FALSE(hsm_.release(second)) << "not after completion";
}

TEST_F(HsmSlotTest, AForeignHsmCompletesInAnyStateAndSaysWhomToNotify) {
  ForeignHsmSlot<AtomicMemory> foreign{memory_, vcpu};
  EXPECT_FALSE(foreign.pending());
  Ticket const ticket = submit(read_dword);
  EXPECT_TRUE(foreign.pending());
  foreign.claim();
  EXPECT_EQ(state(), SlotState::processing);
  foreign.put_value32(0xabc);
  EXPECT_TRUE(foreign.complete());
  EXPECT_EQ(slot_.poll(ticket), (Poll{Poll::Kind::value, 0xabc}));
  EXPECT_TRUE(foreign.complete()) << "it does not look";
  EXPECT_EQ(state(), SlotState::complete);
  submit(write_mmio);
  foreign.put_value64(5);
}

TEST_F(HsmSlotTest, AForeignHsmDoesNotNotifyAPollingHypervisor) {
  HypervisorSlot<AtomicMemory> polling{memory_, vcpu, Completion::polling};
  polling.announce();
  ASSERT_TRUE(polling.submit(read_dword).has_value());
  ForeignHsmSlot<AtomicMemory> foreign{memory_, vcpu};
  foreign.claim();
  EXPECT_FALSE(foreign.complete());
}

using HsmSlotDeathTest = HsmSlotTest;

TEST_F(HsmSlotDeathTest, T27_AVcpuWithoutASlotIsAProgrammersError) {
  EXPECT_DEATH((HsmSlot<AtomicMemory>{memory_, VcpuId{16}}), "id below 16");
  EXPECT_DEATH((ForeignHsmSlot<AtomicMemory>{memory_, VcpuId{16}}), "id below 16");
}

/// A Memory that writes down what happens to the slot word and to the polling flag, in order.
class LoggingMemory {
 public:
  enum class Step : std::uint8_t { read_polling, write_payload, move_state };

  LoggingMemory(PageStorage& page, std::vector<Step>& log) : memory_{page}, log_{&log} {}
  std::uint32_t load32(std::size_t offset) {
    if (offset == abi::ioreq_offset::completion_polling) log_->push_back(Step::read_polling);
    return memory_.load32(offset);
  }
  std::uint64_t load64(std::size_t offset) { return memory_.load64(offset); }
  void store32(std::size_t offset, std::uint32_t value) {
    log_->push_back(Step::write_payload);
    memory_.store32(offset, value);
  }
  void store64(std::size_t offset, std::uint64_t value) {
    log_->push_back(Step::write_payload);
    memory_.store64(offset, value);
  }
  std::uint64_t load_word(std::size_t offset) { return memory_.load_word(offset); }
  void store_word(std::size_t offset, std::uint64_t word) {
    log_->push_back(Step::move_state);
    memory_.store_word(offset, word);
  }
  void store_state(std::size_t offset, std::uint32_t state) {
    log_->push_back(Step::move_state);
    memory_.store_state(offset, state);
  }
  bool exchange_word(std::size_t offset, std::uint64_t expected, std::uint64_t desired) {
    log_->push_back(Step::move_state);
    return memory_.exchange_word(offset, expected, desired);
  }

 private:
  AtomicMemory memory_;
  std::vector<Step>* log_;
};
static_assert(Memory<LoggingMemory>);

TEST(SlotOrder, T01_T07_PayloadBeforePendingAndPollingFlagBeforeComplete) {
  using enum LoggingMemory::Step;
  PageStorage storage;
  std::vector<LoggingMemory::Step> log;
  LoggingMemory const memory{storage, log};
  HypervisorSlot<LoggingMemory> slot{memory, {0}, Completion::notify};
  HsmSlot<LoggingMemory> hsm{memory, {0}};
  slot.announce();

  log.clear();
  ASSERT_TRUE(slot.submit(read_dword).has_value());
  ASSERT_GT(log.size(), 1U);
  EXPECT_EQ(std::count(log.begin(), log.end(), move_state), 1);
  EXPECT_EQ(log.back(), move_state);

  auto const claim = hsm.claim();
  log.clear();
  hsm.complete(claim.value(), 1);
  EXPECT_EQ(log, (std::vector{write_payload, read_polling, move_state}));
}

}  // namespace
}  // namespace acrn::core

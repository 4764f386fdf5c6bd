// SPDX-License-Identifier: BSD-3-Clause
// The page is shared with software that may be broken or hostile: what must hold whatever it
// writes.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <set>

#include "core/hsm/hsm.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "tests/property/hostile_memory.hpp"
#include "tests/support/seed.hpp"

namespace acrn::tests {
namespace {

using core::Access;
using core::Poll;
using core::Ticket;

constexpr core::VcpuId vcpu{9};
constexpr int rounds = 20'000;

Access draw(std::mt19937_64& random) {
  bool const mmio = random() % 2 == 0;
  auto const direction = random() % 2 == 0 ? core::Direction::read : core::Direction::write;
  return {.space = mmio ? core::Space::mmio : core::Space::port,
          .direction = direction,
          .size = static_cast<std::uint8_t>(1U << random() % (mmio ? 4 : 3)),
          .address = mmio ? random() : random() % 0x1'0000,
          .value = random()};
}

/// A guest and its slot, against a page that anybody writes.
class Victim {
 public:
  explicit Victim(std::uint64_t seed, Hostility how) : page_{seed, vcpu, how}, random_{~seed} {
    slot_.announce();
  }

  void round() {
    switch (random_() % 8) {
      case 0:
        cancel();
        break;
      case 1:
        reset();
        break;
      case 2:
        slot_.acknowledge_clear();
        break;
      default:
        submit_or_poll();
    }
  }

  [[nodiscard]] core::SlotCounters counters() const { return slot_.counters(); }
  [[nodiscard]] int answers() const { return answers_; }

  /// With the attacker gone, a reset and the host's word, the slot works as on the first day.
  void recover() {
    page_.armed = false;
    slot_.reset();
    slot_.acknowledge_clear();
    Access const access{
        .space = core::Space::port, .direction = core::Direction::read, .size = 2, .address = 1};
    auto const ticket = slot_.submit(access);
    ASSERT_TRUE(ticket.has_value());
    core::HsmSlot<HostileMemory> hsm{HostileMemory{page_}, vcpu};
    auto const claim = hsm.claim();
    ASSERT_TRUE(claim.has_value());
    EXPECT_EQ(claim->access, access);
    hsm.complete(*claim, 0x1234);
    EXPECT_EQ(slot_.poll(*ticket), (Poll{Poll::Kind::value, 0x1234}));
  }

 private:
  void submit_or_poll() {
    if (!ticket_) {
      access_ = draw(random_);
      auto const ticket = slot_.submit(access_);
      if (ticket.has_value()) ticket_ = *ticket;
      return;
    }
    page_.values_read.clear();
    Poll const poll = slot_.poll(*ticket_);
    check_value(poll);
    if (poll.kind == Poll::Kind::waiting) return;
    EXPECT_EQ(slot_.poll(*ticket_).kind, Poll::Kind::cancelled) << "an answer counts once";
    ticket_.reset();
  }

  /// The guest gets what one load of the page's value saw, in the size that it asked for.
  void check_value(Poll const& poll) {
    bool const answered = poll.kind == Poll::Kind::value;
    bool const reads = access_.direction == core::Direction::read;
    if (answered) ++answers_;
    ASSERT_EQ(page_.values_read.size(), answered && reads ? 1U : 0U) << "T32: no double fetch";
    std::uint64_t const expected =
        answered && reads ? core::truncate(page_.values_read[0], access_.size) : 0;
    EXPECT_EQ(poll.value, expected);
  }

  void cancel() {
    if (!ticket_) return;
    slot_.cancel(*ticket_);
    EXPECT_EQ(slot_.poll(*ticket_).kind, Poll::Kind::cancelled);
    ticket_.reset();
  }

  void reset() {
    slot_.reset();
    if (ticket_) {
      EXPECT_EQ(slot_.poll(*ticket_).kind, Poll::Kind::cancelled);
    }
    ticket_.reset();
  }

  HostilePage page_;
  std::mt19937_64 random_;
  core::HypervisorSlot<HostileMemory> slot_{HostileMemory{page_}, vcpu, core::Completion::notify};
  std::optional<Ticket> ticket_;
  Access access_{};
  int answers_{};
};

TEST(HostilePage, T32_TheHypervisorsEndHoldsWhateverTheServiceVmWrites) {
  std::uint64_t const seed = announced_seed(0x5eed'ac41);
  for (std::uint32_t const one_in : {1U, 3U, 20U}) {
    Victim victim{seed + one_in, {.one_in = one_in}};
    for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) victim.round();
    EXPECT_GT(victim.answers(), 0)
        << "the attacker never let an answer through: nothing was tested";
    EXPECT_GT(victim.counters().violations, 0U);
    EXPECT_GT(victim.counters().repaired, 0U);
    victim.recover();
  }
}

TEST(HostilePage, FlippedBytesAloneAreSurvivedToo) {
  Victim victim{announced_seed(0xb17f11b5), {.one_in = 1, .plausible_states = false}};
  for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) victim.round();
  victim.recover();
}

TEST(HostilePage, TheHsmsEndHandsOutOnlyWellFormedRequestsAndStaysInItsSlot) {
  std::uint64_t const seed = announced_seed(0x45'4d5f);
  for (std::uint32_t const one_in : {1U, 3U, 20U}) {
    HostilePage page{seed + one_in, vcpu, {.one_in = one_in}};
    core::HypervisorSlot<core::AtomicMemory> hypervisor{core::AtomicMemory{page.storage}, vcpu,
                                                        core::Completion::notify};
    core::HsmSlot<HostileMemory> hsm{HostileMemory{page}, vcpu};
    std::mt19937_64 random{~seed};
    std::set<core::Verdict> verdicts;
    int claims = 0;
    for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
      hypervisor.announce();
      static_cast<void>(hypervisor.submit(draw(random)));
      auto const claim = hsm.claim();
      if (!claim) continue;
      ++claims;
      Access const& access = claim->access;
      bool const narrow =
          access.space == core::Space::port || access.space == core::Space::pci_config;
      EXPECT_TRUE(core::is_access_size(narrow ? core::Space::port : access.space, access.size));
      EXPECT_EQ(access.value, core::truncate(access.value, access.size));
      EXPECT_LE(static_cast<int>(access.space), 3);
      EXPECT_LE(static_cast<int>(access.direction), 1);
      verdicts.insert(hsm.complete(*claim, random()));
    }
    EXPECT_GT(claims, 0);
    EXPECT_TRUE(verdicts.contains(core::Verdict::stale));
  }
}

}  // namespace
}  // namespace acrn::tests

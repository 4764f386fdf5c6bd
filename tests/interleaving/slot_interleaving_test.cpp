// SPDX-License-Identifier: BSD-3-Clause
// Both slot ends in every order of their accesses: what the guest gets, and who writes when.
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ioreq/foreign_hsm_slot.hpp"
#include "core/ioreq/hsm_slot.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "tests/interleaving/checked_memory.hpp"
#include "tests/interleaving/explorer.hpp"

namespace acrn::tests {
namespace {

using core::Access;
using core::Claim;
using core::Poll;
using core::Ticket;
using core::Verdict;

constexpr core::VcpuId vcpu{0};

constexpr Access read_from(std::uint64_t port) {
  return {
      .space = core::Space::port, .direction = core::Direction::read, .size = 4, .address = port};
}
constexpr Access write_to(std::uint64_t port, std::uint64_t value) {
  return {.space = core::Space::port,
          .direction = core::Direction::write,
          .size = 4,
          .address = port,
          .value = value};
}
/// What every client answers to a read: derived from what it was asked, so that an answer to
/// another request is seen.
constexpr std::uint64_t answer_to(Access const& access) { return access.address * 0x1'0001; }

/// One slot with both ends, fresh for each execution.
struct Bench {
  Bench(Execution& execution, Grain grain) : page{execution, grain} { hypervisor.announce(); }
  ~Bench() {
    for (std::string const& wrong : page.wrongs) ADD_FAILURE() << wrong;
  }
  Bench(Bench const&) = delete;
  Bench& operator=(Bench const&) = delete;

  /// Submits if the slot is ready; keeps track of what the guest waits for.
  std::optional<Ticket> submit(Access const& access) {
    auto const ticket = hypervisor.submit(access);
    if (!ticket.has_value()) return std::nullopt;
    asked = access;
    return *ticket;
  }
  /// Polls once; counts answers and compares them.
  Poll::Kind poll(std::optional<Ticket> ticket) {
    if (!ticket) return Poll::Kind::cancelled;
    Poll const poll = hypervisor.poll(*ticket);
    EXPECT_NE(poll.kind, Poll::Kind::violation);
    if (poll.kind == Poll::Kind::value) {
      ++answers;
      bool const reads = asked.direction == core::Direction::read;
      EXPECT_EQ(poll.value, reads ? answer_to(asked) : 0) << "I9: another request's answer";
    }
    return poll.kind;
  }
  /// Looks for a request once, as the dispatcher does.
  std::optional<Claim> claim() {
    auto const claim = hsm.claim();
    if (claim) claimed.push_back(claim->access);
    return claim;
  }
  void answer(std::optional<Claim> const& claim) {
    if (!claim) return;
    if (hsm.complete(*claim, answer_to(claim->access)) != Verdict::stale) ++completions;
  }
  /// After the threads: whatever is left runs to its end.
  void finish(std::optional<Ticket> ticket) {
    answer(claim());
    poll(ticket);
  }

  CheckedPage page;
  core::HypervisorSlot<CheckedMemory> hypervisor{
      {page, CheckedMemory::End::hypervisor}, vcpu, core::Completion::notify};
  core::HsmSlot<CheckedMemory> hsm{{page, CheckedMemory::End::service_vm}, vcpu};
  core::ForeignHsmSlot<CheckedMemory> foreign{{page, CheckedMemory::End::service_vm}, vcpu};
  Access asked{};
  int answers{};
  int completions{};
  std::vector<Access> claimed;
};

class SlotInterleaving : public testing::TestWithParam<Grain> {
 protected:
  /// Steps at words alone are explored completely, at every access up to four preemptions.
  void explore_bench(std::function<void(Execution&, Bench&)> const& program) {
    bool const words = GetParam() == Grain::words_only;
    std::size_t const executions = explore(words ? 100 : 4, [&](Execution& execution) {
      Bench bench{execution, GetParam()};
      program(execution, bench);
    });
    RecordProperty("executions", static_cast<int>(executions));
    std::printf("%zu executions\n", executions);
    EXPECT_GT(executions, 10U) << "nothing was interleaved";
  }
};

TEST_P(SlotInterleaving, T01_T02_T03_I5_I9_AReadIsAnsweredOnceWithItsOwnValue) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> ticket;
    execution.run({[&] {
                     ticket = bench.submit(read_from(0x60));
                     bench.poll(ticket);
                     bench.poll(ticket);
                   },
                   [&] {
                     bench.answer(bench.claim());
                     bench.answer(bench.claim());
                   }});
    bench.finish(ticket);
    EXPECT_EQ(bench.answers, 1);
    EXPECT_EQ(bench.completions, 1);
    EXPECT_EQ(bench.poll(ticket), Poll::Kind::cancelled) << "I5: not twice";
    ASSERT_EQ(bench.claimed.size(), 1U);
    EXPECT_EQ(bench.claimed[0], read_from(0x60)) << "T01: whole when PENDING";
  });
}

TEST_P(SlotInterleaving, I3_AVcpusNextRequestFollowsItsFirst) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> ticket;
    int asked = 0;
    execution.run({[&] {
                     ticket = bench.submit(write_to(0x3f8, 0x41));
                     ++asked;
                     EXPECT_FALSE(bench.hypervisor.submit(read_from(0x99)).has_value());
                     if (bench.poll(ticket) == Poll::Kind::value) {
                       ticket = bench.submit(read_from(0x61));
                       ++asked;
                     }
                   },
                   [&] {
                     bench.answer(bench.claim());
                     bench.answer(bench.claim());
                   }});
    bench.finish(ticket);
    EXPECT_EQ(bench.answers, asked);
    EXPECT_EQ(bench.completions, asked);
  });
}

TEST_P(SlotInterleaving, T19_ACompletionThatAResetOvertakesHitsNoLaterRequest) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> ticket;
    execution.run({[&] {
                     bench.submit(write_to(0x3f8, 0xdead'beef));
                     bench.hypervisor.reset();
                     ticket = bench.submit(write_to(0x60, 0x1234'5678));
                     bench.poll(ticket);
                   },
                   [&] {
                     bench.answer(bench.claim());
                     bench.answer(bench.claim());
                   }});
    for (Access const& access : bench.claimed) {
      EXPECT_TRUE(access == write_to(0x3f8, 0xdead'beef) || access == write_to(0x60, 0x1234'5678))
          << "a mixture of two requests was claimed";
    }
    // Whatever happened, the slot is not lost: the HSM has let go of all it claimed.
    if (!ticket) ticket = bench.submit(write_to(0x60, 0x1234'5678));
    EXPECT_TRUE(ticket.has_value());
    int const before = bench.answers;
    bench.finish(ticket);
    EXPECT_LE(bench.answers - before, 1);
    EXPECT_EQ(bench.answers, 1) << "the request after the reset, and only that";
  });
}

TEST_P(SlotInterleaving, T22_ClearingBesideAResetLosesNothing) {
  explore_bench([](Execution& execution, Bench& bench) {
    execution.run({[&] {
                     bench.submit(write_to(0x3f8, 1));
                     bench.hypervisor.reset();
                   },
                   [&] {
                     if (auto const claim = bench.claim()) {
                       bench.hsm.clear(*claim);
                     } else if (auto const seen = bench.hsm.peek();
                                seen.kind == core::PendingRequest::Kind::request) {
                       bench.hsm.clear(seen);
                     }
                   }});
    auto const ticket = bench.submit(read_from(0x60));
    EXPECT_TRUE(ticket.has_value());
    bench.finish(ticket);
    EXPECT_EQ(bench.answers, 1);
  });
}

TEST_P(SlotInterleaving, T21_ACancelledRequestsSlotComesBack) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> young;
    execution.run({[&] {
                     auto const ticket = bench.submit(read_from(0x60));
                     if (ticket) bench.hypervisor.cancel(*ticket);
                     EXPECT_NE(bench.poll(ticket), Poll::Kind::value);
                     young = bench.submit(read_from(0x61));
                   },
                   [&] { bench.answer(bench.claim()); }});
    if (!young) {
      bench.finish(std::nullopt);
      young = bench.submit(read_from(0x61));
    }
    EXPECT_TRUE(young.has_value());
    bench.finish(young);
    EXPECT_EQ(bench.answers, 1);
  });
}

TEST_P(SlotInterleaving, T16_ARequestThatIsGivenBackIsClaimedAgainAndAnsweredOnce) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> ticket;
    execution.run({[&] {
                     ticket = bench.submit(read_from(0x60));
                     bench.poll(ticket);
                   },
                   [&] {
                     auto const first = bench.claim();
                     if (first) bench.hsm.release(*first);
                     auto const second = bench.claim();
                     if (second) bench.answer(second);
                     if (first) {
                       EXPECT_EQ(bench.hsm.complete(*first, 0xbad), Verdict::stale);
                     }
                   }});
    bench.finish(ticket);
    EXPECT_EQ(bench.answers, 1);
  });
}

TEST_P(SlotInterleaving, TwoWorkersNeverBothHaveARequest) {
  explore_bench([](Execution& execution, Bench& bench) {
    std::optional<Ticket> const ticket = bench.submit(read_from(0x60));
    auto const worker = [&] { bench.answer(bench.claim()); };
    execution.run({worker, worker});
    EXPECT_EQ(bench.claimed.size(), 1U);
    EXPECT_EQ(bench.completions, 1);
    bench.poll(ticket);
    EXPECT_EQ(bench.answers, 1);
  });
}

TEST_P(SlotInterleaving, T19_AForeignHsmsLateCompletionDoesNotReachTheNextRequest) {
  explore_bench([](Execution& execution, Bench& bench) {
    bench.submit(read_from(0x60));
    bench.foreign.claim();  // before the reset: the slot was in flight
    std::optional<Ticket> young;
    execution.run({[&] {
                     bench.hypervisor.reset();
                     young = bench.submit(read_from(0x61));
                     bench.poll(young);
                   },
                   [&] {
                     bench.foreign.put_value32(0xbad);
                     bench.foreign.complete();
                   }});
    if (!young) young = bench.submit(read_from(0x61));
    EXPECT_TRUE(young.has_value());
    EXPECT_EQ(bench.answers, 0) << "nobody has answered the second request yet";
    bench.finish(young);
    EXPECT_EQ(bench.answers, 1);
  });
}

INSTANTIATE_TEST_SUITE_P(Grains, SlotInterleaving,
                         testing::Values(Grain::words_only, Grain::every_access),
                         [](auto const& grain) {
                           return grain.param == Grain::words_only ? "EveryWord" : "EveryAccess";
                         });

}  // namespace
}  // namespace acrn::tests

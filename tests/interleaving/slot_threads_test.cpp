// SPDX-License-Identifier: BSD-3-Clause
// Both ends of the product's slots on real threads, resets included; made to run under a data-race
// detector, which knows the orders of the atomics but no fences.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/hsm/hsm.hpp"
#include "core/ioreq/page.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::tests {
namespace {

using core::Poll;

constexpr std::uint16_t vcpu_count = 3;
constexpr std::uint32_t requests_per_vcpu = 2000;

/// What the client answers: derived from the request, so that a mix-up is seen.
constexpr std::uint64_t answer_to(core::Access const& access) { return access.address ^ 0x5a5a; }

struct Totals {
  std::atomic<std::uint32_t> answers{};
  std::atomic<std::uint32_t> withdrawn{};
  std::atomic<std::uint32_t> wrong{};
  std::atomic<std::uint16_t> running{vcpu_count};
};

/// One vCPU: submits, polls until the answer comes, and now and then resets its slot instead.
void run_vcpu(core::HypervisorSlot<core::AtomicMemory>& slot, std::uint16_t vcpu,
              std::uint32_t reset_every, Totals& totals) {
  for (std::uint32_t i = 0; i < requests_per_vcpu; ++i) {
    core::Access const access = port_read(vcpu * 0x1000U + i % 0x800, 2);
    auto ticket = slot.submit(access);
    while (!ticket.has_value()) {
      std::this_thread::yield();
      ticket = slot.submit(access);
    }
    if (reset_every != 0 && i % reset_every == 0) {
      for (std::uint32_t spin = 0; spin < i % 5; ++spin) std::this_thread::yield();
      slot.reset();
      ++totals.withdrawn;
      continue;
    }
    Poll poll = slot.poll(*ticket);
    while (poll.kind == Poll::Kind::waiting) {
      std::this_thread::yield();
      poll = slot.poll(*ticket);
    }
    if (poll.kind == Poll::Kind::value) ++totals.answers;
    if (poll.kind != Poll::Kind::value || poll.value != answer_to(access)) ++totals.wrong;
  }
  --totals.running;
}

void run_service_vm(TestHsm& hsm, core::HsmClientId client, Totals& totals) {
  while (totals.running.load() != 0) {
    if (hsm.dispatch().wake.empty()) std::this_thread::yield();
    while (auto const request = hsm.next_request(client)) {
      static_cast<void>(hsm.complete(*request, answer_to(request->access)));
    }
  }
}

class SlotThreads : public testing::TestWithParam<std::uint32_t> {};

TEST_P(SlotThreads, I5I9EveryReadGetsItsOwnAnswerOnce) {
  VmWorld vm{core::VmId{1}, vcpu_count};
  auto const hsm = std::make_unique<TestHsm>();
  adopt(*hsm, vm);
  core::HsmClientId const client = make_client(*hsm, vm.id, core::ClientKind::fallback);
  Totals totals;
  std::vector<std::thread> threads;
  threads.emplace_back([&] { run_service_vm(*hsm, client, totals); });
  for (std::uint16_t vcpu = 0; vcpu < vcpu_count; ++vcpu) {
    threads.emplace_back([&, vcpu] { run_vcpu(vm.page.slot({vcpu}), vcpu, GetParam(), totals); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(totals.wrong.load(), 0U);
  EXPECT_EQ(totals.answers.load() + totals.withdrawn.load(), vcpu_count * requests_per_vcpu);
  EXPECT_EQ(totals.withdrawn.load() == 0, GetParam() == 0);
  EXPECT_EQ(vm.page.counters().violations, 0U);
  EXPECT_EQ(vm.page.counters().repaired, 0U);
}

INSTANTIATE_TEST_SUITE_P(Resets, SlotThreads, testing::Values(0U, 7U),
                         [](auto const& every) { return every.param == 0 ? "Never" : "Often"; });

}  // namespace
}  // namespace acrn::tests

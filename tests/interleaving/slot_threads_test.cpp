// SPDX-License-Identifier: BSD-3-Clause
// Both ends of the product's slots on real threads, resets included; made to run under a data-race
// detector, which knows the orders of the atomics but no fences.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// The product's words, but payload that is read and written plainly: a data-race detector then
/// sees whether the words' orders alone keep the payload in order.
class PlainPayloadMemory {
 public:
  explicit PlainPayloadMemory(core::PageStorage& page) : words_{page}, bytes_{page.bytes.data()} {}

  [[nodiscard]] std::uint32_t load32(std::size_t offset) const {
    return load<std::uint32_t>(offset);
  }
  [[nodiscard]] std::uint64_t load64(std::size_t offset) const {
    return load<std::uint64_t>(offset);
  }
  void store32(std::size_t offset, std::uint32_t value) { store(offset, value); }
  void store64(std::size_t offset, std::uint64_t value) { store(offset, value); }
  [[nodiscard]] std::uint64_t load_word(std::size_t offset) const {
    return words_.load_word(offset);
  }
  void store_word(std::size_t offset, std::uint64_t word) { words_.store_word(offset, word); }
  void store_state(std::size_t offset, std::uint32_t state) { words_.store_state(offset, state); }
  [[nodiscard]] bool exchange_word(std::size_t offset, std::uint64_t expected,
                                   std::uint64_t desired) {
    return words_.exchange_word(offset, expected, desired);
  }

 private:
  template <class Integer>
  [[nodiscard]] Integer load(std::size_t offset) const {
    Integer value;
    std::memcpy(&value, bytes_ + offset, sizeof value);
    return value;
  }
  template <class Integer>
  void store(std::size_t offset, Integer value) {
    std::memcpy(bytes_ + offset, &value, sizeof value);
  }

  core::AtomicMemory words_;
  std::byte* bytes_;
};
static_assert(core::Memory<PlainPayloadMemory>);

struct Totals {
  std::atomic<std::uint32_t> answers{};
  std::atomic<std::uint32_t> withdrawn{};
  std::atomic<std::uint32_t> wrong{};
  std::atomic<std::uint16_t> running{vcpu_count};
};

/// One vCPU: submits, polls until the answer comes, and now and then resets its slot instead.
template <class M>
void run_vcpu(core::HypervisorSlot<M>& slot, std::uint16_t vcpu, std::uint32_t reset_every,
              Totals& totals) {
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

template <class M>
void run_service_vm(core::Hsm<M>& hsm, core::HsmClientId client, Totals& totals) {
  while (totals.running.load() != 0) {
    if (hsm.dispatch().wake.empty()) std::this_thread::yield();
    while (auto const request = hsm.next_request(client)) {
      static_cast<void>(hsm.complete(*request, answer_to(request->access)));
    }
  }
}

/// All vCPUs and the Service VM at once, on a page seen through `M`.
template <class M>
void run_all(std::uint32_t reset_every) {
  constexpr core::VmId vm{1};
  core::PageStorage storage;
  M const memory{storage};
  core::HypervisorPage<M> page{memory, core::Completion::notify};
  auto const hsm = std::make_unique<core::Hsm<M>>();
  ASSERT_TRUE(page.announce(vcpu_count).has_value());
  ASSERT_TRUE(hsm->add_vm(vm, vcpu_count).has_value());
  ASSERT_TRUE(hsm->set_page(vm, memory).has_value());
  core::HsmClientId const client = hsm->create_client(vm, core::ClientKind::fallback).value();

  Totals totals;
  std::vector<std::thread> threads;
  threads.emplace_back([&] { run_service_vm(*hsm, client, totals); });
  for (std::uint16_t vcpu = 0; vcpu < vcpu_count; ++vcpu) {
    threads.emplace_back([&, vcpu] { run_vcpu(page.slot({vcpu}), vcpu, reset_every, totals); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(totals.wrong.load(), 0U);
  EXPECT_EQ(totals.answers.load() + totals.withdrawn.load(), vcpu_count * requests_per_vcpu);
  EXPECT_EQ(totals.withdrawn.load() == 0, reset_every == 0);
  EXPECT_EQ(page.counters().violations, 0U);
  EXPECT_EQ(page.counters().repaired, 0U);
}

TEST(SlotThreads, I5_I9_EveryReadGetsItsOwnAnswerOnce) { run_all<core::AtomicMemory>(0); }

TEST(SlotThreads, T19_SoItDoesWithResetsInBetween) { run_all<core::AtomicMemory>(7); }

TEST(SlotThreads, T01_TheWordsOrdersAloneKeepThePayloadInOrder) { run_all<PlainPayloadMemory>(0); }

}  // namespace
}  // namespace acrn::tests

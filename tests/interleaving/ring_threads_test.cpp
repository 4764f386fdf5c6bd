// SPDX-License-Identifier: BSD-3-Clause
// vCPUs that ring doorbells and read registers, against a service VM on a thread of its own: what
// goes through the ring and what goes through the slots keeps the guest's order.
//
// The payload is atomic here: a data-race detector takes orders from atomics at one address, and a
// ring end reads both positions as one word of which the other end writes a half.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/asyncio/ring_consumer.hpp"
#include "core/asyncio/ring_producer.hpp"
#include "core/emulate/page_slot.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/hsm/async_events.hpp"
#include "core/hsm/hsm.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::tests {
namespace {

using core::AtomicMemory;
using core::Progress;

constexpr std::uint16_t vcpu_count = 2;
constexpr std::uint64_t doorbells = 0xc000;  ///< and the vCPU's number
constexpr std::uint64_t counter = 0xd000;    ///< reads how often the vCPU's doorbell was heard
constexpr std::uint32_t rounds = 60;
constexpr core::VmId vm_id{1};

/// One VM with both its pages, and the service VM's tables.
struct Machine {
  Machine() {
    EXPECT_TRUE(producer.attach().has_value());
    vm.asyncio.ring = producer.sink();
    for (std::uint16_t vcpu = 0; vcpu < vcpu_count; ++vcpu) {
      auto const handle = events.assign({vcpu});
      EXPECT_TRUE(handle.has_value());
      EXPECT_TRUE(vm.asyncio.descriptors
                      .assign({.space = core::Space::port,
                               .address = doorbells + vcpu,
                               .element = handle.value()})
                      .has_value());
    }
    EXPECT_TRUE(page.announce(vcpu_count).has_value());
    EXPECT_TRUE(hsm->add_vm(vm_id, vcpu_count).has_value());
    EXPECT_TRUE(hsm->set_page(vm_id, AtomicMemory{slots}).has_value());
    client = hsm->create_client(vm_id, core::ClientKind::fallback).value();
  }

  std::mutex turn;
  core::VmState vm{};
  core::PageStorage slots{};
  core::PageStorage ring{};
  core::RingConsumer<AtomicMemory> consumer =
      core::RingConsumer<AtomicMemory>::create(AtomicMemory{ring});
  core::RingProducer<AtomicMemory> producer{AtomicMemory{ring}};
  core::HypervisorPage<AtomicMemory> page{AtomicMemory{slots}, core::Completion::notify};
  core::AsyncEvents events{};
  std::unique_ptr<core::Hsm<AtomicMemory>> hsm = std::make_unique<core::Hsm<AtomicMemory>>();
  core::HsmClientId client{};
  std::atomic<std::uint16_t> running{vcpu_count};
  std::atomic<std::uint32_t> wrong{};
  std::atomic<std::uint32_t> full{};
};

class Guest {
 public:
  Guest(Machine& machine, std::uint16_t vcpu)
      : machine_{machine}, vcpu_{vcpu}, slot_{machine.page, {vcpu}} {}

  void run() {
    std::uint64_t rung = 0;
    for (std::uint32_t round = 0; round < rounds; ++round) {
      for (std::uint32_t i = 0; i < 1 + round * 11; ++i, ++rung) {
        if (execute(core::fakes::out(doorbells + vcpu_, 2, i)) != Progress::done) ++machine_.wrong;
      }
      bool const done = execute(core::fakes::in(counter, 4)) == Progress::done;
      if (!done || io_.access().value != rung) ++machine_.wrong;
    }
    --machine_.running;
  }

 private:
  Progress execute(core::Access const& access) {
    cpu_.asked.clear();
    core::VcpuEnvironment<core::PageSlot<AtomicMemory>, core::fakes::Cpu, core::fakes::Memory> const
        env{machine_.vm, core::architectural, slot_, cpu_, memory_, effects_};
    Progress progress = with_turn(
        [&] { return io_.begin(core::fakes::pio_exit(access), env, core::Turn{}, core::Ticks{}); });
    while (progress == Progress::waiting || progress == Progress::busy) {
      if (io_.route() == core::Route::ring_full) ++machine_.full;
      std::this_thread::yield();
      progress = with_turn([&] { return io_.resume(env, core::Turn{}, core::Ticks{}); });
    }
    return progress;
  }
  template <class Action>
  Progress with_turn(Action action) {
    std::lock_guard const held{machine_.turn};
    return action();
  }

  Machine& machine_;
  std::uint16_t vcpu_;
  core::PageSlot<AtomicMemory> slot_;
  core::fakes::Cpu cpu_ = core::fakes::Cpu::with_rax(0);
  core::fakes::Memory memory_{};
  core::Effects effects_{};
  core::VcpuIo io_{};
};

/// Drains the ring after the scan and before its requests are answered: what was written before one
/// of them was published is on the ring by then. Draining before the scan would miss it.
void run_service_vm(Machine& machine) {
  std::array<std::uint64_t, vcpu_count> heard{};
  while (machine.running.load() != 0) {
    machine.hsm->dispatch();
    std::this_thread::yield();  // the vCPUs go on in between
    while (auto const token = machine.events.next(machine.consumer)) ++heard.at(token->value);
    while (auto const request = machine.hsm->next_request(machine.client)) {
      static_cast<void>(machine.hsm->complete(*request, heard.at(request->from.vcpu.value)));
    }
    std::this_thread::yield();
  }
}

TEST(RingThreads, T76_DoorbellsAndRequestsOfAVcpuKeepTheirOrderAndNoneIsLost) {
  auto const machine = std::make_unique<Machine>();
  std::vector<std::thread> threads;
  threads.emplace_back([&] { run_service_vm(*machine); });
  for (std::uint16_t vcpu = 0; vcpu < vcpu_count; ++vcpu) {
    threads.emplace_back([&, vcpu] { Guest{*machine, vcpu}.run(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(machine->wrong.load(), 0U);
  EXPECT_EQ(machine->events.unknown(), 0U);
  EXPECT_FALSE(machine->producer.is_broken());
  EXPECT_EQ(machine->page.counters().violations, 0U);
}

}  // namespace
}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's binary boots, makes its VMs, and answers requests: on a real CPU, under KVM.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/baremetal/service_vm/service_world.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::tests {
namespace {

using core::abi::StampIndex;
using service_vm::CompletionMode;
using service_vm::forwarded_known;
using service_vm::ServiceState;
using testing::HasSubstr;

class ServiceBinary : public testing::Test, protected ServiceWorld {
 protected:
  [[nodiscard]] ServiceState state() { return static_cast<ServiceState>(boot().status.state); }
  core::Poll answer(std::size_t vm, core::Access const& access) {
    auto const ticket = hypervisor().submit(vm, access);
    upcall();
    EXPECT_EQ(run().kind, Kind::idle);
    return hypervisor().poll(vm, ticket);
  }
  static core::Access port_write(std::uint64_t port, std::uint64_t value) {
    return {.direction = core::Direction::write, .size = 1, .address = port, .value = value};
  }
};

// A macro, since GTEST_SKIP() leaves the function it is written in.
#define ACRN_NEEDS_KVM() \
  if (!load()) GTEST_SKIP() << "no /dev/kvm to run the Service VM's binary on"

TEST_F(ServiceBinary, StartsItsVmsAndHalts) {
  ACRN_NEEDS_KVM();
  want("left", forwarded_known, CompletionMode::notification);
  want("right", 0, CompletionMode::polling);
  start();
  EXPECT_EQ(run().kind, Kind::idle);
  EXPECT_EQ(state(), ServiceState::running);
  EXPECT_EQ(hypervisor().vector, 0xf3);
  EXPECT_TRUE(hypervisor().vms.at(1).started && hypervisor().vms.at(2).started);
  EXPECT_EQ(hypervisor().name(2), "right");
  EXPECT_EQ(hypervisor().text[0], "");
  EXPECT_EQ(boot().status.counters.scans, 1U);
}

TEST_F(ServiceBinary, AnswersAfterAnUpcall) {
  ACRN_NEEDS_KVM();
  want("one", forwarded_known, CompletionMode::notification);
  start();
  EXPECT_EQ(run().kind, Kind::idle);
  EXPECT_EQ(answer(1, port_read(0x3fd)).value, 0x60U);
  for (char const c : std::string_view{"hello"}) {
    answer(1, port_write(0x3f8, static_cast<std::uint8_t>(c)));
  }
  EXPECT_EQ(hypervisor().text[1], "hello");
  EXPECT_EQ(answer(1, port_read(0x544, 4)).value, 128U);
  EXPECT_EQ(answer(1, port_read(0x1234, 2)).value, 0xffffU);
  EXPECT_EQ(hypervisor().notified.size(), 8U);
  EXPECT_EQ(boot().status.counters.upcalls, 8U);
  EXPECT_EQ(boot().status.counters.requests, 8U);

  upcall();
  EXPECT_EQ(run().kind, Kind::idle);
  EXPECT_EQ(boot().status.counters.empty_scans, 2U)
      << "the first scan, and the one of a spurious upcall";
}

TEST_F(ServiceBinary, StampsRise) {
  ACRN_NEEDS_KVM();
  want("one", forwarded_known, CompletionMode::notification);
  boot().stamps = static_cast<std::uint32_t>(service_vm::RequestStamps::wanted);
  start();
  run();
  answer(1, port_read(0x3fd));
  std::uint64_t last = 0;
  for (auto const index : {StampIndex::interrupt, StampIndex::worker, StampIndex::processing,
                           StampIndex::client, StampIndex::handled, StampIndex::complete}) {
    EXPECT_GT(hypervisor().stamp(1, index), last) << static_cast<int>(index);
    last = hypervisor().stamp(1, index);
  }
}

TEST_F(ServiceBinary, PollsFromAnotherCpu) {
  ACRN_NEEDS_KVM();
  want("one", forwarded_known, CompletionMode::polling);
  boot().hsm_mode = static_cast<std::uint32_t>(service_vm::HsmMode::poll);
  start();
  // Its loop makes no exit and never ends: the text of a last request does, and leaves.
  std::atomic<bool> over{false};
  std::thread guest{[&] {
    GuestStop stop = run_until_text();
    EXPECT_EQ(stop.port, service_vm::console_port) << stop.why << hypervisor().text[0];
    over = true;
  }};
  std::atomic_ref state_word{boot().status.state};
  while (!over && state_word.load() != static_cast<std::uint32_t>(ServiceState::running)) {
    std::this_thread::yield();
  }
  constexpr unsigned requests = 300;
  for (unsigned i = 0; i < requests && !over; ++i) {
    auto const ticket = hypervisor().submit(1, port_read(0x530, 4));
    core::Poll poll = hypervisor().poll(1, ticket);
    while (!over && poll.kind == core::Poll::Kind::waiting) {
      std::this_thread::yield();
      poll = hypervisor().poll(1, ticket);
    }
    EXPECT_EQ(poll.kind, core::Poll::Kind::value);
    EXPECT_EQ(poll.value, i) << "the test device counts the reads";
  }
  EXPECT_FALSE(over);
  hypervisor().submit(1, port_write(0x3f8, 'x'));
  guest.join();
  EXPECT_EQ(boot().status.counters.requests, requests)
      << "the last is not complete before its text is out";
  EXPECT_EQ(boot().status.counters.upcalls, 0U);
}

TEST_F(ServiceBinary, PrintsARefusalAndStopsWithInterruptsOff) {
  ACRN_NEEDS_KVM();
  want("one", forwarded_known, CompletionMode::notification);
  hypervisor().refusals[core::abi::Hypercall::create_vm] = -28;
  start();
  EXPECT_EQ(run().kind, Kind::halted);
  EXPECT_EQ(state(), ServiceState::refused);
  EXPECT_EQ(hypervisor().text[0],
            "service: HC_CREATE_VM for VM 1 of the table was answered with -28\n");
}

TEST_F(ServiceBinary, PrintsAnExceptionAndStops) {
  ACRN_NEEDS_KVM();
  want("one", forwarded_known, CompletionMode::notification);
  start();
  EXPECT_EQ(run().kind, Kind::idle);
  // UD2 where the upcall is going to be handled.
  auto const code = vm().ram().subspan(header().load_address, header().file_size);
  constexpr std::array<std::uint8_t, 4> handler{0x50, 0x52, 0x0f, 0x31};  // push, push, rdtsc
  auto const place = std::search(code.begin(), code.end(), handler.begin(), handler.end());
  ASSERT_NE(place, code.end());
  place[0] = 0x0f;
  place[1] = 0x0b;
  upcall();
  EXPECT_EQ(run().kind, Kind::halted);
  EXPECT_EQ(state(), ServiceState::crashed);
  EXPECT_THAT(hypervisor().text[0],
              HasSubstr("service: exception 6, error code 0x0000000000000000, at rip 0x"));
  EXPECT_THAT(hypervisor().text[0], HasSubstr("  rsp 0x"));
}

}  // namespace
}  // namespace acrn::tests

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/hsm.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "core/ioreq/page.hpp"

namespace acrn::core {
namespace {

constexpr VmId vm{1};
constexpr VcpuId vcpu0{0};

struct World {
  explicit World(std::uint32_t vcpus = 4) {
    EXPECT_TRUE(hypervisor.announce(vcpus).has_value());
    EXPECT_TRUE(hsm->add_vm(vm, vcpus).has_value());
    EXPECT_TRUE(hsm->set_page(vm, memory).has_value());
  }
  PageStorage storage;
  AtomicMemory memory{storage};
  HypervisorPage<AtomicMemory> hypervisor{memory, Completion::notify};
  std::unique_ptr<Hsm<AtomicMemory>> hsm = std::make_unique<Hsm<AtomicMemory>>();
};

TEST(Hsm, CarriesAReadFromTheVcpuToTheClientAndBack) {
  World world;
  auto const client = world.hsm->create_client(vm, ClientKind::fallback);
  ASSERT_TRUE(client.has_value());
  Access const read{.space = Space::port, .direction = Direction::read, .size = 2, .address = 0x60};

  auto const ticket = world.hypervisor.submit(vcpu0, read);
  ASSERT_TRUE(ticket.has_value());
  auto effects = world.hsm->dispatch();
  EXPECT_EQ(effects.dispatched, 1);
  EXPECT_EQ(effects.wake.pop(), *client);
  auto const request = world.hsm->next_request(*client);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->access, read);
  EXPECT_EQ(world.hypervisor.poll(vcpu0, *ticket).kind, Poll::Kind::waiting);
  auto const completion = world.hsm->complete(*request, 0xffff'1234);
  EXPECT_EQ(completion.verdict, Verdict::notify);
  Poll const answer = world.hypervisor.poll(vcpu0, *ticket);
  EXPECT_EQ(answer.kind, Poll::Kind::value);
  EXPECT_EQ(answer.value, 0x1234U);
}

}  // namespace
}  // namespace acrn::core

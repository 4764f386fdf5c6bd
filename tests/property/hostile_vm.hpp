// SPDX-License-Identifier: BSD-3-Clause
// A VM of which everything is real but its guests' programs and the will of its Service VM.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/emulate/page_slot.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/hsm/hsm.hpp"
#include "core/ioreq/foreign_hsm_slot.hpp"
#include "core/ioreq/owed.hpp"
#include "tests/property/hostile_memory.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::tests {

/// A request page of which every access is seen, and that changes in between as `before` likes.
struct SharedPage {
  core::PageStorage storage{};
  std::function<void()> before{};        ///< called before each access of an end of ours
  std::optional<std::uint16_t> actor{};  ///< the vCPU on whose behalf the hypervisor's end acts
  std::vector<std::uint64_t> values_read{};

  void watch(std::size_t offset, std::size_t size) {
    std::size_t const first = actor ? core::slot_offset({*actor}) : 0;
    std::size_t const end = actor ? first + core::abi::ioreq_slot_size : storage.bytes.size();
    EXPECT_TRUE(offset >= first && offset + size <= end) << offset << ", out of bounds";
    EXPECT_EQ(offset % size, 0U);
    if (before) before();
  }
};
using SharedMemory = WatchedMemory<SharedPage>;
static_assert(core::Memory<SharedMemory>);

/// One vCPU, and the value that its instruction must get: what single loads of the page brought.
struct HostileVcpu {
  core::PageSlot<SharedMemory> slot;
  core::fakes::Cpu cpu = core::fakes::Cpu::with_rax(core::fakes::rax);
  core::fakes::Memory memory{};
  core::Effects effects{};
  core::VcpuIo io{};
  core::Access access{};
  std::uint64_t expected{};
  unsigned gathered{};  ///< bytes in `expected`
  bool withdrawn{};     ///< the VM was reset under it
  std::uint32_t values{};
};

/// One VM's hypervisor side.
class HostileVm {
 public:
  static constexpr std::uint16_t vcpu_count = 3;

  HostileVm(core::VmId vm_id, core::Completion completion, core::Profile const& rules)
      : id{vm_id}, hypervisor{SharedMemory{page}, completion}, profile{rules} {
    EXPECT_TRUE(hypervisor.announce(vcpu_count).has_value());
  }
  HostileVm(HostileVm const&) = delete;
  HostileVm& operator=(HostileVm const&) = delete;

  /// Makes it known to the HSM, with a default client.
  core::HsmClientId adopt(core::Hsm<SharedMemory>& hsm) {
    EXPECT_TRUE(hsm.add_vm(id, vcpu_count).has_value());
    EXPECT_TRUE(hsm.set_page(id, SharedMemory{page}).has_value());
    return hsm.create_client(id, core::ClientKind::fallback).value();
  }

  core::Progress begin(std::uint16_t vcpu, core::Access const& access) {
    HostileVcpu& self = vcpus[vcpu];
    self.access = access;
    self.expected = self.gathered = 0;
    self.withdrawn = false;
    core::VmExit const exit = access.space == core::Space::port ? core::fakes::pio_exit(access)
                                                                : core::fakes::mmio_exit(access);
    return act(vcpu, [&](auto const& env) {
      return self.io.begin(exit, env, core::Turn{}, core::Ticks{});
    });
  }
  /// A notification, due or not: the vCPU looks. Checks what the guest gets.
  core::Progress resume(std::uint16_t vcpu) {
    HostileVcpu& self = vcpus[vcpu];
    core::Access const asked = self.io.request();
    auto const progress = act(
        vcpu, [&](auto const& env) { return self.io.resume(env, core::Turn{}, core::Ticks{}); });
    EXPECT_LE(page.values_read.size(), 1U) << "a value is read once";
    if (!page.values_read.empty()) {
      EXPECT_EQ(asked.direction, core::Direction::read);
      std::uint64_t const piece = core::truncate(page.values_read[0], asked.size);
      self.expected |= piece << (8 * self.gathered);
      self.gathered += asked.size;
    }
    check_end(self, progress);
    return progress;
  }
  /// The request is withdrawn by the host.
  void cancel(std::uint16_t vcpu) {
    page.actor = vcpu;
    vcpus[vcpu].io.cancel(vcpus[vcpu].slot);
    page.actor.reset();
    EXPECT_FALSE(vcpus[vcpu].io.in_flight()) << "cancellable in every state";
  }
  /// All slots; vCPUs find out when they look next.
  void reset() {
    hypervisor.reset();
    for (HostileVcpu& vcpu : vcpus) vcpu.withdrawn = true;
  }

  /// An unfinished exit is owed by somebody. Where it is the vCPU's own to go on, looking is
  /// enough. So no vCPU waits without a report, and none for itself, whatever the page says.
  void expect_owed(core::Hsm<SharedMemory>& hsm, std::uint16_t vcpu) {
    auto const attacker = std::exchange(page.before, nullptr);
    if (vcpus[vcpu].io.in_flight() && is_own_turn(debt(hsm, vcpu))) {
      resume(vcpu);
      EXPECT_TRUE(!vcpus[vcpu].io.in_flight() || !is_own_turn(debt(hsm, vcpu)))
          << "a hang that nobody reports";
    }
    page.before = attacker;
  }
  static bool is_own_turn(std::optional<core::Debt> const& debt) {
    return !debt || debt->by == core::OwedBy::hypervisor;
  }
  std::optional<core::Debt> debt(core::Hsm<SharedMemory>& hsm, std::uint16_t vcpu) {
    return core::owed(core::view_slot(hypervisor.slot({vcpu}), hsm.held_by(id, {vcpu})));
  }
  core::ForeignHsmSlot<core::AtomicMemory> foreign(std::uint16_t vcpu) {
    return {core::AtomicMemory{page.storage}, {vcpu}};
  }

  core::VmId id;
  SharedPage page{};
  core::HypervisorPage<SharedMemory> hypervisor;
  core::Profile const& profile;
  core::VmState state{};
  std::array<HostileVcpu, vcpu_count> vcpus{
      {{.slot = {hypervisor, {0}}}, {.slot = {hypervisor, {1}}}, {.slot = {hypervisor, {2}}}}};

 private:
  template <class Action>
  core::Progress act(std::uint16_t vcpu, Action action) {
    HostileVcpu& self = vcpus[vcpu];
    page.values_read.clear();
    page.actor = vcpu;
    core::VcpuEnvironment<core::PageSlot<SharedMemory>, core::fakes::Cpu, core::fakes::Memory> const
        env{state, profile, self.slot, self.cpu, self.memory, self.effects};
    auto const progress = action(env);
    page.actor.reset();
    return progress;
  }

  static void check_end(HostileVcpu& self, core::Progress progress) {
    if (progress == core::Progress::cancelled) {
      EXPECT_TRUE(self.withdrawn) << "only a reset takes a request away";
    }
    if (progress != core::Progress::done) return;
    ++self.values;
    bool const reads = self.access.direction == core::Direction::read;
    EXPECT_EQ(self.gathered, reads ? self.access.size : 0U) << "each byte once";
    if (!reads) return;
    EXPECT_EQ(self.io.access().value, self.expected) << "what the page held when it was taken";
    ASSERT_EQ(self.io.commit().register_count, 1);
    if (self.access.space == core::Space::port) {
      std::uint64_t const kept = self.access.size == 4 ? 0 : ~core::size_mask(self.access.size);
      std::uint64_t const low = self.io.commit().values[0] & core::size_mask(4);
      EXPECT_EQ(low, core::truncate((core::fakes::rax & kept) | self.expected, 4));
    }
  }
};

}  // namespace acrn::tests

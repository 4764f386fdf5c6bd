// SPDX-License-Identifier: BSD-3-Clause
// Random walks of two VMs and one HSM: the page of one VM is attacked before any access and its
// Service VM does everything that it must not; the other VM's requests are answered all the same.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/property/hostile_vm.hpp"
#include "tests/support/hsm_world.hpp"
#include "tests/support/seed.hpp"

namespace acrn::tests {
namespace {

using core::Access;
using core::Progress;
using core::Space;

/// Accesses of every size, at the ends of both spaces too.
Access draw_access(std::mt19937_64& random) {
  bool const reads = random() % 2 == 0;
  auto const direction = reads ? core::Direction::read : core::Direction::write;
  std::uint64_t const value = random();
  if (random() % 2 == 0) {
    auto const size = static_cast<std::uint8_t>(1U << random() % 3);
    constexpr std::array<std::uint64_t, 4> edges{0xffff, 0xfffe, 0xcf8, 0xcfc};
    std::uint64_t const port = random() % 4 == 0 ? edges.at(random() % 4) : random() % 0x1'0000;
    return {Space::port, direction, size, port, value};
  }
  auto const size = static_cast<std::uint8_t>(1U << random() % 4);
  constexpr std::array<std::uint64_t, 4> edges{~0ULL, ~0ULL - 3, 0x1fff, 0xffff'fffc};
  std::uint64_t const gpa = random() % 4 == 0 ? edges.at(random() % 4) : random();
  return {Space::mmio, direction, size, gpa, value};
}

class HostileWorld {
 public:
  HostileWorld(std::uint64_t seed, std::uint32_t one_in, core::Completion completion)
      : random_{seed},
        one_in_{one_in},
        attacked_{{1}, completion, *core::profiles.at(seed % 3)},
        honest_{{2}, core::Completion::notify, core::architectural} {
    clients_[0] = attacked_.adopt(*hsm_);
    clients_[1] = honest_.adopt(*hsm_);
    attacked_.page.before = [this] { attack(); };
  }

  void step() {
    if (random_() % 2 == 0) {
      step_vcpu(pick_vcpu());
    } else {
      step_service_vm();
    }
    if (random_() % 4 == 0) attacked_.expect_owed(*hsm_, pick_vcpu());
    if (++steps_ % 8 == 0) expect_progress(honest_, clients_[1], random_() % 3);
  }

  /// With the attacker gone: a vCPU whose client never answers, and then a VM as good as new.
  void end() {
    attacked_.page.before = nullptr;
    restart();
    expect_report_of_silent_client();
    restart();
    for (std::uint16_t vcpu = 0; vcpu < HostileVm::vcpu_count; ++vcpu) {
      expect_progress(attacked_, clients_[0], vcpu);
    }
    expect_progress(honest_, clients_[1], 0);
    EXPECT_EQ(honest_.hypervisor.counters().violations, 0U);
    EXPECT_EQ(honest_.hypervisor.counters().repaired, 0U);
  }

  [[nodiscard]] std::uint32_t values() const {
    std::uint32_t sum = 0;
    for (HostileVcpu const& vcpu : attacked_.vcpus) sum += vcpu.values;
    return sum;
  }
  [[nodiscard]] core::SlotCounters counters() const { return attacked_.hypervisor.counters(); }

 private:
  std::uint16_t pick_vcpu() {
    return static_cast<std::uint16_t>(random_() % HostileVm::vcpu_count);
  }
  std::size_t place(std::uint16_t vcpu, std::size_t offset) {
    return core::slot_offset({vcpu}) + offset;
  }

  /// Between any two accesses of ours.
  void attack() {
    if (random_() % one_in_ != 0) return;
    core::AtomicMemory memory{attacked_.page.storage};
    auto const slot = static_cast<std::uint16_t>(random_() % (HostileVm::vcpu_count + 1));
    switch (random_() % 8) {
      case 0:
        memory.store_state(place(slot, core::abi::ioreq_offset::state),
                           static_cast<std::uint32_t>(random_() % 6));
        break;
      case 1:
        memory.store32(place(slot, core::abi::ioreq_offset::completion_polling),
                       static_cast<std::uint32_t>(random_() % 2));
        break;
      case 2: {  // fields that look right, but are another request's
        constexpr std::array<std::size_t, 3> fields{core::abi::ioreq_offset::type,
                                                    core::abi::ioreq_offset::size,
                                                    core::abi::ioreq_offset::direction};
        memory.store64(place(slot, fields.at(random_() % 3)), std::uint64_t{1} << random_() % 4);
        break;
      }
      default: {
        auto& byte = attacked_.page.storage.bytes.at(place(slot, random_() % 256));
        byte ^= static_cast<std::byte>(1U << random_() % 8);
      }
    }
  }

  void step_vcpu(std::uint16_t vcpu) {
    HostileVcpu& self = attacked_.vcpus[vcpu];
    if (self.io.in_flight()) {
      attacked_.resume(vcpu);
      return;
    }
    // Nobody outside the page's bounds is served.
    for (std::uint16_t const number :
         {std::uint16_t{3}, std::uint16_t{16}, std::uint16_t{0xffff}}) {
      auto const refused = attacked_.hypervisor.submit({number}, port_read(0x60));
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error(), core::Busy::no_such_vcpu);
    }
    attacked_.begin(vcpu, draw_access(random_));
  }

  void step_service_vm() {
    switch (random_() % 10) {
      case 0:  // an upcall; lost, late and twice, as chance has it
        hsm_->dispatch();
        break;
      case 1:
        if (auto const taken = hsm_->next_request(clients_[0])) stash_.push_back(*taken);
        break;
      case 2:
      case 3:
        answer();
        break;
      case 4:
        attacked_.foreign(pick_vcpu()).complete();
        break;
      case 5:
        core::AtomicMemory{attacked_.page.storage}.store_state(
            place(pick_vcpu(), core::abi::ioreq_offset::state),
            random_() % 2 == 0 ? 4U : 0xffff'ffffU);
        break;
      case 6:
        EXPECT_FALSE(hsm_->held_request(attacked_.id, 0x1'0000 + random_() % 3).has_value());
        if (auto const held = hsm_->held_request(attacked_.id, pick_vcpu()))
          stash_.push_back(*held);
        break;
      case 7:
        if (random_() % 4 == 0) replace_client();
        break;
      case 8:
        if (random_() % 2 == 0) {
          static_cast<void>(hsm_->begin_clear(attacked_.id));
        } else {
          static_cast<void>(hsm_->end_clear(attacked_.id));
        }
        break;
      default:
        withdraw();
    }
  }

  /// Late, again, or to a client that is gone.
  void answer() {
    if (stash_.empty()) return;
    core::Request const request = stash_.at(random_() % stash_.size());
    if (random_() % 8 == 0) hsm_->retry(request);
    hsm_->complete(request, random_());
    if (stash_.size() > 6) stash_.erase(stash_.begin());
  }
  void replace_client() {
    ASSERT_TRUE(hsm_->destroy_client(clients_[0]).has_value());
    clients_[0] = hsm_->create_client(attacked_.id, core::ClientKind::fallback).value();
  }
  void withdraw() {
    switch (random_() % 4) {
      case 0:
        attacked_.reset();
        break;
      case 1:
        attacked_.hypervisor.acknowledge_clear();
        break;
      default:
        attacked_.cancel(pick_vcpu());
    }
  }

  /// One request of one vCPU, answered after a single scan.
  void expect_progress(HostileVm& vm, core::HsmClientId client, std::uint64_t which) {
    auto const vcpu = static_cast<std::uint16_t>(which);
    std::uint64_t const value = random_() & 0xffff;
    ASSERT_EQ(vm.begin(vcpu, port_read(0x60 + vcpu, 2)), Progress::waiting);
    hsm_->dispatch();
    auto const request = hsm_->next_request(client);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->access, port_read(0x60 + vcpu, 2));
    EXPECT_EQ(hsm_->complete(*request, value).verdict == core::Verdict::stale, false);
    EXPECT_EQ(vm.resume(vcpu), Progress::done);
    EXPECT_EQ(vm.vcpus[vcpu].io.access().value, value);
  }

  void restart() {
    for (std::uint16_t vcpu = 0; vcpu < HostileVm::vcpu_count; ++vcpu) attacked_.cancel(vcpu);
    attacked_.reset();
    static_cast<void>(hsm_->end_clear(attacked_.id));
    attacked_.hypervisor.acknowledge_clear();
    replace_client();
    hsm_->dispatch();
  }

  void expect_report_of_silent_client() {
    constexpr core::Ticks asked{1000};
    constexpr core::Ticks limit{50};
    ASSERT_EQ(attacked_.begin(0, port_read(0x60)), Progress::waiting);
    hsm_->dispatch();
    ASSERT_TRUE(hsm_->next_request(clients_[0]).has_value());
    core::OwedLedger ledger;
    auto& slot = attacked_.hypervisor.slot({0});
    ledger.observe({0}, core::view_slot(slot, hsm_->held_by(attacked_.id, {0})), slot.generation(),
                   asked);
    EXPECT_FALSE(ledger.overdue({0}, {asked.value + limit.value}, limit).has_value());
    auto const overdue = ledger.overdue({0}, {asked.value + limit.value + 1}, limit);
    ASSERT_TRUE(overdue.has_value()) << "the silence is reported";
    EXPECT_EQ(overdue->debt, (core::Debt{core::OwedBy::client, core::OwedStep::answer}));
    expect_progress(attacked_, clients_[0], 1);
    expect_progress(honest_, clients_[1], 1);
    attacked_.cancel(0);
    EXPECT_EQ(attacked_.begin(0, port_read(0x60)), Progress::busy) << "until the client lets go";
    attacked_.cancel(0);
  }

  std::mt19937_64 random_;
  std::uint32_t one_in_;
  HostileVm attacked_;
  HostileVm honest_;
  std::unique_ptr<core::Hsm<SharedMemory>> hsm_ = std::make_unique<core::Hsm<SharedMemory>>();
  std::array<core::HsmClientId, 2> clients_{};
  std::vector<core::Request> stash_{};
  std::uint64_t steps_{};
};

class HostileWorldTest : public testing::TestWithParam<std::uint32_t> {};

TEST_P(HostileWorldTest, NothingThatTheServiceVmDoesReachesTheGuestTwiceOrTheOtherVm) {
  std::uint64_t const seed = announced_seed(0xacc0'0000);
  std::uint64_t values = 0;
  std::uint64_t repaired = 0;
  std::uint64_t violations = 0;
  for (std::uint64_t run = 0; run < 60 && !testing::Test::HasFailure(); ++run) {
    SCOPED_TRACE(seed + run);
    auto const completion = run % 2 == 0 ? core::Completion::notify : core::Completion::polling;
    HostileWorld world{seed + run, GetParam(), completion};
    for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) world.step();
    world.end();
    values += world.values();
    repaired += world.counters().repaired;
    violations += world.counters().violations;
  }
  EXPECT_GT(values, 1000U) << "hardly an answer came through: little was tested";
  EXPECT_GT(repaired, 0U);
  EXPECT_GT(violations, 0U);
}
std::string rate(testing::TestParamInfo<std::uint32_t> const& info) {
  return "OneAttackIn" + std::to_string(info.param);
}
INSTANTIATE_TEST_SUITE_P(Rates, HostileWorldTest, testing::Values(2U, 10U, 100U), rate);

}  // namespace
}  // namespace acrn::tests

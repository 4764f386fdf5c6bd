// SPDX-License-Identifier: BSD-3-Clause
// One fault at every point of a request's life: before each access that either end makes to the
// page, and between any two steps. Nothing is drawn at random: all combinations are tried.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "tests/property/hostile_vm.hpp"
#include "tests/support/hsm_world.hpp"

namespace acrn::tests {
namespace {

using core::Access;
using core::Progress;
namespace offset = core::abi::ioreq_offset;

constexpr std::uint64_t answer = 0x1234'5678'9abc'def0;
constexpr int steps_in_life = 6;

/// A VM with one vCPU in use, its HSM and its client, and what the guest got so far.
struct Life {
  explicit Life(core::Completion completion) : vm{{1}, completion, core::architectural} {
    client = vm.adopt(*hsm);
  }
  /// Step `number` of a request's life, as far as it is possible.
  void step(int number, Access const& access) {
    switch (number) {
      case 0:
        note(begin(access));
        break;
      case 1:
        hsm->dispatch();
        break;
      case 2:
        taken = hsm->next_request(client);
        break;
      case 3:
        if (taken) hsm->complete(*taken, answer);
        break;
      default:
        look();
    }
  }
  Progress begin(Access const& access) {
    ++begun;
    return vm.begin(0, access);
  }
  void look() {
    if (vm.vcpus[0].io.in_flight()) note(vm.resume(0));
  }
  void note(Progress progress) {
    EXPECT_NE(progress, Progress::unsupported);
    EXPECT_NE(progress, Progress::fault);
  }
  /// A scan, an answer and a look more: how a request ends that a fault delayed.
  void finish() {
    hsm->dispatch();
    while (auto const again = hsm->next_request(client)) hsm->complete(*again, answer);
    look();
    vm.expect_owed(*hsm, 0);
    EXPECT_LE(vm.vcpus[0].values, begun) << "applied once at most";
  }
  /// A host's way out of everything.
  void recover() {
    vm.page.before = nullptr;
    vm.cancel(0);
    vm.reset();
    static_cast<void>(hsm->end_clear(vm.id));
    vm.hypervisor.acknowledge_clear();
    hsm->dispatch();
    while (hsm->next_request(client)) {
    }
    ASSERT_EQ(begin(port_read(0x60)), Progress::waiting);
    hsm->dispatch();
    auto const request = hsm->next_request(client);
    ASSERT_TRUE(request.has_value());
    EXPECT_NE(hsm->complete(*request, 0x5a).verdict, core::Verdict::stale);
    EXPECT_EQ(vm.resume(0), Progress::done);
    EXPECT_EQ(vm.vcpus[0].io.access().value, 0x5aU);
  }
  [[nodiscard]] core::AtomicMemory raw() { return core::AtomicMemory{vm.page.storage}; }

  HostileVm vm;
  std::unique_ptr<core::Hsm<SharedMemory>> hsm = std::make_unique<core::Hsm<SharedMemory>>();
  core::HsmClientId client{};
  std::optional<core::Request> taken{};
  std::uint32_t begun{};
};

/// When a fault can come.
enum class When : std::uint8_t {
  any_access,  ///< the page changes
  hsm_access,  ///< the hypervisor's own act: while the HSM works, not in the middle of itself
  step,        ///< the HSM's own act: between two steps
};

struct Fault {
  std::string_view name;
  void (*inject)(Life& life);
  When when{};
};

template <std::uint32_t state>
void set_state(Life& life) {
  life.raw().store_state(offset::state, state);
}
template <std::size_t at, std::uint64_t bits>
void flip(Life& life) {
  life.raw().store64(at, life.raw().load64(at) ^ bits);
}
void replace_client(Life& life) {
  EXPECT_TRUE(life.hsm->destroy_client(life.client).has_value());
  life.client = life.hsm->create_client(life.vm.id, core::ClientKind::fallback).value();
}
void reset_and_go_on(Life& life) {
  life.vm.reset();
  life.look();
  EXPECT_FALSE(life.vm.vcpus[0].io.in_flight()) << "withdrawn";
}
void clear(Life& life) {
  static_cast<void>(life.hsm->begin_clear(life.vm.id));
  static_cast<void>(life.hsm->end_clear(life.vm.id));
}

constexpr std::array faults{
    Fault{"PENDING", set_state<0>},
    Fault{"COMPLETE without PROCESSING", set_state<1>},
    Fault{"PROCESSING", set_state<2>},
    Fault{"FREE", set_state<3>},
    Fault{"state 4", set_state<4>},
    Fault{"state of all ones", set_state<0xffff'ffff>},
    Fault{"another generation", flip<offset::state, 1ULL << 32U>},
    Fault{"another type", flip<offset::type, 1>},
    Fault{"polling flipped", flip<offset::type, 1ULL << 32U>},
    Fault{"another direction", flip<offset::direction, 1>},
    Fault{"another size", flip<offset::size, 6>},
    Fault{"size of nothing", flip<offset::size, ~0ULL>},
    Fault{"another address", flip<offset::address, 0x4'0004>},
    Fault{"another value", flip<offset::value, 0xff00'ff00'ff00'ff01>},
    Fault{"bogus completion", [](Life& life) { life.vm.foreign(0).complete(); }},
    Fault{"bogus notification", [](Life& life) { life.look(); }, When::hsm_access},
    Fault{"upcall too many", [](Life& life) { life.hsm->dispatch(); }, When::step},
    Fault{"answered twice",
          [](Life& life) {
            if (life.taken) life.hsm->complete(*life.taken, ~answer);
          },
          When::step},
    Fault{"reset", reset_and_go_on, When::hsm_access},
    Fault{"cancelled", [](Life& life) { life.vm.cancel(0); }, When::hsm_access},
    Fault{"client destroyed", replace_client, When::step},
    Fault{"cleared", clear, When::step},
};

constexpr std::array accesses{
    Access{core::Space::port, core::Direction::read, 2, 0x60, 0},
    Access{core::Space::port, core::Direction::write, 4, 0x64, 0x1122'3344},
    Access{core::Space::mmio, core::Direction::read, 8, 0xfed0'0000, 0},
    Access{core::Space::mmio, core::Direction::write, 1, 0xfed0'0001, 0x55},
    Access{core::Space::port, core::Direction::read, 4, 0x70, 0},
    Access{core::Space::port, core::Direction::read, 4, 0xcf8, 0},
};

/// Runs a life with `fault` before the access number `when`, and tells whether it came to that.
bool live_through(Fault const& fault, Access const& access, core::Completion completion, int when) {
  Life life{completion};
  int seen = 0;
  bool injected = false;
  life.vm.page.before = [&] {
    if (fault.when == When::hsm_access && life.vm.page.actor) return;
    if (seen++ != when) return;
    injected = true;
    fault.inject(life);
  };
  for (int number = 0; number < steps_in_life; ++number) life.step(number, access);
  life.finish();
  life.recover();
  return injected;
}

TEST(FaultInjection, BeforeEveryAccessOfEitherEnd) {
  int tried = 0;
  for (Fault const& fault : faults) {
    if (fault.when == When::step) continue;
    for (Access const& access : accesses) {
      for (auto const completion : {core::Completion::notify, core::Completion::polling}) {
        for (int when = 0; live_through(fault, access, completion, when); ++when) {
          ASSERT_FALSE(testing::Test::HasFailure()) << fault.name << " before access " << when;
          ++tried;
        }
      }
    }
  }
  EXPECT_GT(tried, 3000) << "a life makes two dozen accesses and more";
}

TEST(FaultInjection, BetweenAnyTwoStepsOnceAndTwice) {
  for (Fault const& fault : faults) {
    for (Access const& access : accesses) {
      for (int when = 0; when <= steps_in_life; ++when) {
        for (int times = 1; times <= 2; ++times) {
          SCOPED_TRACE(testing::Message() << fault.name << " before step " << when);
          Life life{core::Completion::notify};
          for (int number = 0; number < steps_in_life; ++number) {
            for (int i = 0; number == when && i < times; ++i) fault.inject(life);
            life.step(number, access);
          }
          life.finish();
          life.recover();
        }
      }
    }
  }
}

/// An upcall that is lost leaves the request PENDING, owed by the HSM, and the next scan finds it.
TEST(FaultInjection, ALostUpcallIsOwedAndMadeUpForByTheNext) {
  for (Access const& access : accesses) {
    Life life{core::Completion::notify};
    life.step(0, access);
    life.look();
    EXPECT_EQ(life.vm.debt(*life.hsm, 0),
              (core::Debt{core::OwedBy::hsm, core::OwedStep::dispatch}));
    life.finish();
    EXPECT_EQ(life.vm.vcpus[0].values, 1U);
    EXPECT_FALSE(life.vm.vcpus[0].io.in_flight());
  }
}

/// The slot comes back without a word of the host's: our HSM lets go of what was withdrawn.
TEST(FaultInjection, AfterAResetAtAnyStepTheVcpuGoesOn) {
  for (Access const& access : accesses) {
    for (int when = 0; when <= steps_in_life; ++when) {
      SCOPED_TRACE(when);
      Life life{core::Completion::notify};
      for (int number = 0; number < steps_in_life; ++number) {
        if (number == when) reset_and_go_on(life);
        life.step(number, access);
      }
      life.finish();
      ASSERT_EQ(life.begin(port_read(0x60)), Progress::waiting);
      life.finish();
      EXPECT_FALSE(life.vm.vcpus[0].io.in_flight());
      EXPECT_EQ(life.vm.vcpus[0].io.access().value, core::truncate(answer, 1));
    }
  }
}

TEST(FaultInjection, WithoutAFaultTheGuestGetsTheClientsValueEachTime) {
  for (auto const completion : {core::Completion::notify, core::Completion::polling}) {
    Life life{completion};
    for (std::uint32_t round = 1; round <= 3; ++round) {
      for (int number = 0; number < steps_in_life; ++number) life.step(number, accesses[2]);
      EXPECT_EQ(life.vm.vcpus[0].values, round);
      EXPECT_EQ(life.vm.vcpus[0].io.access().value, answer);
    }
  }
}

}  // namespace
}  // namespace acrn::tests

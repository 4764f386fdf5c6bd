// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/synthetic_write.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;
using fakes::Slot;

constexpr std::uint64_t shutdown = 0x3400;  // SLP_EN and SLP_TYP 5, for PM1a control at 0x404

struct Vm {
  VmState state{};
  Slot slot{};
  Effects effects{};
  Profile const& profile;
  SyntheticWrite write{};

  explicit Vm(Profile const& rules = architectural) : profile{rules} {}
  SyntheticEnvironment<Slot> env() { return {state, profile, slot, effects}; }
  Progress begin(Access const& access) { return write.begin(access, env(), {}, {5}); }
  Progress resume() { return write.resume(env(), {}, {6}); }
};

TEST(SyntheticWrite, ReachesAHandlerLikeAGuestsWrite) {
  for (Profile const* profile : profiles) {
    Vm vm{*profile};
    Recorder device;
    fakes::add_ports(vm.state, device.device(), 0x404, 2);
    EXPECT_EQ(vm.begin(fakes::out(0x404, 2, 0xffff'3400)), Progress::done);
    EXPECT_EQ(device.seen, std::vector{fakes::out(0x404, 2, shutdown)}) << "cut to its size";
    EXPECT_EQ(device.times, std::vector{Ticks{5}});
    EXPECT_TRUE(vm.slot.submitted.empty());
  }
}

TEST(SyntheticWrite, ATripleFaultIsToldToTheDeviceModelThroughTheVcpusOwnSlot) {
  for (Profile const* profile : profiles) {
    Vm vm{*profile};
    EXPECT_EQ(vm.begin(fakes::out(0x404, 2, shutdown)), Progress::waiting) << profile->name;
    EXPECT_TRUE(vm.effects.upcall_wanted());
    EXPECT_EQ(vm.slot.submitted, std::vector{fakes::out(0x404, 2, shutdown)});
    EXPECT_EQ(vm.resume(), Progress::waiting) << "too early does no harm";
    vm.slot.answer = {.kind = Poll::Kind::value, .value = 0};
    EXPECT_EQ(vm.resume(), Progress::done);
  }
}

TEST(SyntheticWrite, AHandlerThatActsAndDeclinesForwardsItToo) {
  Vm vm{acrn_today};
  Recorder peek{.result = HandlerResult::declined()};
  fakes::add_ports(vm.state, peek.device(), 0x404, 1);
  EXPECT_EQ(vm.begin(fakes::out(0x404, 2, shutdown)), Progress::waiting);
  EXPECT_EQ(peek.seen.size(), 1U);
  EXPECT_EQ(vm.slot.submitted.size(), 1U);
}

TEST(SyntheticWrite, WaitsForABusySlotRatherThanOverwriteIt) {
  Vm vm;
  vm.slot.refuse = {Busy::in_flight, Busy::in_flight};
  EXPECT_EQ(vm.begin(fakes::out(0x404, 2, shutdown)), Progress::busy);
  EXPECT_EQ(vm.write.busy(), Busy::in_flight);
  EXPECT_EQ(vm.resume(), Progress::busy);
  EXPECT_EQ(vm.resume(), Progress::waiting);
  vm.slot.answer = {.kind = Poll::Kind::value, .value = 0};
  EXPECT_EQ(vm.resume(), Progress::done);
  EXPECT_EQ(vm.slot.submitted.size(), 1U);
}

TEST(SyntheticWrite, EndsWhereNoSlotCanEverTakeIt) {
  Vm vm;
  vm.slot.refuse = {Busy::no_page};
  EXPECT_EQ(vm.begin(fakes::out(0x404, 2, shutdown)), Progress::fault);
  EXPECT_EQ(vm.write.busy(), Busy::no_page);
}

TEST(SyntheticWrite, IsCutAtRangesByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    Progress progress;
    std::vector<Access> seen;
  };
  for (Row const& row :
       {Row{&architectural, Progress::done, {fakes::out(0x10, 1, 1), fakes::out(0x11, 1, 2)}},
        Row{&acrn_today, Progress::done, {fakes::out(0x10, 2, 0x201)}},
        Row{&acrn2018, Progress::fault, {}}}) {
    Vm vm{*row.profile};
    Recorder device;
    fakes::add_ports(vm.state, device.device(), 0x10, 1);
    fakes::add_ports(vm.state, device.device(), 0x11, 1);
    EXPECT_EQ(vm.begin(fakes::out(0x10, 2, 0x201)), row.progress) << row.profile->name;
    EXPECT_EQ(device.seen, row.seen) << row.profile->name;
  }
}

TEST(SyntheticWrite, APieceMayBeTheDeviceModels) {
  Vm vm;
  Recorder device;
  fakes::add_ports(vm.state, device.device(), 0x11, 1);
  EXPECT_EQ(vm.begin(fakes::out(0x10, 2, 0x201)), Progress::waiting);
  EXPECT_EQ(vm.slot.submitted, std::vector{fakes::out(0x10, 1, 1)});
  vm.slot.answer = {.kind = Poll::Kind::value, .value = 0};
  EXPECT_EQ(vm.resume(), Progress::done);
  EXPECT_EQ(device.seen, std::vector{fakes::out(0x11, 1, 2)});
}

TEST(SyntheticWrite, TellsARefusalAnErrorAndAWithdrawal) {
  Vm refused;
  EXPECT_EQ(refused.begin({Space::pci_config, Direction::write, 4, 0, 0}), Progress::fault);
  EXPECT_EQ(refused.write.route(), Route::invalid);
  Vm failed;
  Recorder device{.result = HandlerResult::failed(-22)};
  fakes::add_mmio(failed.state, device.device(), 0x1000, 4);
  EXPECT_EQ(failed.begin(fakes::store(0x1000, 4, 1)), Progress::fault);
  EXPECT_EQ(failed.effects.handler_errno(), -22);
  for (auto const& [kind, progress] : {std::pair{Poll::Kind::cancelled, Progress::cancelled},
                                       std::pair{Poll::Kind::violation, Progress::violation}}) {
    Vm vm;
    vm.begin(fakes::out(0x404, 2, shutdown));
    vm.slot.answer = {.kind = kind};
    EXPECT_EQ(vm.resume(), progress);
  }
}

TEST(SyntheticWrite, CancelWithdrawsWhatIsInFlight) {
  Vm vm;
  vm.begin(fakes::out(0x404, 2, shutdown));
  vm.write.cancel(vm.slot);
  EXPECT_EQ(vm.slot.cancelled.size(), 1U);
  vm.write.cancel(vm.slot);
  EXPECT_EQ(vm.slot.cancelled.size(), 1U);
  EXPECT_DEATH(static_cast<void>(vm.resume()), "write in flight");
  EXPECT_DEATH(static_cast<void>(vm.begin(fakes::in(0x404, 2))), "needs a write");
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// A slot end that listens hears of every access once, whole, and in the order of the instruction.
#include <gtest/gtest.h>

#include <vector>

#include "core/emulate/vcpu_io.hpp"
#include "tests/unit/core/emulate/fakes.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::core {
namespace {

using fakes::Bytes;
using fakes::mmio_exit;
using fakes::pio_exit;

struct Heard {
  Access access;
  Route route;
  AccessEnd end;
};

struct ListeningSlot : fakes::Slot {
  std::vector<Heard> heard;
  void finished(Access const& access, Route route, AccessEnd end) {
    heard.push_back({access, route, end});
  }
};
static_assert(AccessListener<ListeningSlot> && !AccessListener<fakes::Slot>);

struct Vcpu {
  VmState vm{};
  ListeningSlot slot{};
  fakes::Cpu cpu{};
  fakes::Memory memory{};
  Effects effects{};
  VcpuIo io{};
  VcpuEnvironment<ListeningSlot, fakes::Cpu, fakes::Memory> env{vm,  architectural, slot,
                                                                cpu, memory,        effects};

  Progress begin(VmExit const& exit) { return io.begin(exit, env, Turn{}, Ticks{}); }
  Progress answer(std::uint64_t value) {
    slot.answer = {.kind = Poll::Kind::value, .value = value};
    return io.resume(env, Turn{}, Ticks{});
  }
};

TEST(AccessListener, HearsOfAnAccessThatTheHypervisorAnswers) {
  Vcpu vcpu;
  Bytes device;
  fakes::add_ports(vcpu.vm, device.device(), 0x3f8, 8);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3f8, 1))), Progress::done);
  ASSERT_EQ(vcpu.slot.heard.size(), 1U);
  EXPECT_EQ(vcpu.slot.heard[0].access.address, 0x3f8U);
  EXPECT_EQ(vcpu.slot.heard[0].access.value, Bytes::read(device.seen.at(0)));
  EXPECT_EQ(vcpu.slot.heard[0].route, Route::completed);
  EXPECT_EQ(vcpu.slot.heard[0].end, AccessEnd::answered);
}

TEST(AccessListener, HearsOfAForwardedAccessOnlyOnceItsPiecesAreAllAnswered) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(0x1ffe, 4))), Progress::waiting);
  ASSERT_EQ(vcpu.answer(0x2211), Progress::waiting);
  EXPECT_TRUE(vcpu.slot.heard.empty());
  ASSERT_EQ(vcpu.answer(0x4433), Progress::done);
  ASSERT_EQ(vcpu.slot.heard.size(), 1U);
  EXPECT_EQ(vcpu.slot.heard[0].access.size, 4);
  EXPECT_EQ(vcpu.slot.heard[0].access.value, 0x4433'2211U);
  EXPECT_EQ(vcpu.slot.heard[0].route, Route::forward);
}

TEST(AccessListener, HearsThatAnAccessCouldNotBeMade) {
  Vcpu vcpu;
  vcpu.slot.refuse = {Busy::no_page};
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0x80, 1, 5))), Progress::fault);
  ASSERT_EQ(vcpu.slot.heard.size(), 1U);
  EXPECT_EQ(vcpu.slot.heard[0].end, AccessEnd::failed);
}

}  // namespace
}  // namespace acrn::core

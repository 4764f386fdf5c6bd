// SPDX-License-Identifier: BSD-3-Clause
// Accesses that span ranges or edges: whole, in pieces, or a fault.
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
using fakes::rax;
using fakes::Recorder;
using fakes::Vcpu;

TEST(VcpuIo, T50_WithoutAHandlerTheWholeAccessIsForwardedByEveryProfile) {
  for (Profile const* profile : profiles) {
    Vcpu vcpu{*profile};
    ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0xcfa, 4))), Progress::waiting) << profile->name;
    ASSERT_EQ(vcpu.slot.submitted.size(), 1U);
    EXPECT_EQ(vcpu.slot.submitted[0].size, 4) << profile->name;
    EXPECT_EQ(vcpu.answer(5), Progress::done) << profile->name;
  }
}

TEST(VcpuIo, T45_ASpanningInEndsByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    Progress progress;
    std::size_t pieces;
    int error;
  };
  for (Row const& row :
       {Row{&architectural, Progress::waiting, 1, 0}, Row{&acrn_today, Progress::done, 0, 0},
        Row{&acrn2018, Progress::fault, 0, -5}}) {
    Vcpu vcpu{*row.profile};
    Bytes device;
    fakes::add_ports(vcpu.vm, device.device(), 0x3f8, 8);
    EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x3fe, 4))), row.progress) << row.profile->name;
    EXPECT_EQ(vcpu.slot.submitted.size(), row.pieces) << row.profile->name;
    EXPECT_EQ(to_errno(vcpu.io.route(), vcpu.effects), row.error) << row.profile->name;
  }
}

TEST(VcpuIo, T45_CutsASpanningAccessIntoPiecesForTheirOwners) {
  Vcpu vcpu;
  Bytes device;
  fakes::add_ports(vcpu.vm, device.device(), 0x3f8, 8);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0x3f6, 4))), Progress::waiting);
  EXPECT_EQ(vcpu.io.request(), vcpu.slot.submitted.at(0));
  EXPECT_EQ(vcpu.io.access().size, 4) << "the instruction's access stays whole";
  ASSERT_EQ(vcpu.answer(0xffff'beef), Progress::done);
  EXPECT_EQ(vcpu.slot.submitted.size(), 1U);
  ASSERT_EQ(device.seen.size(), 1U);
  EXPECT_EQ(device.seen[0].address, 0x3f8U);
  EXPECT_EQ(device.seen[0].size, 2);
  std::uint64_t const expected = 0xbeef | Bytes::read(device.seen[0]) << 16U;
  EXPECT_EQ(vcpu.io.commit().values[0], expected);
  EXPECT_EQ(vcpu.io.access().value, expected);
}

TEST(VcpuIo, SubmitsForwardedPiecesOneAfterAnother) {
  Vcpu vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(0x1ffe, 4, 0x4433'2211))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::store(0x1ffe, 2, 0x2211)});
  vcpu.effects.clear();
  ASSERT_EQ(vcpu.answer(0), Progress::waiting);
  EXPECT_TRUE(vcpu.effects.upcall_wanted()) << "each piece is a request of its own";
  ASSERT_EQ(vcpu.slot.submitted.size(), 2U);
  EXPECT_EQ(vcpu.slot.submitted[1], fakes::store(0x2000, 2, 0x4433));
  ASSERT_EQ(vcpu.answer(0), Progress::done);
  EXPECT_EQ(vcpu.io.access(), fakes::store(0x1ffe, 4, 0x4433'2211));
}

TEST(VcpuIo, AFailingPieceEndsTheInstructionWithoutACommit) {
  Vcpu vcpu;
  Recorder good;
  Recorder bad{.result = HandlerResult::failed(-22)};
  fakes::add_ports(vcpu.vm, good.device(), 0x60, 1);
  fakes::add_ports(vcpu.vm, bad.device(), 0x61, 1);
  EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x60, 4))), Progress::fault);
  EXPECT_EQ(good.seen.size(), 1U) << "what came before has happened";
  EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
  EXPECT_EQ(vcpu.effects.handler_errno(), -22);
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_EQ(vcpu.begin(pio_exit(fakes::in(0x60, 1))), Progress::done) << "the next exit is whole";
}

TEST(VcpuIo, T48_AnMmioAccessPastTheTopIsAFault) {
  for (Profile const* profile : profiles) {
    Vcpu vcpu{*profile};
    EXPECT_EQ(vcpu.begin(mmio_exit(fakes::load(~std::uint64_t{0}, 2))), Progress::fault);
    EXPECT_EQ(vcpu.io.route(), Route::invalid);
    EXPECT_EQ(vcpu.io.fault(), (Fault{Vector::general_protection, 0}));
  }
}

TEST(VcpuIo, T47_AWordAtPortFfffReachesPortZeroWhenItIsCut) {
  Vcpu vcpu;
  Bytes device;
  fakes::add_ports(vcpu.vm, device.device(), 0xffff, 1);
  fakes::add_ports(vcpu.vm, device.device(), 0, 1);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::in(0xffff, 2))), Progress::done);
  std::uint64_t const expected = Bytes::byte_at(0xffff) | unsigned{Bytes::byte_at(0)} << 8U;
  EXPECT_EQ(vcpu.io.commit().values[0], (rax & ~0xffffULL) | expected);
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/emulate_io.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/core/emulate/emulate_io_vm.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;
using fakes::Vm;

TEST(EmulateIo, T33_OutValueIsMaskedToSizeForTheHandlerAndForTheDeviceModel) {
  Vm vm;
  Recorder device;
  fakes::add_ports(vm.state, device.device(), 0xb2, 1);
  Access handled = fakes::out(0xb2, 1, 0x2'62a0);
  EXPECT_EQ(vm.emulate(handled, architectural, {77}), Route::completed);
  ASSERT_EQ(device.seen, std::vector{fakes::out(0xb2, 1, 0xa0)});
  EXPECT_EQ(device.times, std::vector{Ticks{77}});
  Access forwarded = fakes::out(0x80, 2, 0xdead'beef);
  EXPECT_EQ(vm.emulate(forwarded), Route::forward);
  EXPECT_EQ(forwarded.value, 0xbeefU);
}

TEST(EmulateIo, MasksWhatAHandlerAnswers) {
  Vm vm;
  Recorder device{.value = 0x1234'5678'9abc'def0};
  fakes::add_ports(vm.state, device.device(), 0x3f8, 8);
  fakes::add_mmio(vm.state, device.device(), 0xfee0'0000, 0x1000);
  Access byte = fakes::in(0x3f8, 1);
  EXPECT_EQ(vm.emulate(byte), Route::completed);
  EXPECT_EQ(byte.value, 0xf0U);
  Access word = fakes::load(0xfee0'0020, 4);
  EXPECT_EQ(vm.emulate(word), Route::completed);
  EXPECT_EQ(word.value, 0x9abc'def0U);
}

TEST(EmulateIo, T35_InFromAnUnclaimedPortIsAllOnesOfItsWidth) {
  for (std::uint8_t size : fakes::port_sizes) {
    Vm vm;
    vm.state.device_model = DeviceModel::absent;
    Access read = fakes::in(0x1234, size);
    read.value = 0x5555'5555'5555'5555;
    EXPECT_EQ(vm.emulate(read), Route::completed);
    EXPECT_EQ(read.value, size_mask(size));
    Access write = fakes::out(0x1234, size, 1);
    EXPECT_EQ(vm.emulate(write), Route::completed) << "dropped";
  }
}

TEST(EmulateIo, T36_LoadFromAnUnclaimedAddressIsAllOnesOfItsSize) {
  for (std::uint8_t size : fakes::mmio_sizes) {
    Vm vm;
    vm.state.device_model = DeviceModel::absent;
    Access read = fakes::load(0xf000'0000, size);
    EXPECT_EQ(vm.emulate(read), Route::completed);
    EXPECT_EQ(read.value, size_mask(size));
    Access write = fakes::store(0xf000'0000, size, 1);
    EXPECT_EQ(vm.emulate(write), Route::completed);
  }
}

TEST(EmulateIo, T37_AHandlerThatSetsNoValueLeaksNone) {
  Vm vm;
  Recorder silent;
  fakes::add_ports(vm.state, silent.device(), 0x60, 1);
  Access read = fakes::in(0x60, 1);
  read.value = 0x1234'5642;  // of the request before
  EXPECT_EQ(vm.emulate(read), Route::completed);
  EXPECT_EQ(read.value, 0xffU);
}

TEST(EmulateIo, T37_AHandlerThatDeclinesOrFailsLeavesNoValueBehind) {
  for (HandlerResult result : {HandlerResult::declined(), HandlerResult::failed(-5)}) {
    Vm vm;
    Recorder device{.result = result, .value = 0x42};
    fakes::add_ports(vm.state, device.device(), 0x60, 4);
    Access read = fakes::in(0x60, 2);
    static_cast<void>(vm.emulate(read));
    EXPECT_EQ(read, (Access{Space::port, Direction::read, 2, 0x60, 0xffff}));
    Access write = fakes::out(0x60, 2, 0xaabb'ccdd);
    static_cast<void>(vm.emulate(write));
    EXPECT_EQ(write, fakes::out(0x60, 2, 0xccdd)) << "what the device model gets is the guest's";
  }
}

HandlerResult vandal(void* /*context*/, Access& access, Ticks /*now*/, Effects& /*effects*/) {
  access = {Space::pci_config, Direction::read, 77, 0xdead, 0xbad};
  return HandlerResult::handled();
}

TEST(EmulateIo, TakesNothingButAReadsValueFromAHandler) {
  Vm vm;
  fakes::add_ports(vm.state, {.handler = vandal}, 0x60, 4);
  Access read = fakes::in(0x60, 1);
  EXPECT_EQ(vm.emulate(read), Route::completed);
  EXPECT_EQ(read, (Access{Space::port, Direction::read, 1, 0x60, 0xad}));
  Access write = fakes::out(0x61, 1, 7);
  EXPECT_EQ(vm.emulate(write), Route::completed);
  EXPECT_EQ(write, fakes::out(0x61, 1, 7));
}

TEST(EmulateIo, AHandlersErrorIsItsOwnValueAtTheBoundary) {
  Vm vm;
  Recorder ioapic{.result = HandlerResult::failed(-22)};
  fakes::add_mmio(vm.state, ioapic.device(), 0xfec0'0000, 0x1000);
  Access read = fakes::load(0xfec0'0000, 1);
  EXPECT_EQ(vm.emulate(read), Route::handler_error);
  EXPECT_EQ(to_errno(Route::handler_error, vm.effects), -22);
}

TEST(EmulateIo, RefusesWhatNoHardwareCanAsk) {
  Vm vm;
  for (int size = 0; size <= 255; ++size) {
    auto const bytes = static_cast<std::uint8_t>(size);
    Access port = fakes::in(0x60, bytes);
    Access mmio = fakes::load(0x1000, bytes);
    EXPECT_EQ(vm.emulate(port) == Route::invalid, !is_access_size(Space::port, bytes)) << size;
    EXPECT_EQ(vm.emulate(mmio) == Route::invalid, !is_access_size(Space::mmio, bytes)) << size;
  }
  Access beyond = fakes::in(0x1'0000, 1);
  EXPECT_EQ(vm.emulate(beyond), Route::invalid);
  Access config{.space = Space::pci_config, .size = 4};
  EXPECT_EQ(vm.emulate(config), Route::invalid);
  Access nonsense{.space = static_cast<Space>(9), .size = 4};
  EXPECT_EQ(vm.emulate(nonsense), Route::invalid);
}

TEST(EmulateIo, RoutesWriteProtectionByTheMmioMap) {
  Vm vm;
  Recorder device;
  fakes::add_mmio(vm.state, device.device(), 0x8000, 0x1000);
  Access inside{Space::write_protect, Direction::write, 4, 0x8000, 1};
  EXPECT_EQ(vm.emulate(inside), Route::completed);
  Access outside{Space::write_protect, Direction::write, 4, 0x9000, 1};
  EXPECT_EQ(vm.emulate(outside), Route::forward);
}

struct Unplugging {
  VmState& vm;
  DeviceId id{};
  static HandlerResult handle(void* context, Access& access, Ticks /*now*/, Effects& effects) {
    auto& self = *static_cast<Unplugging*>(context);
    EXPECT_TRUE(self.vm.mmio.erase(MmioRange::make({0x1000}, 0x100).value()));
    EXPECT_TRUE(self.vm.mmio.insert(MmioRange::make({0x5000}, 0x100).value(), self.id));
    access.value = 0x77;
    effects.assert_irq({4});
    return HandlerResult::handled();
  }
};

TEST(EmulateIo, T52_AHandlerMayMoveItsOwnRangeDuringItsAccess) {
  Vm vm;
  Unplugging device{.vm = vm.state};
  device.id =
      fakes::add_mmio(vm.state, {.handler = Unplugging::handle, .context = &device}, 0x1000, 0x100);
  Access read = fakes::load(0x1010, 4);
  EXPECT_EQ(vm.emulate(read), Route::completed);
  EXPECT_EQ(read.value, 0x77U);
  EXPECT_EQ(vm.effects.irqs().size(), 1U);
  EXPECT_EQ(vm.emulate(read), Route::forward) << "the old range is a gap now";
  EXPECT_TRUE(vm.state.mmio.lookup({0x5000}).claimed);
}

}  // namespace
}  // namespace acrn::core

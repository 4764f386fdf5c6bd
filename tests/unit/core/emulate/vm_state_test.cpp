// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/vm_state.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

TEST(DeviceTable, NumbersDevicesInOrder) {
  DeviceTable table;
  fakes::Recorder one;
  fakes::Recorder two;
  EXPECT_EQ(table.add(one.device()).value(), DeviceId{0});
  EXPECT_EQ(table.add(two.device()).value(), DeviceId{1});
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table[DeviceId{0}].context, &one);
  EXPECT_EQ(table[DeviceId{1}].context, &two);
}

TEST(DeviceTable, RefusesADeviceWithoutAHandler) {
  DeviceTable table;
  EXPECT_EQ(table.add({}).error(), DeviceError::no_handler);
  EXPECT_EQ(table.size(), 0U);
}

TEST(DeviceTable, T51_ReportsThatItIsFull) {
  DeviceTable table;
  fakes::Recorder device;
  for (std::size_t i = 0; i < device_count_max; ++i) {
    ASSERT_TRUE(table.add(device.device()));
  }
  EXPECT_EQ(table.add(device.device()).error(), DeviceError::full);
  EXPECT_EQ(table.size(), device_count_max);
}

TEST(DeviceTableDeathTest, AskingForADeviceThatWasNeverAddedStopsWithASentence) {
  DeviceTable const table;
  EXPECT_DEATH(static_cast<void>(table[DeviceId{0}]), "does not hold");
}

TEST(DeviceTable, NamesItsErrors) {
  EXPECT_EQ(name(DeviceError::full), "full");
  EXPECT_EQ(name(DeviceError::no_handler), "no handler");
  EXPECT_EQ(name(static_cast<DeviceError>(9)), "?");
}

TEST(VmState, HasADeviceModelUnlessItIsToldOtherwise) {
  EXPECT_EQ(VmState{}.device_model, DeviceModel::present);
}

}  // namespace
}  // namespace acrn::core

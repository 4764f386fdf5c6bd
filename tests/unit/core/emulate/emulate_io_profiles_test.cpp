// SPDX-License-Identifier: BSD-3-Clause
// What each profile decides, side by side.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <span>
#include <string>

#include "core/emulate/emulate_io.hpp"
#include "tests/unit/core/emulate/emulate_io_vm.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;
using fakes::Vm;

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

struct Outcome {
  Profile const* profile;
  Route route;
};

TEST(EmulateIo, UnclaimedAccessesByProfileSideBySide) {
  struct Row {
    DeviceModel model;
    std::array<Outcome, 3> outcomes;
  };
  for (Row const& row : {
           Row{DeviceModel::present,
               {{{&architectural, Route::forward},
                 {&acrn_today, Route::forward},
                 {&acrn2018, Route::no_handler}}}},
           Row{DeviceModel::absent,
               {{{&architectural, Route::completed},
                 {&acrn_today, Route::completed},
                 {&acrn2018, Route::no_handler}}}},
       }) {
    for (auto const& [profile, route] : row.outcomes) {
      Vm vm;
      vm.state.device_model = row.model;
      for (Access access : {fakes::in(0x80, 1), fakes::out(0x80, 4, 1), fakes::load(0x1000, 8),
                            fakes::store(0x1000, 2, 1)}) {
        EXPECT_EQ(vm.emulate(access, *profile), route) << profile->name;
      }
    }
  }
  EXPECT_EQ(to_errno(Route::no_handler, Effects{}), -19);
}

TEST(EmulateIo, DeclinedAccessesByProfileSideBySide) {
  struct Row {
    DeviceModel model;
    std::array<Outcome, 3> outcomes;
  };
  for (Row const& row : {
           Row{DeviceModel::present,
               {{{&architectural, Route::forward},
                 {&acrn_today, Route::forward},
                 {&acrn2018, Route::no_handler}}}},
           Row{DeviceModel::absent,
               {{{&architectural, Route::completed},
                 {&acrn_today, Route::no_handler},
                 {&acrn2018, Route::no_handler}}}},
       }) {
    for (auto const& [profile, route] : row.outcomes) {
      Vm vm;
      vm.state.device_model = row.model;
      Recorder peeking{.result = HandlerResult::declined(), .value = 0};
      fakes::add_ports(vm.state, peeking.device(), 0x404, 2);
      Access read = fakes::in(0x404, 2);
      EXPECT_EQ(vm.emulate(read, *profile), route) << profile->name;
      EXPECT_EQ(read.value, 0xffffU) << profile->name;
      EXPECT_EQ(peeking.seen.size(), 1U) << "it may act before it declines";
    }
  }
}

struct SpanRow {
  std::string name;
  Access access;
  Route by_split;    ///< architectural
  Route by_today;    ///< acrn: the first byte's owner for ports, -EIO for MMIO
  Route by_refusal;  ///< acrn2018
};

/// Ports 0x3f8-0x3ff and 0x400-0x403 belong to two devices, 0xcf8 to a third (one port wide, as
/// ACRN registers it), 0xfff0-0xffff to a fourth; so do the same addresses of MMIO, and its top.
std::array const span_rows{
    SpanRow{"whole first device", fakes::in(0x3fc, 4), Route::completed, Route::completed,
            Route::completed},
    SpanRow{"two devices", fakes::in(0x3fe, 4), Route::spans_devices, Route::completed,
            Route::spans_devices},
    SpanRow{"gap, then device", fakes::in(0x3f6, 4), Route::spans_devices, Route::forward,
            Route::spans_devices},
    SpanRow{"device, then gap", fakes::out(0x403, 2, 1), Route::spans_devices, Route::completed,
            Route::spans_devices},
    SpanRow{"gap up to a device", fakes::in(0x3f4, 4), Route::forward, Route::forward,
            Route::no_handler},
    SpanRow{"T47: word at FFFF", fakes::in(0xffff, 2), Route::spans_devices, Route::completed,
            Route::spans_devices},
    SpanRow{"MMIO: whole first device", fakes::load(0x3f8, 8), Route::completed, Route::completed,
            Route::completed},
    SpanRow{"MMIO: two devices", fakes::load(0x3fe, 4), Route::spans_devices, Route::spans_devices,
            Route::spans_devices},
    SpanRow{"MMIO: gap, then device", fakes::store(0x3f6, 8, 1), Route::spans_devices,
            Route::spans_devices, Route::spans_devices},
    SpanRow{"MMIO: gap up to a device", fakes::load(0x3f0, 8), Route::forward, Route::forward,
            Route::no_handler},
    SpanRow{"MMIO: page edge in a gap", fakes::load(0x1ffc, 8), Route::spans_devices,
            Route::forward, Route::no_handler},
    SpanRow{"MMIO: page edge in a device", fakes::load(0xffff'ffff'ffff'effe, 4),
            Route::spans_devices, Route::completed, Route::completed},
    SpanRow{"MMIO: up to the top", fakes::load(top - 3, 4), Route::completed, Route::completed,
            Route::completed},
    SpanRow{"T48: past the top", fakes::load(top - 2, 4), Route::invalid, Route::invalid,
            Route::invalid},
};

/// The configuration address register is one dword at 0xCF8: what starts elsewhere is not its own.
std::array const config_rows{
    SpanRow{"CF6", fakes::in(0xcf6, 4), Route::spans_devices, Route::forward, Route::spans_devices},
    SpanRow{"CF8", fakes::out(0xcf8, 4, 1), Route::spans_devices, Route::completed,
            Route::spans_devices},
    SpanRow{"CF9", fakes::in(0xcf9, 4), Route::forward, Route::forward, Route::no_handler},
    SpanRow{"CFA", fakes::in(0xcfa, 4), Route::forward, Route::forward, Route::no_handler},
};

void expect_routes(std::span<SpanRow const> rows) {
  for (SpanRow const& row : rows) {
    for (auto const& [profile, route] :
         {Outcome{&architectural, row.by_split}, Outcome{&acrn_today, row.by_today},
          Outcome{&acrn2018, row.by_refusal}}) {
      Vm vm;
      Recorder device;
      fakes::add_ports(vm.state, device.device(), 0x3f8, 8);
      fakes::add_ports(vm.state, device.device(), 0x400, 4);
      fakes::add_ports(vm.state, device.device(), 0xcf8, 1);
      fakes::add_ports(vm.state, device.device(), 0xfff0, 16);
      fakes::add_mmio(vm.state, device.device(), 0x3f8, 8);
      fakes::add_mmio(vm.state, device.device(), 0x400, 4);
      fakes::add_mmio(vm.state, device.device(), top - 0x1fff, 0x2000);
      Access access = row.access;
      EXPECT_EQ(vm.emulate(access, *profile), route) << row.name << ", " << profile->name;
      EXPECT_EQ(device.seen.size(), route == Route::completed ? 1U : 0U) << row.name;
      if (!device.seen.empty()) {
        EXPECT_EQ(device.seen[0].size, row.access.size) << "whole, " << row.name;
      }
    }
  }
}

TEST(EmulateIo, T45_AccessesThatSpanRangesByProfileSideBySide) { expect_routes(span_rows); }

TEST(EmulateIo, T46_DwordsAroundTheConfigurationAddressByProfileSideBySide) {
  expect_routes(config_rows);
}

TEST(EmulateIo, T47_AnUnclaimedWordAtPortFfffByProfileSideBySide) {
  for (auto const& [profile, route] :
       {Outcome{&architectural, Route::spans_devices}, Outcome{&acrn_today, Route::forward},
        Outcome{&acrn2018, Route::no_handler}}) {
    Vm vm;
    Recorder at_zero;
    fakes::add_ports(vm.state, at_zero.device(), 0, 1);
    Access access = fakes::in(0xffff, 2);
    EXPECT_EQ(vm.emulate(access, *profile), route) << profile->name;
    EXPECT_TRUE(at_zero.seen.empty()) << "only the cut pieces wrap";
  }
}

}  // namespace
}  // namespace acrn::core

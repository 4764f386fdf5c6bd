// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/emulate_io.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

struct Vm {
  VmState state{};
  Effects effects{};
  Route emulate(Access& access, Profile const& profile = architectural, Ticks now = {}) {
    return emulate_io(state, Turn{}, profile, access, now, effects);
  }
};

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
    SpanRow{"T46: CF6", fakes::in(0xcf6, 4), Route::spans_devices, Route::forward,
            Route::spans_devices},
    SpanRow{"T46: CF8", fakes::out(0xcf8, 4, 1), Route::spans_devices, Route::completed,
            Route::spans_devices},
    SpanRow{"T46: CF9", fakes::in(0xcf9, 4), Route::forward, Route::forward, Route::no_handler},
    SpanRow{"T46: CFA", fakes::in(0xcfa, 4), Route::forward, Route::forward, Route::no_handler},
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

TEST(EmulateIo, T45_AccessesThatSpanRangesByProfileSideBySide) {
  for (SpanRow const& row : span_rows) {
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

/// What each profile must answer, from the ownership of single bytes alone. `owner` is -1 for a
/// gap.
template <class OwnerOf>
Route expected_route(Access const& access, SpanRule rule, OwnerOf const& owner) {
  int const first = owner(access.address);
  bool same = true;
  bool same_page = true;
  for (std::uint64_t i = 1; i < access.size; ++i) {
    same = same && owner(access.address + i) == first;
    same_page = same_page && (access.address + i) / 4096 == access.address / 4096;
  }
  bool const in_bounds = access.space != Space::port || access.address + access.size <= 0x1'0000;
  if (rule == SpanRule::split) {
    bool const page_matters = access.space == Space::mmio;
    if (!same || !in_bounds || (page_matters && !same_page)) {
      return Route::spans_devices;
    }
  }
  if (rule == SpanRule::refuse && (!same || (!in_bounds && first >= 0))) {
    return Route::spans_devices;
  }
  return first >= 0 ? Route::completed : Route::forward;
}

TEST(EmulateIo, AgreesWithAByteWiseOracleAtEveryPortForEachSpanRule) {
  struct Span {
    std::uint16_t first, size;
  };
  constexpr std::array spans{Span{0, 1},     Span{0x20, 2},   Span{0x60, 1},  Span{0x61, 1},
                             Span{0x3f8, 8}, Span{0x400, 4},  Span{0x7ff, 1}, Span{0xcf8, 4},
                             Span{0xcfc, 4}, Span{0xfffe, 1}, Span{0xffff, 1}};
  Vm vm;
  Recorder device;
  std::vector<int> owners(0x1'0000, -1);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    fakes::add_ports(vm.state, device.device(), spans[i].first, spans[i].size);
    for (std::size_t port = spans[i].first; port < spans[i].first + spans[i].size; ++port) {
      owners[port] = static_cast<int>(i);
    }
  }
  auto const owner = [&owners](std::uint64_t port) { return port < 0x1'0000 ? owners[port] : -1; };
  for (SpanRule rule : {SpanRule::split, SpanRule::first_byte_owner, SpanRule::refuse}) {
    Profile profile = architectural;
    profile.pio_span = rule;
    for (std::uint64_t port = 0; port <= 0xffff; ++port) {
      for (std::uint8_t size : fakes::port_sizes) {
        Access access = fakes::in(port, size);
        Route const expected = expected_route(access, rule, owner);
        ASSERT_EQ(vm.emulate(access, profile), expected) << std::hex << port << " size " << +size;
      }
    }
    device.seen.clear();
  }
}

TEST(EmulateIo, AgreesWithAByteWiseOracleAroundEveryEdgeOfMmioForEachSpanRule) {
  struct Span {
    std::uint64_t first, size;
  };
  constexpr std::array spans{Span{0x1000, 0x1000}, Span{0x2000, 4},       Span{0x2004, 4},
                             Span{0x2ffe, 0x1004}, Span{0xff'fffa, 0x10}, Span{top - 0x1010, 9}};
  Vm vm;
  Recorder device;
  for (Span const& span : spans) {
    fakes::add_mmio(vm.state, device.device(), span.first, span.size);
  }
  auto const owner = [&spans](std::uint64_t gpa) {
    for (std::size_t i = 0; i < spans.size(); ++i) {
      if (gpa >= spans[i].first && gpa - spans[i].first < spans[i].size) {
        return static_cast<int>(i);
      }
    }
    return -1;
  };
  for (SpanRule rule : {SpanRule::split, SpanRule::first_byte_owner, SpanRule::refuse}) {
    Profile profile = architectural;
    profile.mmio_span = rule;
    for (Span const& span : spans) {
      for (std::uint64_t edge : {span.first, span.first + span.size, span.first / 4096 * 4096}) {
        for (std::uint64_t gpa = edge - std::min<std::uint64_t>(edge, 10); gpa < edge + 10; ++gpa) {
          for (std::uint8_t size : fakes::mmio_sizes) {
            Access access = fakes::load(gpa, size);
            Route const expected = expected_route(access, rule, owner);
            ASSERT_EQ(vm.emulate(access, profile), expected)
                << std::hex << gpa << " size " << +size;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The span rules against an oracle that knows only who owns each single byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/emulate/emulate_io.hpp"
#include "tests/unit/core/emulate/emulate_io_vm.hpp"
#include "tests/unit/core/emulate/fakes.hpp"

namespace acrn::core {
namespace {

using fakes::Recorder;
using fakes::Vm;

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

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

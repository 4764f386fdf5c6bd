// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/synthetic.hpp"

#include <array>
#include <random>
#include <utility>

#include "core/access.hpp"
#include "sim/replay/plan_builder.hpp"

namespace acrn::bench {
namespace {

using core::Direction;
using core::Space;
using traces::Handling;

struct Pattern {
  Space space;
  Direction direction;
  std::uint8_t size;
  std::uint64_t address;
  Handling handling;
};

constexpr auto port = Space::port;
constexpr auto mmio = Space::mmio;
constexpr auto in = Direction::read;
constexpr auto out = Direction::write;
constexpr auto here = Handling::hypervisor;
constexpr auto there = Handling::forwarded;

constexpr std::array patterns{
    Pattern{port, out, 1, 0x3f8, here},       Pattern{port, in, 1, 0x3fd, here},
    Pattern{port, out, 1, 0x70, here},        Pattern{port, in, 1, 0x71, here},
    Pattern{port, out, 1, 0x43, here},        Pattern{port, in, 1, 0x40, here},
    Pattern{port, out, 1, 0x20, here},        Pattern{mmio, out, 4, 0xfee0'00b0, here},
    Pattern{mmio, in, 4, 0xfee0'0390, here},  Pattern{mmio, out, 4, 0xfec0'0010, here},
    Pattern{port, in, 4, 0x608, there},       Pattern{port, out, 1, 0x60, there},
    Pattern{port, in, 1, 0x64, there},        Pattern{port, in, 2, 0x1f0, there},
    Pattern{port, in, 1, 0x1f7, there},       Pattern{port, out, 1, 0x80, there},
    Pattern{mmio, in, 8, 0xfed0'00f0, there}, Pattern{mmio, out, 2, 0xfebf'3000, there},
    Pattern{mmio, in, 4, 0xfebf'0014, there}, Pattern{mmio, out, 1, 0xb8000, there},
    Pattern{port, out, 4, 0xcf8, there},      Pattern{port, in, 4, 0xcfc, there},
};

}  // namespace

std::vector<traces::AccessRow> synthetic_rows(std::uint64_t count) {
  std::mt19937_64 random{20'261'120};
  std::vector<traces::AccessRow> rows(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    Pattern const& pattern = patterns[random() % patterns.size()];
    std::uint64_t value = core::truncate(random(), pattern.size);
    if (pattern.address == 0xcf8) value |= 0x8000'0000;
    rows[i].sequence = i;
    rows[i].time = 10'000 * i;
    rows[i].access = {.space = pattern.space,
                      .direction = pattern.direction,
                      .size = pattern.size,
                      .address = pattern.address,
                      .value = value};
    rows[i].handling = pattern.handling;
  }
  return rows;
}

replay::Plan synthetic_plan(std::uint64_t count) {
  traces::CaptureInfo info;
  info.clock = {.kind = "tsc", .hz_numerator = 1'000'000'000};
  replay::PlanBuilder builder{info, "synthetic"};
  builder.add(traces::ChunkInfo{.stream = traces::Stream::access}, synthetic_rows(count));
  return std::move(builder).build();
}

}  // namespace acrn::bench

// SPDX-License-Identifier: BSD-3-Clause
// A bench for byte-wide devices: time, the history of their interrupt lines, hostile sequences.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "core/devices/byte_ports.hpp"
#include "core/emulate/effects.hpp"
#include "core/types.hpp"

namespace acrn::core::fakes {

/// A device with its effects and the time, and short names for accesses of one byte.
template <class D>
struct Bench {
  D device;
  Effects effects{};
  Ticks now{};

  unsigned read(unsigned port) {
    return device.read({static_cast<std::uint16_t>(port)}, now, effects);
  }
  void write(unsigned port, unsigned value) {
    device.write({static_cast<std::uint16_t>(port)}, static_cast<std::uint8_t>(value), now,
                 effects);
  }
  void advance(std::uint64_t to) {
    now = {to};
    device.advance(now, effects);
  }
  std::vector<IrqChange> changes() {
    std::vector<IrqChange> all(effects.irqs().begin(), effects.irqs().end());
    effects.clear();
    return all;
  }
};

/// Throws accesses of every size at `port_count` ports from `first` on, lets time jump, and takes a
/// snapshot now and then, which must read back as it was. `also` does what else the device has.
/// Sanitizers and the standard library's bounds checks are the judges.
template <class MakeBench, class Also>
void hostile_bytes(MakeBench make, unsigned first, unsigned port_count, Also also) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random{seed};
    auto bench = make();
    for (int step = 0; step < 3000; ++step) {
      Access access{.space = Space::port,
                    .direction = random() % 2 == 0 ? Direction::read : Direction::write,
                    .size = static_cast<std::uint8_t>(1U << random() % 3),
                    .address = (first + random() % port_count) & 0xffffU,
                    .value = random()};
      auto const device = byte_port_device(bench.device);
      ASSERT_EQ(device.handler(device.context, access, bench.now, bench.effects),
                HandlerResult::handled());
      if (access.direction == Direction::read) {
        ASSERT_EQ(access.value, truncate(access.value, access.size));
      }
      bench.now.value += random() % (std::uint64_t{1} << random() % 45);
      if (random() % 3 == 0) {
        bench.device.advance(bench.now, bench.effects);
      }
      static_cast<void>(bench.device.next_deadline());
      auto copy = bench.device;
      copy.restore(bench.device.state());
      ASSERT_EQ(copy.state(), bench.device.state()) << "step " << step;
      also(bench, random);
      if (testing::Test::HasFatalFailure()) {
        return;
      }
      bench.effects.clear();
    }
  }
}

}  // namespace acrn::core::fakes

// SPDX-License-Identifier: BSD-3-Clause
// Guest memory that records what core asks of it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "baremetal/capture/recorder.hpp"
#include "core/exit.hpp"

namespace acrn::baremetal {

/// Wraps a guest memory that outlives it, and a recorder that is in an exit.
template <core::GuestMemory Memory>
class RecordingMemory {
 public:
  RecordingMemory(Memory& memory, Recorder& recorder) noexcept
      : memory_{memory}, recorder_{recorder} {}

  bool read(core::Gpa gpa, std::span<std::uint8_t> out) noexcept {
    bool const done = memory_.read(gpa, out);
    log(traces::ram_ask::read, done, done ? out : std::span<std::uint8_t>{});
    return done;
  }
  bool write(core::Gpa gpa, std::span<std::uint8_t const> in) noexcept {
    bool const done = memory_.write(gpa, in);
    log(traces::ram_ask::write, done, {});
    return done;
  }
  bool compare_exchange(core::Gpa gpa, std::uint8_t size, std::uint64_t expected,
                        std::uint64_t desired) noexcept {
    bool const done = memory_.compare_exchange(gpa, size, expected, desired);
    log(traces::ram_ask::compare_exchange, done, {});
    return done;
  }

 private:
  void log(std::uint8_t ask, bool succeeded, std::span<std::uint8_t const> bytes) noexcept {
    std::array<std::uint8_t, 1> const head{
        static_cast<std::uint8_t>(ask | (succeeded ? traces::ram_ask::succeeded : 0U))};
    recorder_.log(traces::RawKind::ram, head, bytes);
  }

  Memory& memory_;
  Recorder& recorder_;
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// The CPU of a replayed exit: answers core what the recorded one answered, and nothing else.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/exit.hpp"
#include "core/vcpu/vcpu_cpu.hpp"
#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {

/// What a capture holds of one exit's CPU. The spans outlive the exit.
struct RecordedCpu {
  std::uint64_t rip{};
  std::uint32_t read_mask{};     ///< traces::exit_read
  std::uint32_t written_mask{};  ///< traces::exit_written
  std::uint64_t const* read{};   ///< one value per bit of read_mask
  std::uint64_t const* written{};
  std::span<std::uint8_t const> log{};  ///< traces::state_tag
};

/// Reads little-endian integers off a byte log.
template <class Integer>
Integer take_integer(std::uint8_t const*& at) noexcept {
  static_assert(std::endian::native == std::endian::little);
  Integer value = 0;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

/// core::VcpuCpu from a capture. A question that the capture has no answer for gets zeros and is
/// remembered: as a register that asked() has more than the capture, or by failed_tag().
class ReplayingCpu {
 public:
  /// failed_tag() of an exit whose questions had all their answers.
  static constexpr std::uint8_t no_tag = 0xff;

  void start(RecordedCpu const& recorded) noexcept {
    recorded_ = recorded;
    asked_ = 0;
    log_at_ = 0;
    answered_ = 0;
    failed_tag_ = no_tag;
  }

  std::uint64_t read_register(core::Register reg) noexcept {
    return read(static_cast<unsigned>(reg));
  }
  std::uint64_t rip() const noexcept { return recorded_.rip; }
  std::uint64_t rflags() noexcept { return read(traces::exit_read::rflags); }
  core::SegmentState segment(core::Segment segment) noexcept;
  core::ControlState control() noexcept;
  core::VectorValue read_vector(std::uint8_t vector) noexcept;
  core::CpuidLeaf cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept;
  core::EntryState entry_state() noexcept;

  /// Bits of traces::exit_read that were asked: registers, RFLAGS, and an entry state that was not
  /// implied.
  [[nodiscard]] std::uint32_t asked() const noexcept { return asked_; }
  /// How far the log of rare questions was read, in bytes.
  [[nodiscard]] std::size_t log_used() const noexcept { return log_at_; }
  /// The first question that the log does not have at this place.
  [[nodiscard]] std::uint8_t failed_tag() const noexcept { return failed_tag_; }

 private:
  std::uint64_t read(unsigned bit) noexcept {
    asked_ |= 1U << bit;
    return value_of(recorded_.read_mask, recorded_.read, bit);
  }
  /// The value of `bit` in a list of one value per bit of `mask`; 0 where the bit is clear.
  static std::uint64_t value_of(std::uint32_t mask, std::uint64_t const* values,
                                unsigned bit) noexcept {
    if ((mask >> bit & 1U) == 0) return 0;
    return values[std::popcount(mask & ((1U << bit) - 1U))];
  }
  std::uint8_t const* answer(std::uint8_t tag, std::size_t size) noexcept;
  std::uint8_t const* next_entry(std::uint8_t tag, std::size_t size) noexcept;

  RecordedCpu recorded_{};
  std::uint32_t asked_{};
  std::uint8_t failed_tag_{no_tag};
  std::size_t log_at_{};
  std::uint32_t answered_{};               // by tag below 32: it is in `place_`
  std::array<std::uint32_t, 32> place_{};  // offset of the payload in the log
};

static_assert(core::VcpuCpu<ReplayingCpu>);

}  // namespace acrn::replay::exits

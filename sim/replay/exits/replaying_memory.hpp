// SPDX-License-Identifier: BSD-3-Clause
// The guest memory of a replayed exit: gives back the bytes that core read when it was recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/exit.hpp"
#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {

/// core::GuestMemory from a capture: a log of questions, each with its answer, in the order in
/// which they were asked. A question that is not the log's next one fails and is remembered.
class ReplayingMemory {
 public:
  /// `log` outlives the exit. Its format: traces::ram_ask.
  void start(std::span<std::uint8_t const> log) noexcept {
    log_ = log;
    at_ = 0;
    failed_ = false;
  }

  bool read(core::Gpa /*gpa*/, std::span<std::uint8_t> out) noexcept {
    if (!ask(traces::ram_ask::read)) return false;
    if (log_.size() - at_ < out.size()) return fail();
    std::memcpy(out.data(), log_.data() + at_, out.size());
    at_ += out.size();
    return true;
  }
  bool write(core::Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) noexcept {
    return ask(traces::ram_ask::write);
  }
  bool compare_exchange(core::Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) noexcept {
    return ask(traces::ram_ask::compare_exchange);
  }

  /// How far the log was read, in bytes.
  [[nodiscard]] std::size_t used() const noexcept { return at_; }
  /// Whether core asked what the log does not have at this place.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  /// Whether this question succeeded when it was recorded.
  bool ask(std::uint8_t kind) noexcept {
    constexpr std::uint8_t kind_mask = 0x0f;
    if (failed_ || at_ == log_.size() || (log_[at_] & kind_mask) != kind) return fail();
    return (log_[at_++] & traces::ram_ask::succeeded) != 0;
  }
  bool fail() noexcept {
    failed_ = true;
    return false;
  }

  std::span<std::uint8_t const> log_{};
  std::size_t at_{};
  bool failed_{};
};

static_assert(core::GuestMemory<ReplayingMemory>);

}  // namespace acrn::replay::exits

// SPDX-License-Identifier: BSD-3-Clause
// Whatever one recorded value is changed: the divergence is named to the exit and the field.
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <string>

#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {
namespace {

using tests::ExitCapture;
using traces::ExitRow;

/// The chunk of a stream; the script's capture has one of each.
traces::Reader::Rows& chunk_of(ExitCapture& capture, traces::Stream stream) {
  for (traces::Reader::Rows& rows : capture.chunks) {
    if (rows.info.stream == stream) return rows;
  }
  throw std::logic_error("the script's capture has chunks of every stream");
}

/// One change and what the replay must say of it.
struct Flip {
  std::function<void(ExitCapture&)> change;
  std::uint64_t exit{};
  std::string field;
};

void expect_named(Flip const& flip) {
  ExitCapture capture = tests::script_capture();
  flip.change(capture);
  Result const result = tests::replay_of(capture);
  ASSERT_TRUE(result.replay.first_divergence) << "exit " << flip.exit << ", " << flip.field;
  EXPECT_EQ(result.replay.first_divergence->position, flip.exit) << flip.field;
  EXPECT_EQ(result.replay.first_divergence->field, flip.field) << "exit " << flip.exit;
}

ExitCapture& script() {
  static ExitCapture capture = tests::script_capture();
  return capture;
}

std::string written_name(unsigned bit) {
  namespace written = traces::exit_written;
  if (bit < written::rflags) return name(Field::written_register, static_cast<std::uint8_t>(bit));
  switch (bit) {
    case written::rflags:
      return "rflags";
    case written::rip:
      return "rip";
    case written::control_register:
      return "control";
    case written::control_value:
      return "control.value";
    case written::vector_register:
      return "vector";
    case written::progress:
      return "progress";
    case written::stop:
      return "stop";
    default:
      return "vector.word" + std::to_string(bit - written::vector_word0);
  }
}

TEST(ExitDivergence, EveryWrittenValueIsNamed) {
  auto const& exits = chunk_of(script(), traces::Stream::exit).exit;
  std::size_t flips = 0;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    std::size_t value = 0;
    for (std::uint32_t left = exits[i].written_mask; left != 0; left &= left - 1, ++value) {
      auto const bit = static_cast<unsigned>(std::countr_zero(left));
      bool const hypercall = exits[i].reason == 18 && bit == 0;
      if (hypercall) continue;  // comes from outside: echoed
      ++flips;
      // Progress 3 becomes 2, as if the bare metal had gone on with a slot that was busy.
      expect_named({[&, value](ExitCapture& capture) {
                      chunk_of(capture, traces::Stream::exit).exit[i].registers_written[value] ^= 1;
                    },
                    i, written_name(bit)});
    }
  }
  EXPECT_GT(flips, 35U);
}

TEST(ExitDivergence, AHypercallsResultIsEchoed) {
  ExitCapture capture = tests::script_capture();
  for (ExitRow& row : chunk_of(capture, traces::Stream::exit).exit) {
    if (row.reason == 18) row.registers_written.front() ^= 1;
  }
  EXPECT_EQ(tests::replay_of(capture).replay.divergences, 0U);
}

TEST(ExitDivergence, EveryMissingOrSurplusWrittenValueIsNamed) {
  auto const& exits = chunk_of(script(), traces::Stream::exit).exit;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    constexpr std::uint32_t r15 = 1U << 15U;
    expect_named({[&](ExitCapture& capture) {
                    ExitRow& row = chunk_of(capture, traces::Stream::exit).exit[i];
                    auto const below = std::popcount(row.written_mask & (r15 - 1U));
                    row.written_mask |= r15;
                    row.registers_written.insert(row.registers_written.begin() + below, 5);
                  },
                  i, "written"});
  }
}

TEST(ExitDivergence, WhatCoreDidNotAskForIsNamed) {
  auto const& exits = chunk_of(script(), traces::Stream::exit).exit;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    constexpr std::uint32_t r15 = 1U << 15U;
    expect_named({[&](ExitCapture& capture) {
                    ExitRow& row = chunk_of(capture, traces::Stream::exit).exit[i];
                    auto const below = std::popcount(row.register_mask & (r15 - 1U));
                    row.register_mask |= r15;
                    row.registers_read.insert(row.registers_read.begin() + below, 5);
                  },
                  i, "asked.registers"});
    expect_named({[&](ExitCapture& capture) {
                    chunk_of(capture, traces::Stream::exit).exit[i].guest_ram_read += '\x01';
                  },
                  i, "asked.memory"});
    expect_named({[&](ExitCapture& capture) {
                    chunk_of(capture, traces::Stream::exit).exit[i].entry_state += '\x08';
                  },
                  i, "asked.state"});
  }
}

TEST(ExitDivergence, WhatCoreAskedForAndTheCaptureLacksIsNamed) {
  auto const& exits = chunk_of(script(), traces::Stream::exit).exit;
  std::size_t cases = 0;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    auto const expect_asked = [&](auto const& change) {
      ++cases;
      ExitCapture capture = tests::script_capture();
      change(chunk_of(capture, traces::Stream::exit).exit[i]);
      Result const result = tests::replay_of(capture);
      ASSERT_TRUE(result.replay.first_divergence);
      EXPECT_EQ(result.replay.first_divergence->position, i);
      // A question without an answer leads to other questions.
      EXPECT_EQ(result.replay.first_divergence->field.substr(0, 6), "asked.");
    };
    if (!exits[i].entry_state.empty()) {
      expect_asked([](ExitRow& row) { row.entry_state.pop_back(); });
    }
    if (!exits[i].guest_ram_read.empty()) {
      expect_asked([](ExitRow& row) { row.guest_ram_read.clear(); });
    }
  }
  EXPECT_GT(cases, 8U);
}

TEST(ExitDivergence, EveryFieldOfAnAccessIsNamed) {
  auto const& accesses = chunk_of(script(), traces::Stream::access).access;
  std::uint64_t exit = ~std::uint64_t{0};
  unsigned which = 0;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    which = accesses[i].exit == exit ? which + 1 : 0;
    exit = accesses[i].exit;
    auto const at = "access[" + std::to_string(which) + "].";
    auto const change = [&](std::string const& field, auto const& apply) {
      expect_named({[&](ExitCapture& capture) {
                      apply(chunk_of(capture, traces::Stream::access).access[i]);
                    },
                    exit, at + field});
    };
    using traces::AccessRow;
    change("address", [](AccessRow& row) { row.access.address ^= 4; });
    change("direction", [](AccessRow& row) {
      row.access.direction =
          static_cast<core::Direction>(1 - static_cast<int>(row.access.direction));
    });
    change("size", [](AccessRow& row) { row.access.size = row.access.size == 1 ? 2 : 1; });
    change("handling", [](AccessRow& row) { row.handling = traces::Handling::unclaimed; });
    // A client's answer is echoed; at 3F6H the first half of one is.
    bool const echoed = (accesses[i].handling == traces::Handling::forwarded &&
                         accesses[i].access.direction == core::Direction::read) ||
                        accesses[i].access.address == 0x3f6;
    if (!echoed) change("value", [](AccessRow& row) { row.access.value ^= 1; });
  }
}

/// The answer itself is echoed; what the guest gets by it was recorded apart.
TEST(ExitDivergence, AClientsAnswerIsFoundByWhatTheGuestGets) {
  auto const& accesses = chunk_of(script(), traces::Stream::access).access;
  std::size_t cases = 0;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    if (accesses[i].handling != traces::Handling::forwarded ||
        accesses[i].access.direction != core::Direction::read) {
      continue;
    }
    ++cases;
    ExitCapture capture = tests::script_capture();
    chunk_of(capture, traces::Stream::access).access[i].access.value ^= 1;
    Result const result = tests::replay_of(capture);
    ASSERT_TRUE(result.replay.first_divergence) << "access " << i;
    EXPECT_EQ(result.replay.first_divergence->position, accesses[i].exit);
  }
  EXPECT_GE(cases, 7U);
}

TEST(ExitDivergence, EveryFieldOfATransitionIsNamed) {
  auto const& slots = chunk_of(script(), traces::Stream::slot).slot;
  auto const& accesses = chunk_of(script(), traces::Stream::access).access;
  std::uint64_t exit = ~std::uint64_t{0};
  unsigned which = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    std::uint64_t const of = accesses[slots[i].access].exit;
    which = of == exit ? which + 1 : 0;
    exit = of;
    auto const at = "slot[" + std::to_string(which) + "].";
    auto const change = [&](std::string const& field, auto const& apply) {
      expect_named(
          {[&](ExitCapture& capture) { apply(chunk_of(capture, traces::Stream::slot).slot[i]); },
           exit, at + field});
    };
    change("from", [](traces::SlotRow& row) { row.from ^= 1; });
    change("to", [](traces::SlotRow& row) { row.to ^= 1; });
    if (slots[i].actor != 1) {
      change("actor",
             [](traces::SlotRow& row) { row.actor = static_cast<std::uint8_t>(5 - row.actor); });
    }
  }
  EXPECT_GT(slots.size(), 30U);
}

TEST(ExitDivergence, EveryFieldOfAnInjectionIsNamed) {
  auto const& injects = chunk_of(script(), traces::Stream::inject).inject;
  for (std::size_t i = 0; i < injects.size(); ++i) {
    auto const change = [&](std::string const& field, auto const& apply) {
      expect_named({[&](ExitCapture& capture) {
                      apply(chunk_of(capture, traces::Stream::inject).inject[i]);
                    },
                    injects[i].after_exit, field});
    };
    using traces::InjectRow;
    change("inject.vector", [](InjectRow& row) { row.vector ^= 1; });
    change("inject.type", [](InjectRow& row) { row.type ^= 1; });
    change("inject.origin", [](InjectRow& row) { row.origin ^= 1; });
    change("inject.error_code",
           [](InjectRow& row) { row.error_code = row.error_code ? *row.error_code ^ 1U : 1U; });
    expect_named({[&](ExitCapture& capture) {
                    chunk_of(capture, traces::Stream::inject).inject[i].after_exit = 2;
                  },
                  2, "inject"});
  }
}

TEST(ExitDivergence, EveryInputMatters) {
  auto const& inputs = chunk_of(script(), traces::Stream::input).input;
  ASSERT_EQ(inputs.size(), 4U);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    ExitCapture capture = tests::script_capture();
    auto& rows = chunk_of(capture, traces::Stream::input).input;
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
    Result const result = tests::replay_of(capture);
    // Line 5 falls after its interrupt has been taken: nothing that follows depends on it.
    if (inputs[i].kind == traces::InputKind::irq_line && inputs[i].payload == 1) continue;
    ASSERT_TRUE(result.replay.first_divergence) << "input " << i;
    EXPECT_GE(result.replay.first_divergence->position, inputs[i].after_exit);
  }
}

/// What came in may or may not matter; it never is found too early.
TEST(ExitDivergence, AnAnswerOfTheCpuIsFoundAtItsExitOrLater) {
  auto const& exits = chunk_of(script(), traces::Stream::exit).exit;
  std::size_t found = 0;
  std::size_t flips = 0;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    for (std::size_t value = 0; value < exits[i].registers_read.size(); ++value) {
      ExitCapture capture = tests::script_capture();
      chunk_of(capture, traces::Stream::exit).exit[i].registers_read[value] ^= 1;
      Result const result = tests::replay_of(capture);
      ++flips;
      if (!result.replay.first_divergence) continue;
      ++found;
      EXPECT_GE(result.replay.first_divergence->position, i);
    }
  }
  EXPECT_GT(found * 3, flips) << "many answers decide what happens";
}

}  // namespace
}  // namespace acrn::replay::exits

// SPDX-License-Identifier: BSD-3-Clause
// What the CPU must make of one linear access under paging, written a second time, from the tables
// of the Intel SDM vol. 3A (Sep 2023), chapter 4, and sharing no code with core/paging: each paging
// mode is spelt out, and access rights follow the bullets of section 4.6.1 one by one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/exit.hpp"
#include "tests/support/guest_ram.hpp"

namespace acrn::tests::oracle {

enum class Mode : std::uint8_t { supervisor, implicit_supervisor, user };
enum class Type : std::uint8_t { read, write, fetch };

struct Question {
  std::uint64_t linear{};
  Type type{};
  Mode mode{};
  bool eflags_ac{};
};

/// One entry that the translation used, and what it must hold afterwards.
struct Touched {
  std::uint64_t gpa{};
  std::uint64_t after{};
};

struct Answer {
  bool faults{};
  std::uint32_t error_code{};        ///< if it faults
  std::uint64_t physical{};          ///< if not
  std::array<Touched, 5> touched{};  ///< entries from the top; if it does not fault
  std::size_t touched_count{};
};

/// All tables must be in `ram`.
Answer answer(core::ControlState const& cpu, GuestRam const& ram, Question const& question);

}  // namespace acrn::tests::oracle

// SPDX-License-Identifier: BSD-3-Clause
// Contract checks for programmers' errors, on in every build. Guest behaviour is never checked
// here.
#pragma once

namespace acrn::core {

/// Called when a contract is broken; must not return. Each world supplies its own definition:
/// hosted programs print and abort, the bare-metal image prints on COM1 and halts.
[[noreturn]] void panic(char const* sentence, char const* file, int line) noexcept;

/// Stops at `panic` with `sentence` when `condition` is false.
constexpr void check(bool condition, char const* sentence, char const* file = __builtin_FILE(),
                     int line = __builtin_LINE()) noexcept {
  if (!condition) [[unlikely]] {
    panic(sentence, file, line);
  }
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// What a broken contract does in hosted programs. Not part of the freestanding build.
#include <cstdio>
#include <cstdlib>

#include "core/check.hpp"

namespace acrn::core {

void panic(char const* sentence, char const* file, int line) noexcept {
  static_cast<void>(std::fprintf(stderr, "internal error: %s (%s:%d)\n", sentence, file, line));
  std::abort();
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// Deliberate ways to end badly, so that the dumps can be tested on the machine itself.
#pragma once

#include <string_view>

#include "baremetal/config/configuration.hpp"

namespace acrn::baremetal {

/// Crashes as `kind` says: "ud2", "null", "text" (a write to code), "stack" (overflow), "panic" or
/// "assert" (a bounds check of libstdc++). Returns only for a kind it does not know.
void crash(std::string_view kind) noexcept;

/// Crashes if the configuration asks for it, on the CPU that it names; refuses an unknown kind.
void crash_if_asked(Configuration const& configuration) noexcept;

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// A trial of what CPUs do with each other, before anything depends on it.
#pragma once

#include <string_view>

namespace acrn::baremetal {

/// Gives each CPU work, wakes it, kicks it, and lets all of them fight for a lock. Empty when all
/// went well, else what did not. On the first CPU, while the others are idle.
std::string_view check_cpus() noexcept;

}  // namespace acrn::baremetal

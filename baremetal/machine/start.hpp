// SPDX-License-Identifier: BSD-3-Clause
// From the first instruction of C++ to a machine that can be worked with.
#pragma once

#include <cstdint>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"

namespace acrn::baremetal {

/// What the rest of the image is told about the machine.
struct Machine {
  BootInformation boot{};
  Configuration configuration{};
};

/// Exceptions, console, page protection, boot information, configuration, memory, time, CPUs, in
/// this order; each with its line on the console. What cannot be is said in one line and ends the
/// run as failed. Once, on the first CPU; what it returns stays.
Machine const& start_machine(std::uint8_t const* boot_information) noexcept;

}  // namespace acrn::baremetal

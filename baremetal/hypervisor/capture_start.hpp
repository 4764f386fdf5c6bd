// SPDX-License-Identifier: BSD-3-Clause
// Where a run's capture goes, and what stands at its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/config/configuration.hpp"
#include "baremetal/hypervisor/hypervisor.hpp"
#include "traces/wire/columns.hpp"

namespace acrn::baremetal {

/// Memory for one recorder; nothing, after a line on the console, if there is not enough.
std::optional<std::span<std::byte>> recorder_memory() noexcept;

/// Who answers forwarded requests, by the numbers of the Service VM's README.
std::span<traces::ClientNameView const> service_clients() noexcept;

/// The sink that `capture=` names, in memory of its own; null for `off`, or where memory is short.
SharedSink* open_capture(Configuration const& configuration) noexcept;

/// Writes magic and header: clocks, and every VM with the configuration of its platform.
bool start_capture(SharedSink& capture, std::span<GuestVm* const> vms, core::Profile const& profile,
                   std::uint64_t tsc_hz) noexcept;

/// What was kept in memory is sent by COM2 now; for other sinks nothing is left to do.
void finish_capture(SharedSink& capture, Configuration const& configuration) noexcept;

}  // namespace acrn::baremetal

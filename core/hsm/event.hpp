// SPDX-License-Identifier: BSD-3-Clause
// Events between guests and what runs beside the device model: what they are, and why one is
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/abi/hsm.hpp"
#include "core/access.hpp"
#include "core/expected.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// The host's name for an eventfd or whatever it signals by.
using EventToken = Strong<struct EventTokenTag, std::uint64_t>;

/// Why a change of the events was refused.
enum class EventError : std::uint8_t {
  flags,     ///< a flag without a meaning
  reserved,  ///< a reserved field is not 0
  length,    ///< 1, 2, 4 or 8 bytes
  wraps,     ///< the range runs past the end of its space
  exists,    ///< the same event at the same place already; for interrupts: the same event
  full,
  message,       ///< no interrupt controller delivers that message
  not_attached,  ///< the VM has no client for events
  client,        ///< the VM's client table refused: see HsmError
};

/// The words for a message; "?" for a value outside the enumeration.
std::string_view name(EventError error) noexcept;

/// A guest write that signals an event. Source: Linux 6.12, drivers/virt/acrn/ioeventfd.c.
struct IoEvent {
  EventToken token{};
  Space space{};            ///< port or MMIO
  std::uint64_t address{};  ///< the access's must be equal
  std::uint8_t length{};    ///< bytes; a wider access does not match, a narrower one does
  std::optional<std::uint64_t> data{};  ///< only writes of this value; any if absent
  friend constexpr bool operator==(IoEvent const&, IoEvent const&) = default;
};

/// What an ioctl asks for.
struct IoEventOrder {
  enum class Kind : std::uint8_t { assign, remove };
  /// Who watches for the write: the service module's client, or the hypervisor's descriptors.
  enum class Path : std::uint8_t { request, asynchronous };
  Kind kind{};
  Path path{};
  IoEvent event{};
};

/// Decodes the argument of ACRN_IOCTL_IOEVENTFD, whose `fd` the host has resolved to `token`. For
/// removals only the token counts. Errors: flags, reserved, length, wraps.
Expected<IoEventOrder, EventError> decode_io_event(abi::IoEventFd const& argument,
                                                   EventToken token) noexcept;

/// The argument of HC_ASYNCIO_ASSIGN and HC_ASYNCIO_DEASSIGN for an asynchronous event, whose ring
/// element is `element`.
abi::AsyncioInfo asyncio_info(IoEvent const& event, std::uint64_t element) noexcept;

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/event.hpp"

#include <limits>

namespace acrn::core {

std::string_view name(EventError error) noexcept {
  switch (error) {
    case EventError::flags:
      return "unknown flags";
    case EventError::reserved:
      return "reserved field";
    case EventError::length:
      return "length";
    case EventError::wraps:
      return "range past the end";
    case EventError::exists:
      return "exists";
    case EventError::full:
      return "full";
    case EventError::message:
      return "no deliverable message";
    case EventError::not_attached:
      return "not attached";
    case EventError::client:
      return "client table";
  }
  return "?";
}

Expected<IoEventOrder, EventError> decode_io_event(abi::IoEventFd const& argument,
                                                   EventToken token) noexcept {
  constexpr std::uint32_t known = abi::ioeventfd_flag_pio | abi::ioeventfd_flag_data_match |
                                  abi::ioeventfd_flag_deassign | abi::ioeventfd_flag_asyncio;
  using Kind = IoEventOrder::Kind;
  using Path = IoEventOrder::Path;
  if ((argument.flags & ~known) != 0) return Unexpected{EventError::flags};
  if (argument.reserved != 0) return Unexpected{EventError::reserved};
  auto const has = [&argument](std::uint32_t flag) { return (argument.flags & flag) != 0; };
  IoEventOrder order{.kind = has(abi::ioeventfd_flag_deassign) ? Kind::remove : Kind::assign,
                     .path = has(abi::ioeventfd_flag_asyncio) ? Path::asynchronous : Path::request};
  order.event.token = token;
  if (order.kind == Kind::remove) return order;
  if (argument.length > access_size_max ||
      !is_access_size(Space::mmio, static_cast<std::uint8_t>(argument.length))) {
    return Unexpected{EventError::length};
  }
  bool const port = has(abi::ioeventfd_flag_pio);
  std::uint64_t const top =
      port ? std::numeric_limits<std::uint16_t>::max() : std::numeric_limits<std::uint64_t>::max();
  if (argument.address > top || argument.length - 1U > top - argument.address) {
    return Unexpected{EventError::wraps};
  }
  order.event.space = port ? Space::port : Space::mmio;
  order.event.address = argument.address;
  order.event.length = static_cast<std::uint8_t>(argument.length);
  if (has(abi::ioeventfd_flag_data_match)) order.event.data = argument.data;
  return order;
}

abi::AsyncioInfo asyncio_info(IoEvent const& event, std::uint64_t element) noexcept {
  return {.type = event.space == Space::port ? abi::asyncio_type_pio : abi::asyncio_type_mmio,
          .match_data = event.data.has_value() ? 1U : 0U,
          .address = event.address,
          .element = element,
          .data = event.data.value_or(0)};
}

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// The calls that assign asynchronous descriptors and set up shared rings.
#include <optional>

#include "core/abi/request_stamps.hpp"
#include "core/abi/sbuf.hpp"
#include "core/asyncio/ring_layout.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {
namespace {

/// A ring's header as it lies in memory, up to the last field that says its shape.
struct RawHeader {
  std::uint64_t magic;
  std::uint32_t element_count;
  std::uint32_t element_size;
  std::uint32_t head;
  std::uint32_t tail;
  std::uint32_t flags;
  std::uint32_t reserved;
  std::uint32_t overrun_count;
  std::uint32_t size;
};
static_assert(offsetof(RawHeader, size) == abi::sbuf_offset::size &&
              offsetof(RawHeader, flags) == abi::sbuf_offset::flags);

constexpr RingHeader shape(RawHeader const& raw) noexcept {
  return {.magic = raw.magic,
          .element_count = raw.element_count,
          .element_size = raw.element_size,
          .flags = raw.flags,
          .size = raw.size};
}

std::optional<AsyncDescriptor> load_descriptor(GuestRam const& ram, std::uint64_t gpa,
                                               std::int32_t& error) {
  abi::AsyncioInfo info;
  if (!ram.load(gpa, info)) {
    error = errors::bad_address;
    return std::nullopt;
  }
  bool const pio = info.type == abi::asyncio_type_pio;
  if ((!pio && info.type != abi::asyncio_type_mmio) || info.match_data > 1) {
    error = errors::invalid_argument;
    return std::nullopt;
  }
  AsyncDescriptor descriptor{
      .space = pio ? Space::port : Space::mmio, .address = info.address, .element = info.element};
  if (info.match_data != 0) descriptor.data = info.data;
  return descriptor;
}

/// The buffer's size in bytes, a ring's header included; nothing unless all of it is RAM, and a
/// ring's header says what its user can use.
std::optional<std::size_t> check_buffer(GuestRam const& ram, std::uint64_t gpa,
                                        abi::SharedBufferId id) {
  if (id == abi::SharedBufferId::request_stamps) {
    bool const sound = gpa % abi::stamp_page_size == 0 && ram.has(gpa, abi::stamp_page_size);
    return sound ? std::optional{abi::stamp_page_size} : std::nullopt;
  }
  bool const asyncio = id == abi::SharedBufferId::asyncio;
  std::size_t const alignment = asyncio ? abi::ioreq_page_size : sizeof(std::uint64_t);
  RawHeader raw{};
  if (gpa % alignment != 0 || !ram.load(gpa, raw)) return std::nullopt;
  RingHeader header = shape(raw);
  // Logs and traces may overwrite their oldest elements; an order to a device must not be lost.
  if (!asyncio) header.flags &= ~abi::sbuf_flag_overwrite;
  std::uint32_t const element_size = asyncio ? abi::asyncio_element_size : header.element_size;
  std::size_t const size_max = asyncio ? abi::asyncio_ring_size : abi::sbuf_size_max;
  if (!check_ring(header, element_size, size_max)) return std::nullopt;
  std::size_t const size = asyncio ? size_max : abi::sbuf_header_size + header.size;
  if (!ram.has(gpa, size)) return std::nullopt;
  return size;
}

}  // namespace

std::int32_t Hypercalls::asyncio_assign(Call& call) {
  std::int32_t error = 0;
  auto const descriptor = load_descriptor(call.ram, call.registers.second, error);
  if (!descriptor) return error;
  auto const assigned = asyncio(call).descriptors.assign(*descriptor);
  return assigned ? 0 : to_errno(assigned.error());
}

std::int32_t Hypercalls::asyncio_deassign(Call& call) {
  std::int32_t error = 0;
  auto const descriptor = load_descriptor(call.ram, call.registers.second, error);
  if (!descriptor) return error;
  auto const removed = asyncio(call).descriptors.remove(*descriptor);
  return removed ? 0 : to_errno(removed.error());
}

std::int32_t Hypercalls::setup_sbuf(Call& call) {
  abi::SharedBufferParameters parameters;
  if (!call.ram.load(call.registers.second, parameters)) return errors::bad_address;
  if (parameters.reserved != 0) return errors::invalid_argument;
  auto const id = static_cast<abi::SharedBufferId>(parameters.id);
  switch (id) {
    case abi::SharedBufferId::trace:
    case abi::SharedBufferId::hypervisor_log:
    case abi::SharedBufferId::sampling:
    case abi::SharedBufferId::socwatch:
      if (std::int32_t const error = setup_cpu_ring(call, parameters)) return error;
      break;
    case abi::SharedBufferId::asyncio:
    case abi::SharedBufferId::vm_event:
    case abi::SharedBufferId::request_stamps:
      if (std::int32_t const error = setup_vm_ring(call, parameters)) return error;
      break;
    default:
      return errors::invalid_argument;
  }
  call.effect.buffer = id;
  call.effect.kind = HypercallEffect::Kind::detach_buffer;
  if (parameters.gpa == 0) return 0;
  auto const size = check_buffer(call.ram, parameters.gpa, id);
  if (!size) return errors::invalid_argument;
  call.effect.kind = HypercallEffect::Kind::attach_buffer;
  call.effect.gpa = {parameters.gpa};
  call.effect.size_bytes = *size;
  return 0;
}

std::int32_t Hypercalls::setup_vm_ring(Call& call, abi::SharedBufferParameters const& parameters) {
  call.vm = find(call.registers.first);
  if (call.vm == nullptr) return errors::refused;
  call.effect.vm = {static_cast<std::uint16_t>(call.registers.first)};
  bool const detach = parameters.gpa == 0;
  if (detach && parameters.id == static_cast<std::uint32_t>(abi::SharedBufferId::asyncio)) {
    asyncio(call).ring = {};
  }
  return 0;
}

std::int32_t Hypercalls::setup_cpu_ring(Call& call,
                                        abi::SharedBufferParameters const& parameters) const {
  constexpr unsigned cpu_count_max = 64;
  if (parameters.cpu >= cpu_count_max || (config_.physical_cpus >> parameters.cpu & 1U) == 0) {
    return errors::invalid_argument;
  }
  call.effect.cpu = parameters.cpu;
  return 0;
}

}  // namespace acrn::core

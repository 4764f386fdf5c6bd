// SPDX-License-Identifier: BSD-3-Clause
// What the Service VM's program needs of its virtual machine: the seam between it and its tests.
#pragma once

#include <concepts>
#include <cstdint>

#include "core/abi/hypercall.hpp"

namespace acrn::service_vm {

/// `hypercall` makes one and answers RAX; structures are handed over by the address of a guest
/// whose memory is identity-mapped. `out` writes a byte to a port. `upcall_time` is the TSC of the
/// latest upcall, and `upcall_count` how many there were; `relax` passes a moment between two
/// looks.
template <class T>
concept Machine = requires(T& machine, core::abi::Hypercall call, std::uint64_t argument,
                           std::uint16_t port, std::uint8_t byte) {
  { machine.hypercall(call, argument, argument) } -> std::same_as<std::int64_t>;
  { machine.tsc() } -> std::same_as<std::uint64_t>;
  { machine.upcall_time() } -> std::same_as<std::uint64_t>;
  { machine.upcall_count() } -> std::same_as<std::uint64_t>;
  { machine.out(port, byte) } -> std::same_as<void>;
  { machine.relax() } -> std::same_as<void>;
};

/// A structure's guest-physical address.
inline std::uint64_t gpa_of(void const* object) noexcept {
  return reinterpret_cast<std::uintptr_t>(object);
}

}  // namespace acrn::service_vm

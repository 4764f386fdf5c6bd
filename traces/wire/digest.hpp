// SPDX-License-Identifier: BSD-3-Clause
// The replay digest: what every engine, compiler and machine must agree on for the same capture.
#pragma once

#include <cstdint>
#include <span>

#include "core/access.hpp"
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {

/// "The access ended without a fault" in DigestEntry::fault.
inline constexpr std::uint8_t digest_no_fault = 0;

/// What DigestEntry::fault holds for an exception of this vector (0 to 31).
constexpr std::uint8_t digest_fault(std::uint8_t vector) noexcept {
  return static_cast<std::uint8_t>(0x80U | vector);
}

/// One access as the guest made it and as it ended. `access.value` is the output: what the device
/// was given, or what the guest got, cut to size. A PCI configuration access stays the port access
/// that the guest made.
struct DigestEntry {
  core::Access access{};
  std::uint8_t fault{digest_no_fault};
};

/// Running digest of one vCPU: CRC-32C over one record of 32 bytes per access, little-endian:
///
///   0  u64  sequence, counted from 0 per vCPU
///   8  u8   space: 0 port, 1 MMIO        9  u8  direction: 0 read, 1 write
///  10  u8   size in bytes               11  u8  fault: 0 none, else 0x80 | vector
///  12  u32  zero
///  16  u64  address
///  24  u64  value, cut to size; 0 when the access faulted
///
/// It excludes time, turns, the order of slot transitions, clients, and what the service module
/// rewrites.
class VcpuDigest {
 public:
  void add(DigestEntry const& entry) noexcept {
    core::Access const& access = entry.access;
    std::uint64_t const kind = static_cast<std::uint64_t>(access.space) |
                               static_cast<std::uint64_t>(access.direction) << 8U |
                               static_cast<std::uint64_t>(access.size) << 16U |
                               static_cast<std::uint64_t>(entry.fault) << 24U;
    std::uint64_t const value =
        entry.fault == digest_no_fault ? core::truncate(access.value, access.size) : 0;
    // The check for the CPU's instruction once, not once per word.
    crc_ = detail::has_crc32c_instruction()
               ? fold<detail::crc32c_hardware8>(kind, access.address, value)
               : fold<detail::crc32c_slice8>(kind, access.address, value);
    ++sequence_;
  }

  /// The digest so far; 0 before the first access.
  [[nodiscard]] std::uint32_t value() const noexcept { return crc_; }
  /// Accesses added.
  [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; }

 private:
  template <auto step>
  [[nodiscard]] std::uint32_t fold(std::uint64_t kind, std::uint64_t address,
                                   std::uint64_t value) const noexcept {
    std::uint32_t const running = step(step(~crc_, sequence_), kind);
    return ~step(step(running, address), value);
  }

  std::uint64_t sequence_{};
  std::uint32_t crc_{};
};

/// The digest of a whole replay: CRC-32C over the vCPUs' digests, u64 little-endian each, ordered
/// by VM, then vCPU.
inline std::uint32_t combine_digests(std::span<std::uint32_t const> vcpus) noexcept {
  std::uint32_t crc = 0;
  for (std::uint32_t const vcpu : vcpus) crc = crc32c_u64(crc, vcpu);
  return crc;
}

}  // namespace acrn::traces

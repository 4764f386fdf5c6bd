// SPDX-License-Identifier: BSD-3-Clause
// The messages of the KVM events that an import uses, taken apart and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/types.hpp"
#include "traces/importers/exit_reason.hpp"

namespace acrn::traces {

struct KvmExit {
  std::string_view reason;              ///< as printed; empty where `number` came instead
  std::optional<std::uint32_t> number;  ///< raw print ("exit_reason=30")
  Vendor vendor{};                      ///< raw print ("isa=1")
  std::optional<std::uint64_t> vcpu;
  std::optional<std::uint64_t> rip;
  std::optional<std::uint64_t> info1;  ///< exit qualification (VMX) or EXITINFO1 (SVM)
};
struct KvmEntry {
  std::optional<std::uint64_t> vcpu;
  std::uint32_t intr_info{};  ///< VM-entry interruption information; bit 31: valid
  std::uint32_t error_code{};
};
struct KvmPio {
  core::Direction direction{};
  std::uint16_t port{};
  std::uint8_t size{};  ///< 1, 2 or 4
  std::uint32_t count{1};
  std::optional<std::uint64_t> value;  ///< of the first element; may be wider than the access
};
enum class MmioType : std::uint8_t { unsatisfied_read = 0, read = 1, write = 2 };
struct KvmMmio {
  MmioType type{};
  std::uint8_t length{};  ///< bytes, 1 to kvm_mmio_length_max
  std::uint64_t gpa{};
  std::uint64_t value{};  ///< the first 8 bytes, little-endian
};
struct KvmFastMmio {
  std::uint64_t gpa{};
};
/// What KVM_RUN returned to user space for.
enum class UserspaceReason : std::uint8_t { io, mmio, other };
struct KvmUserspaceExit {
  UserspaceReason reason{};
};
struct KvmSetIrq {
  std::uint64_t gsi{};
  std::uint64_t level{};
};
struct KvmInjection {
  std::uint8_t vector{};
  std::uint8_t type{};  ///< VM-entry interruption type, SDM table 25-17
  std::optional<std::uint32_t> error_code;
};
/// A wide or page-crossing access prints its whole length, up to one AVX-512 register.
inline constexpr std::uint8_t kvm_mmio_length_max = 64;
/// x86 has at most 52 physical address bits.
inline constexpr std::uint64_t gpa_end = std::uint64_t{1} << 52U;

using KvmMessage = std::variant<std::monostate, KvmExit, KvmEntry, KvmPio, KvmMmio, KvmFastMmio,
                                KvmUserspaceExit, KvmSetIrq, KvmInjection>;

/// A parsed message, or why the line must be refused. With neither, the event is not one that an
/// import uses.
struct KvmParse {
  KvmMessage message;
  char const* refused{};
};

/// Parses the message of event `event`, in the printed form ("pio_write at 0x70 size 1 ...") or the
/// raw one of `trace-cmd report -R` ("rw=1 port=0x70 size=1 ..."). Unknown fields at the end are
/// passed over; impossible values are refused.
KvmParse parse_kvm_message(std::string_view event, std::string_view message) noexcept;

/// Whether a task can only print this event when its vCPU runs again, so that a request handed to
/// user space before it has been answered.
bool shows_vcpu_running(std::string_view event) noexcept;

/// Port, size and direction that an I/O-instruction exit gives.
struct IoExit {
  std::uint16_t port{};
  std::uint8_t size{};
  core::Direction direction{};
};
/// Decodes an exit qualification (VMX; SDM table 28-5 "Exit Qualification for I/O Instructions") or
/// EXITINFO1 (SVM; APM vol. 2, 15.10.2 "IN and OUT Behavior"). Nothing for a word that hardware
/// cannot report: reserved bits set, or no such size.
std::optional<IoExit> decode_io_exit(Vendor vendor, std::uint64_t info1) noexcept;

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// One row of each of the five streams of a capture, as importers write them and tools print them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/access.hpp"
#include "core/types.hpp"

namespace acrn::traces {

/// Who answered an access, as far as the source knew. Zero is "not recorded".
enum class Handling : std::uint8_t {
  unknown = 0,
  hypervisor = 1,  ///< a handler in the hypervisor (for KVM: in the kernel)
  forwarded = 2,   ///< sent to the service module and waited for
  queued = 3,      ///< put on a ring without waiting (asyncio, coalesced MMIO, ioeventfd)
  unclaimed = 4,   ///< nobody: all ones, or dropped
};

/// Stage stamps of one access; numbers are t0 to t15 of the request's life: 0 exit, 1 request
/// built, 2 PENDING, 3 upcall, 4 service VM's handler, 5 worker start, 6 PROCESSING, 7 client
/// running, 8 handler done, 9 COMPLETE, 10 notify call, 11 event seen, 12 vCPU scheduled, 13 value
/// copied and FREE, 14 registers updated, 15 VM entry.
inline constexpr std::size_t stage_count = 16;

/// A stage stamp that the source did not record.
inline constexpr std::uint64_t no_stamp = ~std::uint64_t{0};

/// "This access belongs to no recorded exit."
inline constexpr std::uint64_t no_exit = ~std::uint64_t{0};

/// Index into the capture's table of client names; 0 is "not recorded".
using ClientId = std::uint32_t;

/// One access. An exit has 0 to n of them; imports may have accesses without exits.
struct AccessRow {
  std::uint64_t sequence{};  ///< position in the VM's order of accesses, from 0, no gaps wanted
  std::uint64_t time{};      ///< ticks of the vCPU's clock; t0, or the earliest stamp known
  core::Access access{};     ///< value cut to size
  bool value_known{true};    ///< false: the source did not know the value
  std::uint32_t count{1};    ///< elements of a coalesced or REP access; value is the first's
  Handling handling{};
  ClientId client{};
  std::uint64_t exit{no_exit};  ///< row number in the same vCPU's exit stream
  std::array<std::uint64_t, stage_count> stages{make_stages()};  ///< ticks, or no_stamp

  static constexpr std::array<std::uint64_t, stage_count> make_stages() {
    std::array<std::uint64_t, stage_count> none{};
    none.fill(no_stamp);
    return none;
  }
};

/// One VM exit.
struct ExitRow {
  std::uint64_t time_in{};                ///< ticks, exit
  std::optional<std::uint64_t> time_out;  ///< ticks, next entry of this vCPU
  std::uint32_t reason{};                 ///< basic exit reason of the vendor (see Header.cpu)
  std::optional<std::uint64_t> qualification;
  std::optional<std::uint64_t> rip;
  std::optional<std::uint8_t> length;         ///< instruction length, bytes
  std::optional<std::uint64_t> vm_seq;        ///< ticket of the VM's turn
  std::uint32_t register_mask{};              ///< bit n: register n (Register's order) was read
  std::vector<std::uint64_t> registers_read;  ///< one value per set bit, ascending
  std::uint32_t written_mask{};
  std::vector<std::uint64_t> registers_written;
  std::string instruction_bytes;  ///< at most 15
  std::string guest_ram_read;     ///< bytes answered by guest memory, in order asked
  std::string entry_state;        ///< opaque, producer-defined
};

/// One transition of a request slot.
struct SlotRow {
  std::uint64_t time{};
  std::uint64_t access{};  ///< the access's `sequence`
  std::uint8_t from{};     ///< ACRN_IOREQ_STATE_*
  std::uint8_t to{};
  std::uint8_t actor{};  ///< 1 hypervisor, 2 service module's worker, 3 client
};

/// One event injected into the guest.
struct InjectRow {
  std::uint64_t time{};
  std::uint64_t after_exit{no_exit};  ///< row number in the same vCPU's exit stream
  std::uint64_t position{};           ///< accesses of the VM that came before
  std::uint8_t vector{};
  std::uint8_t type{};  ///< VM-entry interruption type (SDM table 25-17); 0 external
  std::optional<std::uint32_t> error_code;
  std::uint8_t origin{};  ///< 0 not recorded, 1 device, 2 fault of the guest, 3 IPI
};

/// What an input row carries.
enum class InputKind : std::uint8_t {
  received_byte = 1,
  irq_line = 2,
  ipi = 3,
  device_clock = 4,
  reset = 5
};

/// Something that reached the VM and that no exit shows.
struct InputRow {
  std::uint64_t time{};
  std::uint64_t position{};  ///< accesses of the VM that came before
  InputKind kind{};
  std::uint64_t target{};   ///< line (GSI), port, or vCPU, by kind
  std::uint64_t payload{};  ///< level, byte, vector or clock value, by kind
};

}  // namespace acrn::traces

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
#include "traces/wire/row_codes.hpp"

namespace acrn::traces {

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
  std::uint8_t origin{};  ///< InjectedBy of traces/wire/exit_columns.hpp
};

/// Something that reached the VM and that no exit shows.
struct InputRow {
  std::uint64_t time{};
  std::uint64_t position{};  ///< accesses of the VM that came before
  InputKind kind{};
  std::uint64_t target{};             ///< line (GSI), port, or vCPU, by kind
  std::uint64_t payload{};            ///< level, byte, vector or clock value, by kind
  std::uint64_t after_exit{no_exit};  ///< row number in the same vCPU's exit stream
};

}  // namespace acrn::traces

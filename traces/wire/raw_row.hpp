// SPDX-License-Identifier: BSD-3-Clause
// What the exit path writes into memory: records of fixed layout, one after the other, that
// traces/wire/transpose.hpp turns into columns. Never part of a file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "traces/wire/exit_columns.hpp"

namespace acrn::traces {

/// Which of the records below follows. Everything behind an exit and before the next one belongs to
/// that exit.
enum class RawKind : std::uint8_t {
  exit = 1,
  access = 2,
  stamp = 3,  ///< of the access before it
  life = 4,   ///< a request's usual four transitions
  slot = 5,   ///< one transition
  inject = 6,
  input = 7,
  ram = 8,       ///< one entry of ExitRow::guest_ram_read
  state = 9,     ///< one entry of ExitRow::entry_state
  request = 10,  ///< a request that was answered, and what the Service VM stamped
};

/// Records start at multiples of this.
inline constexpr std::size_t raw_alignment = 8;

/// Starts every record.
struct RawHead {
  std::uint32_t size{};  ///< of the whole record, a multiple of raw_alignment
  RawKind kind{};
  std::array<std::uint8_t, 3> small{};  ///< what the kind says
};

/// An instruction's end. Up to `ends_blocking` it has the layout of core::Commit, which the
/// recorder checks, so that a copy is a few words. Values behind the count hold anything.
struct RawCommit {
  std::array<std::uint64_t, 4> values;
  std::array<std::uint8_t, 4> registers;
  std::uint8_t register_count;
  std::uint8_t rip_advance;
  std::uint8_t rip_size;
  std::uint8_t vector_width;
  std::uint8_t vector_index;
  std::uint8_t rflags_change;
  std::uint8_t single_step;
  std::uint8_t ends_blocking;
  std::uint8_t control_target;  ///< core::ControlRegister; 0: none, and `control` means nothing
  std::uint8_t progress;        ///< core::Progress
  std::uint32_t stop;           ///< core::VcpuStop: kind in the lowest byte, code in the upper half
  std::uint64_t rflags;
};

/// A control register's write, in full only where there is one.
struct RawControl {
  std::uint8_t efer_change;
  std::uint8_t pdptes_change;
  std::uint64_t value;
  std::uint64_t efer;
};

/// One exit. Fields without a bit in `asked` or a count hold anything.
struct RawExit {
  RawHead head;
  std::uint16_t reason;   ///< with `length` as core::MachineExit begins, which the recorder checks
  std::uint8_t length;    ///< of the instruction, bytes
  std::uint8_t detailed;  ///< whether bits 17 to 21 of `read` mean anything
  std::uint32_t asked;    ///< bits of exit_read that were asked: 0 to 16, and 22
  std::uint32_t logged;   ///< the recorder's own: which questions of `state` were asked already
  std::uint32_t unused_too;
  std::uint64_t time_in;
  std::uint64_t time_out;
  std::uint64_t rip;
  std::uint64_t qualification;
  std::array<std::uint64_t, exit_read::bit_count>
      read;  ///< where `detailed`, 17 to 21 count unless 0
  RawCommit commit;
  RawControl control;
  std::array<std::uint64_t, 4> vector;  ///< where commit.vector_width is not 0
};

/// One access that is over; its time is the exit's.
struct RawAccess {
  RawHead head;
  std::uint8_t space;
  std::uint8_t direction;
  std::uint8_t size;
  std::uint8_t unused;
  std::uint16_t client;
  std::uint8_t handling;
  std::uint8_t fault_vector;  ///< the exception that it ended in; 0: none
  std::uint64_t address;
  std::uint64_t value;
};

struct RawStamp {
  RawHead head;  ///< small: stage
  std::uint64_t time;
};

struct RawLife {
  RawHead head;
  std::uint64_t pending;     ///< FREE to PENDING, by the hypervisor
  std::uint64_t processing;  ///< PENDING to PROCESSING, by the worker
  std::uint64_t complete;    ///< PROCESSING to COMPLETE, by the client
  std::uint64_t free;        ///< COMPLETE to FREE, by the hypervisor
};

/// First and last of the stages that the Service VM stamps.
inline constexpr unsigned service_stage_first = 4;
inline constexpr unsigned service_stage_last = 9;

/// A request that was answered; raw_request.hpp says what it tells. The access that it was for
/// follows when that is over.
struct RawRequest {
  RawHead head;
  std::uint64_t pending;
  std::uint64_t free;
  std::uint64_t offset;  ///< from the stamps' clock to the row's
  std::array<std::uint64_t, service_stage_last - service_stage_first + 1> stamps;  ///< as found
};

struct RawSlot {
  RawHead head;  ///< small: from, to, actor
  std::uint64_t time;
};

struct RawInject {
  RawHead head;  ///< small: origin
  std::uint64_t time;
  std::uint32_t information;  ///< VM-entry interruption information
  std::uint32_t error_code;
};

struct RawInput {
  RawHead head;  ///< small: kind
  std::uint64_t time;
  std::uint64_t target;
  std::uint64_t payload;
};

/// Starts `ram` and `state`; the bytes follow, then `small[0]` bytes of padding.
struct RawBytes {
  RawHead head;
};

static_assert(std::is_trivially_copyable_v<RawExit> && sizeof(RawExit) % raw_alignment == 0);
static_assert(sizeof(RawAccess) % raw_alignment == 0 && sizeof(RawInject) % raw_alignment == 0);

}  // namespace acrn::traces

// SPDX-License-Identifier: BSD-3-Clause
// Records what one vCPU's exits asked, answered and did, into memory; the flush makes chunks of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/frame_sink.hpp"
#include "baremetal/capture/recorded_values.hpp"
#include "core/access.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/platform/stop.hpp"
#include "core/types.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "core/vcpu/machine_exit.hpp"
#include "core/vcpu/vcpu.hpp"
#include "traces/wire/digest.hpp"
#include "traces/wire/frame.hpp"
#include "traces/wire/raw_row.hpp"
#include "traces/wire/transpose.hpp"

namespace acrn::baremetal {

struct RecorderConfig {
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  /// Names of clients, which the first chunk of accesses defines; they stay where they are.
  std::span<traces::ClientNameView const> clients{};
  /// recorder_memory_min bytes or more, aligned to a page. What is beyond holds exits between two
  /// flushes, about 450 bytes each.
  std::span<std::byte> memory{};
};

/// What the flushes did so far.
struct RecorderCounts {
  std::uint64_t exits{};     ///< rows that went to the sink
  std::uint64_t accesses{};  ///< likewise
  std::uint64_t dropped{};   ///< rows of any stream that were lost, the ring or the sink being full
  std::uint64_t flushes{};
  std::uint64_t bytes{};  ///< of the frames that the sink took
};

/// Where the encoder writes one frame; also the room for what a sink is given at once.
inline constexpr std::size_t recorder_frame_size =
    (traces::raw_chunk_size_max + traces::frame_header_size + 4095) / 4096 * 4096;
/// Room that begin_exit() asks for: what one exit usually needs never runs out in its middle.
inline constexpr std::size_t recorder_exit_room = std::size_t{8} << 10U;
/// Once less is left, wants_flush().
inline constexpr std::size_t recorder_reserve = std::size_t{64} << 10U;
/// The least for RecorderConfig::memory: the flush's own, and a ring of a megabyte.
inline constexpr std::size_t recorder_memory_min =
    (sizeof(traces::TransposeScratch) + 4095) / 4096 * 4096 + recorder_frame_size +
    (std::size_t{1} << 20U);

/// The recorder of one vCPU. A host calls, for each exit:
///
///     begin_exit(exit, rip, time_in);      // or begin_plain_exit()
///     ...                                  // the decorators record what core asks and does
///     end_exit(vcpu.commit(), progress, vcpu.stop());
///     ...                                  // input() for what is handed to the VM, plan_entry()
///     enter(plan, time_out);               // the plan that is going to be applied, or
///                                          // enter_quietly(time_out) without one
///     if (wants_flush()) flush(sink);      // outside guest time
///
/// Used by its vCPU's loop only. Copies of a few bytes are builtins: to a freestanding compiler,
/// std::memcpy is a call. Nothing waits, and nothing is written but its own memory, except
/// by flush(). Without memory (the default) it is off: it takes every call and keeps nothing.
class Recorder {
 public:
  Recorder() noexcept : row_{&spare_} {}
  explicit Recorder(RecorderConfig const& config) noexcept;
  Recorder(Recorder const&) = delete;
  Recorder& operator=(Recorder const&) = delete;

  [[nodiscard]] bool is_on() const noexcept { return scratch_ != nullptr; }

  /// Begins the row of an exit: RIP as it was at the exit, `time_in` is begin()'s now.
  void begin_exit(core::MachineExit const& exit, std::uint64_t rip, core::Ticks time_in) noexcept {
    begin_plain_exit(exit, rip, time_in);
    traces::RawExit& row = *row_;
    row.detailed = 1;
    namespace read = traces::exit_read;
    row.read[read::guest_physical] = exit.guest_physical.value;
    row.read[read::guest_linear] = exit.guest_linear;
    row.read[read::instruction_information] = exit.instruction_information;
    row.read[read::interruption] =
        exit.interruption_information | std::uint64_t{exit.interruption_error_code} << 32U;
    row.read[read::idt_vectoring] =
        exit.idt_vectoring_information | std::uint64_t{exit.idt_vectoring_error_code} << 32U;
  }
  /// The same of an exit that has a reason, a qualification and an instruction's length, and no
  /// more: of an IN or OUT that interrupted no delivery.
  void begin_plain_exit(core::MachineExit const& exit, std::uint64_t rip,
                        core::Ticks time_in) noexcept {
    if (room() < recorder_exit_room) [[unlikely]] {
      lose_exit();
    } else {
      row_ = reinterpret_cast<traces::RawExit*>(at_);
      at_ += sizeof(traces::RawExit);
    }
    traces::RawExit& row = *row_;
    row.head = {.size = sizeof(traces::RawExit), .kind = traces::RawKind::exit, .small = {}};
    __builtin_memcpy(&row.reason, &exit, kind_bytes);
    row.detailed = 0;
    row.asked = 0;
    row.logged = 0;
    row.time_in = time_in.value;
    row.rip = rip;
    row.qualification = exit.qualification;
  }

  /// A question that has a bit in ExitRow::register_mask, and its answer.
  void asked(unsigned bit, std::uint64_t value) noexcept {
    row_->read[bit] = value;
    row_->asked |= std::uint32_t{1} << bit;
  }
  /// Whether the question of this number (0 to 31) is new in this exit.
  [[nodiscard]] bool is_new_question(unsigned number) noexcept {
    std::uint32_t const bit = std::uint32_t{1} << number;
    bool const fresh = (row_->logged & bit) == 0;
    row_->logged |= bit;
    return fresh;
  }
  /// Adds the concatenation of the two to the log of this kind, `ram` or `state`.
  void log(traces::RawKind kind, std::span<std::uint8_t const> first,
           std::span<std::uint8_t const> second = {}) noexcept;

  /// An access of the exit, once it is over: whole, and in order.
  void access(core::Access const& access, AccessAnswer const& answer) noexcept {
    auto& record = append<traces::RawAccess>(traces::RawKind::access);
    record.space = static_cast<std::uint8_t>(access.space);
    record.direction = static_cast<std::uint8_t>(access.direction);
    record.size = access.size;
    record.client = static_cast<std::uint16_t>(answer.client);
    record.handling = static_cast<std::uint8_t>(answer.handling);
    record.fault_vector = answer.fault_vector;
    record.address = access.address;
    record.value = access.value;
    for (StageStamp const& stamp : answer.stamps) {
      append<traces::RawStamp>(traces::RawKind::stamp, stamp.stage).time = stamp.ticks;
    }
  }
  /// The transitions of a request's slot, before its access() is told.
  void life(RequestLife const& life) noexcept {
    auto& record = append<traces::RawLife>(traces::RawKind::life);
    record.pending = life.pending;
    record.processing = life.processing;
    record.complete = life.complete;
    record.free = life.free;
  }
  /// The same, by the Service VM's stamps; those that are no transitions become stamps of the
  /// access. Without a stamp for both of its transitions, only the hypervisor's are told.
  void request(std::uint64_t pending, std::uint64_t free, ServiceStamps const& service) noexcept {
    auto& record = append<traces::RawRequest>(traces::RawKind::request);
    record.pending = pending;
    record.free = free;
    record.offset = service.offset;
    for (unsigned stage = traces::service_stage_first; stage <= traces::service_stage_last;
         ++stage) {
      record.stamps[stage - traces::service_stage_first] =
          __atomic_load_n(service.row + stage, __ATOMIC_RELAXED);
    }
  }
  /// One transition of a request that has no usual life.
  void slot(SlotChange const& change, std::uint64_t ticks) noexcept {
    append<traces::RawSlot>(traces::RawKind::slot, static_cast<std::uint8_t>(change.from),
                            static_cast<std::uint8_t>(change.to),
                            static_cast<std::uint8_t>(change.actor))
        .time = ticks;
  }

  /// How the exit ended, whatever the progress is.
  void end_exit(core::VcpuCommit const& ended, core::Progress progress,
                core::VcpuStop const& stop) noexcept {
    core::Commit const& from = ended.commit;
    traces::RawCommit& to = row_->commit;
    static_assert(sizeof stop == sizeof to.stop);
    to.values[0] = from.values[0];
    __builtin_memcpy(&to.registers, &from.registers, commit_bytes);
    to.control_target = static_cast<std::uint8_t>(ended.control.target);
    to.progress = static_cast<std::uint8_t>(progress);
    __builtin_memcpy(&to.stop, &stop, sizeof stop);
    to.rflags = from.rflags;
    if (from.register_count > 1) [[unlikely]]
      to.values = from.values;
    if (ended.control.target != core::ControlRegister::none) [[unlikely]]
      copy(ended.control);
    if (from.vector_width != 0) [[unlikely]]
      copy(from.vector);
  }

  /// Something that reached the VM; it belongs to the exit before it.
  void input(RecordedInput const& input, core::Ticks now) noexcept;

  /// The entry that ends the exit: `plan` is the last one, `time_out` its now. Before the first
  /// exit, it tells the first entry.
  void enter(core::EntryPlan const& plan, core::Ticks time_out) noexcept {
    row_->time_out = time_out.value;
    if (plan.interruption_information != 0) inject(plan, time_out);
  }
  /// The same of a plan that injects nothing.
  void enter_quietly(core::Ticks time_out) noexcept { row_->time_out = time_out.value; }
  /// Instead of enter() where the vCPU is not entered again.
  void leave(core::Ticks now) noexcept { row_->time_out = now.value; }

  /// Whether the ring is so full that it ought to be flushed before the next entry.
  [[nodiscard]] bool wants_flush() const noexcept { return room() < recorder_reserve; }
  /// Sends everything recorded to `sink`, and empties the ring. Between enter() (or leave()) and
  /// begin_exit().
  void flush(FrameSink& sink) noexcept;
  /// The last flush: also tells the drops that no later row tells.
  void finish(FrameSink& sink) noexcept;

  /// Over what has been flushed.
  [[nodiscard]] RecorderCounts const& counts() const noexcept { return counts_; }
  /// Of the accesses that have been flushed, whether or not the sink took them.
  [[nodiscard]] traces::VcpuDigest const& digest() const noexcept { return digest_; }

 private:
  /// Of the exit in progress.
  [[nodiscard]] std::size_t exit_size() const noexcept {
    return static_cast<std::size_t>(at_ - reinterpret_cast<std::byte*>(row_));
  }
  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  /// Reason and length of MachineExit, and one byte more.
  static constexpr std::size_t kind_bytes = 4;
  /// From Commit::registers to Commit::ends_blocking.
  static constexpr std::size_t commit_bytes = 12;

  template <class Record>
  Record& append(traces::RawKind kind, std::uint8_t a = 0, std::uint8_t b = 0,
                 std::uint8_t c = 0) noexcept {
    static_assert(sizeof(Record) <= sizeof(spare_));
    std::byte* at = at_;
    if (room() < sizeof(Record)) [[unlikely]] {
      lose_row();
      at = reinterpret_cast<std::byte*>(&spare_);
    } else {
      at_ += sizeof(Record);
    }
    auto& record = *reinterpret_cast<Record*>(at);
    record.head = {.size = sizeof(Record), .kind = kind, .small = {a, b, c}};
    return record;
  }
  void copy(core::ControlWrite const& control) noexcept;
  void copy(core::VectorValue const& vector) noexcept;
  void inject(core::EntryPlan const& plan, core::Ticks now) noexcept;
  void lose_exit() noexcept;
  void lose_row() noexcept;
  void give_up() noexcept;
  void lose(std::uint64_t rows) noexcept;
  [[nodiscard]] bool send(traces::ChunkView& chunk, FrameSink& sink) noexcept;
  void add_to_digest() noexcept;

  std::byte* at_{};         ///< where the next record goes
  std::byte* end_{};        ///< of the ring; where at_ is, once something was lost
  traces::RawExit* row_{};  ///< of the exit in progress; &spare_ where it is lost
  std::byte* ring_{};       ///< its start
  std::size_t ring_size_{};
  traces::TransposeScratch* scratch_{};
  std::span<std::byte> frame_{};
  std::span<traces::ClientNameView const> clients_{};
  std::uint16_t vm_{};
  std::uint16_t vcpu_{};
  std::uint64_t group_{};
  std::uint64_t lost_{};          ///< rows lost since the last chunk that told of lost ones
  traces::RowNumbers numbers_{};  ///< of the rows flushed
  RecorderCounts counts_{};
  traces::VcpuDigest digest_{};
  traces::RawExit spare_{};  ///< takes what is not recorded
};

}  // namespace acrn::baremetal

// SPDX-License-Identifier: BSD-3-Clause
// A vCPU's slot that records its transitions and every access of the vCPU.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "baremetal/capture/recorder.hpp"
#include "core/emulate/vcpu_io.hpp"

namespace acrn::baremetal {

/// What a RecordingSlot asks its host.
template <class T>
concept RequestProbe = requires(T& probe) {
  /// The guest's time now.
  { probe.now() } -> std::same_as<core::Ticks>;
  /// Of the request that poll() has just found answered.
  { probe.service_stamps() } -> std::same_as<ServiceStamps>;
};

/// Wraps a slot end; all outlive it. Keeps its state between the calls for one exit: one object per
/// vCPU, not per exit.
template <core::SlotEnd Slot, RequestProbe Probe>
class RecordingSlot {
 public:
  RecordingSlot(Slot& slot, Recorder& recorder, Probe& probe) noexcept
      : slot_{slot}, recorder_{recorder}, probe_{probe} {}

  core::Expected<core::Ticket, core::Busy> submit(core::Access const& access) noexcept {
    auto const ticket = slot_.submit(access);
    if (ticket.has_value()) pending_ = probe_.now().value;
    return ticket;
  }

  core::Poll poll(core::Ticket ticket) noexcept {
    core::Poll const answer = slot_.poll(ticket);
    if (answer.kind == core::Poll::Kind::waiting) return answer;
    if (answer.kind == core::Poll::Kind::value) {
      take_stamps(probe_.service_stamps(), probe_.now().value);
    } else {
      withdrawn();
    }
    return answer;
  }

  void cancel(core::Ticket ticket) noexcept {
    slot_.cancel(ticket);
    withdrawn();
  }

  /// core::AccessListener. Mostly inlined to a few stores: a call would cost as much again.
  [[gnu::always_inline]] void finished(core::Access const& access, core::Route route,
                                       core::AccessEnd end) noexcept {
    if (route == core::Route::completed && end == core::AccessEnd::answered) [[likely]] {
      recorder_.access(access, {.handling = traces::Handling::hypervisor});
    } else {
      finish_other(access, route, end);
    }
  }

 private:
  using State = traces::SlotRowState;
  static constexpr auto hypervisor = traces::SlotRowActor::hypervisor;
  static constexpr std::uint8_t processing_stage = 6;
  static constexpr std::uint8_t complete_stage = 9;

  [[gnu::noinline]] void finish_other(core::Access const& access, core::Route route,
                                      core::AccessEnd end) noexcept {
    constexpr auto general_protection = static_cast<std::uint8_t>(core::Vector::general_protection);
    bool const failed = end == core::AccessEnd::failed;
    recorder_.access(access, {.handling = failed ? traces::Handling::unclaimed : handling(route),
                              .client = client_,
                              .fault_vector = failed ? general_protection : std::uint8_t{0},
                              .stamps = std::span{stamps_}.first(stamp_count_)});
    stamp_count_ = 0;
    client_ = 0;
  }

  static traces::Handling handling(core::Route route) noexcept {
    switch (route) {
      case core::Route::completed:
        return traces::Handling::hypervisor;
      case core::Route::queued:
        return traces::Handling::queued;
      default:
        return traces::Handling::forwarded;
    }
  }

  /// Transitions go to the slot's rows; the other stamps wait for the access to be over.
  void take_stamps(ServiceStamps const& service, std::uint64_t free) noexcept {
    client_ = service.client;
    stamp_count_ = 0;
    if (service.row != nullptr) return recorder_.request(pending_, free, service);
    std::optional<std::uint64_t> processing;
    std::optional<std::uint64_t> complete;
    for (StageStamp const& stamp : service.stamps) {
      if (stamp.stage == processing_stage) {
        processing = stamp.ticks;
      } else if (stamp.stage == complete_stage) {
        complete = stamp.ticks;
      } else if (stamp_count_ < stamps_.size()) {
        stamps_[stamp_count_++] = stamp;
      }
    }
    if (processing && complete) {
      recorder_.life({pending_, *processing, *complete, free});
      return;
    }
    recorder_.slot({State::free, State::pending, hypervisor}, pending_);
    recorder_.slot({State::complete, State::free, hypervisor}, free);
  }

  /// What becomes of a request that nobody waits for any more is not seen.
  void withdrawn() noexcept { recorder_.slot({State::free, State::pending, hypervisor}, pending_); }

  Slot& slot_;
  Recorder& recorder_;
  Probe& probe_;
  std::uint64_t pending_{};
  traces::ClientId client_{};
  std::size_t stamp_count_{};
  std::array<StageStamp, traces::stage_count> stamps_{};
};

}  // namespace acrn::baremetal

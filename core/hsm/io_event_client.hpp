// SPDX-License-Identifier: BSD-3-Clause
// The client that turns guest writes into events, as Linux' kernel thread does it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/hsm/hsm.hpp"
#include "core/hsm/io_events.hpp"

namespace acrn::core {

/// What serving one request asks of the host.
struct IoEventService {
  CompletionEffects completion{};
  std::optional<EventToken> signal;
};

/// One VM's ranged client for events. Its table and the client's ranges change together. Refers to
/// the HSM, which outlives it, and is called by the same thread.
template <Memory M>
class IoEventClient {
 public:
  explicit IoEventClient(Hsm<M>& hsm) noexcept : hsm_{&hsm} {}

  /// Makes the client. Linux does it before the device model makes its own. Errors: as
  /// Hsm::create_client.
  Expected<Unit, HsmError> attach(VmId vm) noexcept {
    auto const client = hsm_->create_client(vm, ClientKind::ranged);
    if (!client) return Unexpected{client.error()};
    client_ = *client;
    return Unit{};
  }

  /// Destroys the client and forgets its events. Requests it had not answered are PENDING again:
  /// the answer is their number, as Hsm::destroy_client's.
  std::uint16_t detach() noexcept {
    events_ = {};
    if (!client_) return 0;
    auto const released = hsm_->destroy_client(*client_);
    client_.reset();
    return released ? *released : std::uint16_t{0};
  }

  /// Errors: not_attached, exists, full; client, where the VM's ranges are full. Nothing changes
  /// then.
  Expected<Unit, EventError> assign(IoEvent const& event) noexcept {
    if (!client_) return Unexpected{EventError::not_attached};
    auto const assigned = events_.assign(event);
    if (!assigned) return assigned;
    if (hsm_->add_range(*client_, range(event))) return Unit{};
    events_.undo_assign();
    return Unexpected{EventError::client};
  }

  /// Removes the oldest event of that token, if there is one.
  void remove(EventToken token) noexcept {
    auto const removed = events_.remove(token);
    if (removed && client_) static_cast<void>(hsm_->remove_range(*client_, range(*removed)));
  }

  /// Takes the client's next request and answers it; nothing when none waits.
  std::optional<IoEventService> serve() noexcept {
    if (!client_) return std::nullopt;
    auto const request = hsm_->next_request(*client_);
    if (!request) return std::nullopt;
    IoEventAnswer const answer = events_.serve(request->access);
    return IoEventService{.completion = hsm_->complete(*request, answer.value),
                          .signal = answer.signal};
  }

  [[nodiscard]] std::optional<HsmClientId> client() const noexcept { return client_; }

 private:
  static constexpr ClientRange range(IoEvent const& event) noexcept {
    return {event.space, event.address, event.address + (event.length - 1U)};
  }

  Hsm<M>* hsm_;
  std::optional<HsmClientId> client_;
  IoEvents events_;
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
// asleep -> about to take -> serving -> about to take, or asleep.
#include "sim/model/client.hpp"

#include "core/check.hpp"
#include "sim/model/requester.hpp"

namespace acrn::model {

ClientActor::ClientActor(Timeline& timeline, Board& board, core::HsmClientId id, std::string label)
    : Actor{sc_core::sc_gen_unique_name("client"), timeline},
      board_{board},
      id_{id},
      label_{std::move(label)} {}

void ClientActor::on_request(SimTime now) {
  ++queued_;
  if (state_ != State::asleep) return;
  state_ = State::about_to_take;
  // Still in the hypercall of the last request: it looks for more before it sleeps.
  wake(now < free_ ? free_ : now + board_.costs[Stage::client_wake]);
}

void ClientActor::act(SimTime now) {
  if (state_ == State::serving) {
    complete(now);
  } else {
    take(now);
  }
}

void ClientActor::take(SimTime now) {
  auto const request = board_.service.next_request(id_);
  core::check(request.has_value(), "a client that was woken has a request to take");
  --queued_;
  request_ = *request;
  taken_ = now;
  state_ = State::serving;
  wake(now + board_.costs[Stage::service] + board_.costs[Stage::complete]);
}

void ClientActor::complete(SimTime now) {
  core::CompletionEffects const effects = board_.service.complete(request_);
  ++requests_;
  bool const notifies = effects.verdict == core::Verdict::notify;
  free_ = notifies ? now + board_.costs[Stage::notify] : now;
  busy_ = busy_ + (free_ - taken_);
  Requester& vcpu = *board_.vcpus[board_.service.vcpu_index(request_.from)];
  vcpu.on_served(id_, taken_, taken_ + board_.costs[Stage::service]);
  vcpu.on_complete(now, notifies ? Notice::hypercall : Notice::none);
  state_ = State::asleep;
  if (queued_ == 0) return;
  state_ = State::about_to_take;
  wake(free_);
}

}  // namespace acrn::model

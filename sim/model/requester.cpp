// SPDX-License-Identifier: BSD-3-Clause
#include "sim/model/requester.hpp"

#include "sim/model/client.hpp"
#include "sim/model/hsm_worker.hpp"

namespace acrn::model {

Requester::Requester(Timeline& timeline, Board& board, std::uint16_t index)
    : Actor{sc_core::sc_gen_unique_name("vcpu"), timeline}, board_{board}, index_{index} {}

void Requester::request(SimTime now) {
  stamps_[2] = now;
  UpcallLine::Edge const edge = board_.line.raise(now);
  board_.worker->on_pending(index_);
  if (edge.coalesced) return;
  stamps_[3] = now;
  stamps_[4] = edge.handler;
  board_.worker->start_at(edge.worker);
}

void Requester::request_again(SimTime now) {
  board_.tally.stages(stamps_);
  stamps_.clear();
  stamps_[0] = now;
  request(now);
}

void Requester::on_dispatched(SimTime pass, SimTime now) {
  // A pass that was under way finds a slot before, or without, the upcall that announced it.
  if (stamps_[4] != never && stamps_[4] > now) stamps_[4] = never;
  SimTime const told = stamps_[4] != never ? stamps_[4] : stamps_[2];
  if (pass >= told) stamps_[5] = pass;
  stamps_[6] = now;
}

void Requester::on_served(core::HsmClientId client, SimTime taken, SimTime served) {
  served_by_ = client;
  stamps_[7] = taken;
  stamps_[8] = served;
}

void Requester::on_complete(SimTime now, Notice notice) {
  stamps_[9] = now;
  if (notice == Notice::hypercall) stamps_[10] = now;
  stamps_[11] = board_.costs.seen(stamps_[2], now);
  wake(stamps_[11] + board_.costs[Stage::resume]);
}

void Requester::tell_client(Finished const& access) {
  if (!served_by_) return;
  board_.tally.served(*served_by_, access, board_.clients[served_by_->value]->label());
  served_by_.reset();
}

}  // namespace acrn::model

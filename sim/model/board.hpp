// SPDX-License-Identifier: BSD-3-Clause
// What the actors of one simulation share, and how they find each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/model/costs.hpp"
#include "sim/model/tally.hpp"
#include "sim/model/upcall_line.hpp"
#include "sim/replay/service_side.hpp"

namespace acrn::model {

class ClientActor;
class HsmWorker;
class Requester;

/// vCPUs are numbered as in the plan, clients by core::HsmClientId.
struct Board {
  replay::ServiceSide& service;
  TickScale const& scale;
  Costs costs;
  UpcallLine line;
  Tally tally;
  HsmWorker* worker{};
  std::vector<Requester*> vcpus{};
  std::vector<ClientActor*> clients{};
};

}  // namespace acrn::model

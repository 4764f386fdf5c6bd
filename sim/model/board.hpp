// SPDX-License-Identifier: BSD-3-Clause
// What the actors of one simulation share, and how they find each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/model/costs.hpp"
#include "sim/model/tally.hpp"
#include "sim/model/turns.hpp"
#include "sim/model/upcall_line.hpp"
#include "sim/replay/machine.hpp"

namespace acrn::model {

class ClientActor;
class HsmWorker;
class VcpuActor;

/// vCPUs are numbered as in Plan::vcpus(), clients by core::HsmClientId.
struct Board {
  replay::Plan const& plan;
  replay::Machine& machine;
  TickScale const& scale;
  Costs costs;
  UpcallLine line;
  Turns turns;
  Tally tally;
  TickScale const* recording{};  ///< set if the machine was given a recorder
  HsmWorker* worker{};
  std::vector<VcpuActor*> vcpus{};
  std::vector<ClientActor*> clients{};
};

}  // namespace acrn::model

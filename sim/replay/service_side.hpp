// SPDX-License-Identifier: BSD-3-Clause
// The service VM's half of a machine under replay, as whoever gives its steps a time sees it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/hsm/effects.hpp"
#include "core/hsm/request.hpp"
#include "core/types.hpp"

namespace acrn::replay {

/// A client of the machine's HSM. All clients answer what the capture holds.
struct MachineClient {
  core::HsmClientId id{};
  core::VmId vm{};
  std::string name;  ///< "acrndm" for the default client
};

/// After an upcall: dispatch() each slot, then for each woken client next_request() and complete().
/// vCPUs are numbered as in the plan.
class ServiceSide {
 public:
  /// One scan of one vCPU's slot by the HSM's worker.
  virtual core::SlotEffects dispatch(std::size_t vcpu) = 0;
  virtual std::optional<core::Request> next_request(core::HsmClientId client) = 0;
  /// The client answers a request with what the capture holds for it.
  virtual core::CompletionEffects complete(core::Request const& request) = 0;
  /// The vCPU that a request or a notification is about.
  [[nodiscard]] virtual std::size_t vcpu_index(core::VcpuRef vcpu) const = 0;

 protected:
  ServiceSide() = default;
  ServiceSide(ServiceSide const&) = default;
  ServiceSide& operator=(ServiceSide const&) = default;
  ~ServiceSide() = default;
};

}  // namespace acrn::replay

// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/clients.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

namespace acrn::replay {
namespace {

constexpr std::string_view default_client_name = "acrndm";

std::string client_name(traces::CaptureInfo const& info, std::uint32_t client) {
  if (client == 0) return std::string{default_client_name};
  auto const& names = info.clients;
  auto const found = names.find(client);
  return found != names.end() ? found->second : fmt::format("client {}", client);
}

/// What each named client of one VM is asked for. Neighbours of one client grow together where no
/// access of the plan lies between them, which keeps the HSM's list short and changes nothing.
using Wishes = std::map<std::string, std::vector<core::ClientRange>>;

Wishes client_wishes(std::span<PlannedRegion const> regions, traces::CaptureInfo const& info,
                     core::VmId vm) {
  Wishes wishes;
  std::string previous;
  for (PlannedRegion const& region : regions) {
    if (region.vm != vm) continue;
    std::string const name = client_name(info, region.client);
    bool const wanted = region.client != 0 && name != default_client_name;
    if (wanted) {
      std::vector<core::ClientRange>& ranges = wishes[name];
      if (name == previous && ranges.back().space == region.space) {
        ranges.back().last = region.last;
      } else {
        ranges.push_back({.space = region.space, .first = region.first, .last = region.last});
      }
    }
    previous = wanted ? name : std::string{};
  }
  return wishes;
}

}  // namespace

std::vector<MachineClient> make_clients(core::Hsm<LoggedMemory>& hsm, core::VmId vm,
                                        std::span<PlannedRegion const> regions,
                                        traces::CaptureInfo const& info) {
  std::vector<MachineClient> clients;
  auto const fallback = hsm.create_client(vm, core::ClientKind::fallback);
  clients.push_back({.id = *fallback, .vm = vm, .name = std::string{default_client_name}});
  for (auto const& [name, ranges] : client_wishes(regions, info, vm)) {
    auto const client = hsm.create_client(vm, core::ClientKind::ranged);
    if (!client) break;  // no room: the default client answers for the rest
    for (core::ClientRange const& range : ranges) {
      if (!hsm.add_range(*client, range)) break;  // likewise
    }
    clients.push_back({.id = *client, .vm = vm, .name = name});
  }
  return clients;
}

}  // namespace acrn::replay

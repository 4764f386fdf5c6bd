// SPDX-License-Identifier: BSD-3-Clause
// Which ranges the accesses of a plan need, and who answers there.
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_map>

#include "core/access.hpp"
#include "sim/replay/plan_builder.hpp"

namespace acrn::replay {
namespace {

constexpr std::uint64_t port_last = 0xffff;

/// The bytes that some accesses touch.
struct Touched {
  std::uint16_t vm{};
  core::Space space{};
  std::uint8_t size{};
  std::uint64_t address{};
  friend bool operator==(Touched const&, Touched const&) = default;
};

struct TouchedHash {
  std::size_t operator()(Touched const& key) const noexcept {
    std::uint64_t const mixed =
        (key.address ^ static_cast<std::uint64_t>(key.vm) << 48U ^
         static_cast<std::uint64_t>(key.space) << 4U ^ key.size) *
        0x9E37'79B9'7F4A'7C15ULL;  // 2^64 / golden ratio: spreads neighbours
    return mixed ^ mixed >> 32U;
  }
};

/// A region under construction, with the position of the access that named its client.
struct Draft {
  PlannedRegion region;
  std::size_t client_position{~std::size_t{0}};
};

bool same_place(PlannedRegion const& a, PlannedRegion const& b) {
  return a.vm == b.vm && a.space == b.space;
}

void absorb(Draft& into, Draft const& other) {
  into.region.last = std::max(into.region.last, other.region.last);
  into.region.in_hypervisor |= other.region.in_hypervisor;
  if (other.client_position < into.client_position) {
    into.region.client = other.region.client;
    into.client_position = other.client_position;
  }
}

std::vector<Draft> collect(std::span<PlannedAccess const> accesses,
                           std::span<PlannedVcpu const> vcpus) {
  std::unordered_map<Touched, Draft, TouchedHash> seen;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    PlannedAccess const& access = accesses[i];
    core::VmId const vm = vcpus[access.vcpu].vm;
    auto const [entry, fresh] =
        seen.try_emplace({vm.value, access.space, access.size, access.address});
    Draft& draft = entry->second;
    if (fresh) {
      std::uint64_t const room = ~access.address;  // an access may end at the last address
      std::uint64_t const more = access.size - std::uint64_t{1};
      draft.region = {.vm = vm,
                      .space = access.space,
                      .first = access.address,
                      .last = access.address + std::min(room, more)};
    }
    if (access.device_answers) {
      draft.region.in_hypervisor = true;
    } else if (access.client != 0 && i < draft.client_position) {
      draft.region.client = access.client;
      draft.client_position = i;
    }
  }
  std::vector<Draft> drafts;
  drafts.reserve(seen.size());
  for (auto const& [key, draft] : seen) {
    drafts.push_back(draft);
    PlannedRegion& region = drafts.back().region;
    if (region.space != core::Space::port || region.last <= port_last) continue;
    Draft wrapped = draft;  // port FFFFH is followed by port 0
    wrapped.region.first = 0;
    wrapped.region.last = region.last - port_last - 1;
    region.last = port_last;
    drafts.push_back(wrapped);
  }
  return drafts;
}

}  // namespace

std::vector<PlannedRegion> make_regions(std::span<PlannedAccess const> accesses,
                                        std::span<PlannedVcpu const> vcpus) {
  std::vector<Draft> drafts = collect(accesses, vcpus);
  std::sort(drafts.begin(), drafts.end(), [](Draft const& a, Draft const& b) {
    auto const key = [](PlannedRegion const& r) {
      return std::tuple{r.vm, r.space, r.first, r.last};
    };
    return key(a.region) < key(b.region);
  });
  std::vector<Draft> clusters;
  for (Draft const& draft : drafts) {
    bool const overlaps = !clusters.empty() && same_place(clusters.back().region, draft.region) &&
                          draft.region.first <= clusters.back().region.last;
    if (overlaps) {
      absorb(clusters.back(), draft);
    } else {
      clusters.push_back(draft);
    }
  }
  std::vector<PlannedRegion> regions;
  for (Draft const& cluster : clusters) {
    PlannedRegion const& region = cluster.region;
    bool const joins = !regions.empty() && same_place(regions.back(), region) &&
                       region.first == regions.back().last + 1 &&
                       region.in_hypervisor == regions.back().in_hypervisor &&
                       region.client == regions.back().client;
    if (joins) {
      regions.back().last = region.last;
    } else {
      regions.push_back(region);
    }
  }
  return regions;
}

}  // namespace acrn::replay

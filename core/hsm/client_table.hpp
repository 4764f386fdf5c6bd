// SPDX-License-Identifier: BSD-3-Clause
// The clients of one VM, the ranges they want, and which of them gets an access.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/expected.hpp"
#include "core/hsm/effects.hpp"

namespace acrn::core {

/// What a client is.
enum class ClientKind : std::uint8_t {
  ranged,    ///< gets what its ranges contain; in Linux, a client inside the kernel
  fallback,  ///< gets all the rest, PCI configuration always; at most one per VM: the device model
};

/// Why the HSM refuses a change of its tables.
enum class HsmError : std::uint8_t {
  no_such_vm,
  vm_exists,
  vms_full,
  vcpu_count,          ///< 1 to 16 vCPUs
  page_exists,         ///< the VM has a page already
  page_not_announced,  ///< no hypervisor has written its slots: do not scan it
  no_such_client,
  clients_full,
  fallback_exists,      ///< a VM has one default client
  fallback_has_ranges,  ///< the default client takes no ranges
  range_space,          ///< ranges are of ports or of MMIO
  range_reversed,       ///< the last address lies before the first
  range_beyond_ports,   ///< the last port is 0xFFFF
  ranges_full,
  no_such_range,
};

/// Addresses that a client wants; `last` is included. Ranges of clients may overlap.
struct ClientRange {
  Space space{};
  std::uint64_t first{};
  std::uint64_t last{};
  friend constexpr bool operator==(ClientRange const&, ClientRange const&) = default;
};

/// Whether `range` contains every byte of `access`. An access that wraps around is in no range.
constexpr bool contains(ClientRange const& range, Access const& access) noexcept {
  return access.space == range.space && access.address >= range.first &&
         access.address <= range.last && access.size - 1U <= range.last - access.address;
}

/// Index of a client within its VM.
using ClientIndex = std::uint8_t;

/// Lookup rules (Linux 6.12, drivers/virt/acrn/ioreq.c): the newest client first, in it the newest
/// range first; the first range that contains the whole access wins; otherwise, and for everything
/// that is neither port nor MMIO, the default client; otherwise nobody.
class ClientTable {
 public:
  Expected<ClientIndex, HsmError> create(ClientKind kind) noexcept;
  /// Forgets the client and its ranges. The index is of a client that exists.
  void destroy(ClientIndex client) noexcept;

  Expected<Unit, HsmError> add_range(ClientIndex client, ClientRange const& range) noexcept;
  /// Removes the newest range of this client that equals `range`.
  Expected<Unit, HsmError> remove_range(ClientIndex client, ClientRange const& range) noexcept;

  /// Nothing: nobody wants it.
  [[nodiscard]] std::optional<ClientIndex> find(Access const& access) noexcept {
    ClientIndex const client = find_index(access);
    return client == nobody ? std::nullopt : std::optional{client};
  }

  static constexpr ClientIndex nobody = hsm_client_count_max;
  /// The same, `nobody` for nothing. Inline: most requests come by here, and most are for the
  /// device of the one before.
  [[nodiscard, gnu::always_inline]] ClientIndex find_index(Access const& access) noexcept {
    Rule const& recent = rules_.data()[recent_];
    if (recent_ < rule_count_ && contains(recent.range, access)) [[likely]]
      return recent.client;
    return search(access.space, access.address, access.size);
  }

  [[nodiscard]] bool exists(ClientIndex client) const noexcept {
    return client < hsm_client_count_max && clients_[client].exists;
  }
  /// Of a client that exists.
  [[nodiscard]] ClientKind kind(ClientIndex client) const noexcept {
    return clients_.data()[client].kind;
  }

 private:
  struct Client {
    std::uint64_t age{};  ///< creation number: newer is higher
    ClientKind kind{};
    bool exists{};
  };
  struct Rule {
    ClientRange range{};
    ClientIndex client{};
  };

  ClientIndex search(Space space, std::uint64_t address, std::uint8_t size) noexcept;
  void remove_rule(std::size_t index) noexcept;
  void forget_recent() noexcept;

  std::array<Client, hsm_client_count_max> clients_{};
  std::array<Rule, hsm_range_count_max> rules_{};  ///< in the order of lookup
  std::size_t rule_count_{};
  /// A rule that may be tried before all others: the one found last where no access can be in two
  /// of them, otherwise the first.
  std::size_t recent_{};
  bool disjoint_{true};  ///< no two rules have an address in common
  std::uint64_t created_{};
  std::optional<ClientIndex> fallback_;
};

}  // namespace acrn::core

// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/client_table.hpp"

#include <algorithm>

namespace acrn::core {

namespace {
constexpr std::uint64_t port_max = 0xffff;

constexpr bool overlap(ClientRange const& a, ClientRange const& b) noexcept {
  return a.space == b.space && a.first <= b.last && b.first <= a.last;
}

}  // namespace

Expected<ClientIndex, HsmError> ClientTable::create(ClientKind kind) noexcept {
  if (kind == ClientKind::fallback && fallback_) return Unexpected{HsmError::fallback_exists};
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (clients_[i].exists) continue;
    clients_[i] = {.age = ++created_, .kind = kind, .exists = true};
    auto const index = static_cast<ClientIndex>(i);
    if (kind == ClientKind::fallback) fallback_ = index;
    return index;
  }
  return Unexpected{HsmError::clients_full};
}

void ClientTable::destroy(ClientIndex client) noexcept {
  for (std::size_t i = rule_count_; i-- > 0;) {
    if (rules_[i].client == client) remove_rule(i);
  }
  if (fallback_ == client) fallback_.reset();
  clients_[client] = {};
}

Expected<Unit, HsmError> ClientTable::add_range(ClientIndex client,
                                                ClientRange const& range) noexcept {
  if (!exists(client)) return Unexpected{HsmError::no_such_client};
  if (clients_[client].kind == ClientKind::fallback) {
    return Unexpected{HsmError::fallback_has_ranges};
  }
  if (range.space != Space::port && range.space != Space::mmio) {
    return Unexpected{HsmError::range_space};
  }
  if (range.last < range.first) return Unexpected{HsmError::range_reversed};
  if (range.space == Space::port && range.last > port_max) {
    return Unexpected{HsmError::range_beyond_ports};
  }
  if (rule_count_ == rules_.size()) return Unexpected{HsmError::ranges_full};
  // Before the first rule that is not of a newer client: ahead of this client's older ranges.
  std::size_t place = 0;
  while (place < rule_count_ && clients_[rules_[place].client].age > clients_[client].age) ++place;
  std::copy_backward(rules_.begin() + place, rules_.begin() + rule_count_,
                     rules_.begin() + rule_count_ + 1);
  rules_[place] = {.range = range, .client = client};
  ++rule_count_;
  forget_recent();
  return Unit{};
}

Expected<Unit, HsmError> ClientTable::remove_range(ClientIndex client,
                                                   ClientRange const& range) noexcept {
  if (!exists(client)) return Unexpected{HsmError::no_such_client};
  for (std::size_t i = 0; i < rule_count_; ++i) {
    if (rules_[i].client == client && rules_[i].range == range) {
      remove_rule(i);
      return Unit{};
    }
  }
  return Unexpected{HsmError::no_such_range};
}

void ClientTable::remove_rule(std::size_t index) noexcept {
  std::copy(rules_.begin() + index + 1, rules_.begin() + rule_count_, rules_.begin() + index);
  --rule_count_;
  forget_recent();
}

void ClientTable::forget_recent() noexcept {
  recent_ = 0;
  disjoint_ = true;
  for (std::size_t i = 0; i < rule_count_; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (overlap(rules_[i].range, rules_[k].range)) disjoint_ = false;
    }
  }
}

ClientIndex ClientTable::search(Space space, std::uint64_t address, std::uint8_t size) noexcept {
  Access const access{.space = space, .size = size, .address = address};
  for (std::size_t i = 0; i < rule_count_; ++i) {
    if (!contains(rules_[i].range, access)) continue;
    if (disjoint_) recent_ = i;
    return rules_[i].client;
  }
  return fallback_.value_or(nobody);
}

}  // namespace acrn::core

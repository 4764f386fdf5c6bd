// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/client_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <random>
#include <vector>

namespace acrn::core {
namespace {

constexpr Access access(Space space, std::uint64_t address, std::uint8_t size) {
  return {.space = space, .direction = Direction::read, .size = size, .address = address};
}
constexpr ClientRange com1{Space::port, 0x3f8, 0x3ff};

// T49: the end is included; ending exactly there matches, one byte past it does not.
static_assert(contains(com1, access(Space::port, 0x3f8, 4)));
static_assert(contains(com1, access(Space::port, 0x3fc, 4)));
static_assert(contains(com1, access(Space::port, 0x3ff, 1)));
static_assert(!contains(com1, access(Space::port, 0x3fd, 4)));
static_assert(!contains(com1, access(Space::port, 0x3f7, 1)));
static_assert(!contains(com1, access(Space::port, 0x3f7, 2)));
static_assert(!contains(com1, access(Space::port, 0x400, 1)));
static_assert(!contains(com1, access(Space::mmio, 0x3f8, 1)));
// T48: an access that wraps around 2^64 is in no range, not even in all of it.
constexpr ClientRange everything{Space::mmio, 0, ~std::uint64_t{0}};
static_assert(contains(everything, access(Space::mmio, ~std::uint64_t{0}, 1)));
static_assert(contains(everything, access(Space::mmio, ~std::uint64_t{0} - 7, 8)));
static_assert(!contains(everything, access(Space::mmio, ~std::uint64_t{0}, 2)));

class ClientTableTest : public testing::Test {
 protected:
  ClientIndex make(ClientKind kind = ClientKind::ranged) {
    auto const client = table_.create(kind);
    EXPECT_TRUE(client.has_value());
    return client.value();
  }
  void add(ClientIndex client, ClientRange const& range) {
    ASSERT_TRUE(table_.add_range(client, range).has_value());
  }
  void refuse(ClientIndex client, ClientRange const& range, HsmError why) {
    auto const result = table_.add_range(client, range);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), why);
  }

  ClientTable table_;
};

TEST_F(ClientTableTest, WithoutClientsNobodyGetsAnything) {
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), std::nullopt);
}

TEST_F(ClientTableTest, TheNewestClientIsAskedFirstWhateverTheOrderOfItsRanges) {
  ClientIndex const old = make();
  ClientIndex const young = make();
  add(young, com1);
  add(old, com1);
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), young);
}

TEST_F(ClientTableTest, AnOlderClientGetsWhatANewerOneDoesNotContain) {
  ClientIndex const old = make();
  ClientIndex const young = make();
  add(old, {Space::port, 0x300, 0x3ff});
  add(young, com1);
  EXPECT_EQ(table_.find(access(Space::port, 0x3f7, 2)), old) << "it straddles the newer range";
}

TEST_F(ClientTableTest, T50_WhatNoRangeContainsGoesWholeToTheDefaultClient) {
  ClientIndex const fallback = make(ClientKind::fallback);
  ClientIndex const client = make();
  add(client, com1);
  EXPECT_EQ(table_.find(access(Space::port, 0x3fe, 4)), fallback);
  EXPECT_EQ(table_.find(access(Space::port, 0x80, 1)), fallback);
  EXPECT_EQ(table_.find(access(Space::mmio, 0x3f8, 1)), fallback);
}

TEST_F(ClientTableTest, ConfigurationAndWriteProtectAlwaysGoToTheDefaultClient) {
  ClientIndex const fallback = make(ClientKind::fallback);
  ClientIndex const client = make();
  add(client, {Space::port, 0, 0xffff});
  add(client, everything);
  EXPECT_EQ(table_.find(access(Space::pci_config, 0x3f8, 1)), fallback);
  EXPECT_EQ(table_.find(access(Space::write_protect, 0x1000, 8)), fallback);
}

TEST_F(ClientTableTest, BadRangesAreRefusedWithTheReason) {
  ClientIndex const client = make();
  ClientIndex const fallback = make(ClientKind::fallback);
  refuse(client, {Space::port, 0x3ff, 0x3f8}, HsmError::range_reversed);
  refuse(client, {Space::port, 0xffff, 0x1'0000}, HsmError::range_beyond_ports);
  refuse(client, {Space::pci_config, 0, 1}, HsmError::range_space);
  refuse(client, {Space::write_protect, 0, 1}, HsmError::range_space);
  refuse(fallback, com1, HsmError::fallback_has_ranges);
  refuse(7, com1, HsmError::no_such_client);
  refuse(hsm_client_count_max, com1, HsmError::no_such_client);
  add(client, {Space::port, 0xffff, 0xffff});
  add(client, everything);
}

TEST_F(ClientTableTest, AFullTableOfRangesIsAnErrorAndKeepsWhatItHas) {
  ClientIndex const client = make();
  for (std::uint64_t i = 0; i < hsm_range_count_max; ++i) {
    add(client, {Space::port, 0x100 + i, 0x100 + i});
  }
  refuse(client, com1, HsmError::ranges_full);
  EXPECT_EQ(table_.find(access(Space::port, 0x100, 1)), client);
  EXPECT_EQ(table_.find(access(Space::port, 0x100 + hsm_range_count_max - 1, 1)), client);
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), std::nullopt);
}

TEST_F(ClientTableTest, ThereIsOneDefaultClientAndALimitToTheRest) {
  make(ClientKind::fallback);
  EXPECT_EQ(table_.create(ClientKind::fallback).error(), HsmError::fallback_exists);
  for (std::size_t i = 1; i < hsm_client_count_max; ++i) make();
  EXPECT_EQ(table_.create(ClientKind::ranged).error(), HsmError::clients_full);
  table_.destroy(3);
  EXPECT_EQ(make(), 3) << "the place of a destroyed client is used again";
}

TEST_F(ClientTableTest, ADestroyedClientTakesItsRangesWithIt) {
  ClientIndex const old = make();
  ClientIndex const young = make();
  for (std::uint64_t i = 0; i < 4; ++i) {
    add(old, {Space::port, i, i});
    add(young, {Space::port, i, i});
  }
  table_.destroy(young);
  EXPECT_FALSE(table_.exists(young));
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(table_.find(access(Space::port, i, 1)), old);
  table_.destroy(old);
  EXPECT_EQ(table_.find(access(Space::port, 0, 1)), std::nullopt);
}

TEST_F(ClientTableTest, ARecreatedClientIsTheNewest) {
  ClientIndex const first = make();
  ClientIndex const second = make();
  add(second, com1);
  table_.destroy(first);
  ClientIndex const third = make();
  EXPECT_EQ(third, first);
  add(third, com1);
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), third);
}

TEST_F(ClientTableTest, RemovingARangeUncoversTheNext) {
  ClientIndex const old = make();
  ClientIndex const young = make();
  add(old, com1);
  add(young, com1);
  EXPECT_TRUE(table_.remove_range(young, com1).has_value());
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), old);
  EXPECT_EQ(table_.remove_range(young, com1).error(), HsmError::no_such_range);
  EXPECT_EQ(table_.remove_range(9, com1).error(), HsmError::no_such_client);
}

TEST_F(ClientTableTest, ADestroyedDefaultClientLeavesRoomForAnother) {
  ClientIndex const first = make(ClientKind::fallback);
  table_.destroy(first);
  EXPECT_EQ(table_.find(access(Space::port, 0x80, 1)), std::nullopt);
  ClientIndex const second = make(ClientKind::fallback);
  EXPECT_EQ(table_.find(access(Space::port, 0x80, 1)), second);
}

TEST_F(ClientTableTest, WhoHadTheLastAccessDoesNotKeepTheNextFromItsOwner) {
  ClientIndex const old = make();
  ClientIndex const young = make();
  add(old, {Space::port, 0x300, 0x307});
  add(young, com1);
  EXPECT_EQ(table_.find(access(Space::port, 0x300, 1)), old);
  EXPECT_EQ(table_.find(access(Space::port, 0x300, 1)), old);
  EXPECT_EQ(table_.find(access(Space::port, 0x3f8, 1)), young);
  EXPECT_EQ(table_.find(access(Space::port, 0x300, 1)), old);
  EXPECT_EQ(table_.find(access(Space::mmio, 0x300, 1)), std::nullopt);
  add(young, {Space::port, 0x304, 0x304});
  EXPECT_EQ(table_.find(access(Space::port, 0x300, 1)), old);
  EXPECT_EQ(table_.find(access(Space::port, 0x304, 1)), young) << "it has come in between";
  EXPECT_EQ(table_.find(access(Space::port, 0x303, 2)), old) << "the newer range has not all of it";
  ASSERT_TRUE(table_.remove_range(young, {Space::port, 0x304, 0x304}));
  EXPECT_EQ(table_.find(access(Space::port, 0x304, 1)), old);
  table_.destroy(old);
  EXPECT_EQ(table_.find(access(Space::port, 0x304, 1)), std::nullopt);
}

/// The rules of lookup, as they are written down.
struct Rules {
  struct Rule {
    ClientIndex client;
    unsigned age;  ///< of the client
    ClientRange range;
  };

  std::vector<Rule> rules;  ///< oldest range first

  [[nodiscard]] std::optional<ClientIndex> find(Access const& access) const {
    Rule const* best = nullptr;
    for (Rule const& rule : rules) {
      bool const wins = best == nullptr || rule.age >= best->age;
      if (contains(rule.range, access) && wins) best = &rule;
    }
    return best == nullptr ? std::nullopt : std::optional{best->client};
  }
};

TEST_F(ClientTableTest, FindsByTheRulesWhateverWasFoundBefore) {
  std::mt19937 random{7};
  auto const below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  Rules reference;
  std::array<ClientIndex, 4> clients{};
  for (ClientIndex& client : clients) client = make();
  for (int step = 0; step < 20'000; ++step) {
    if (below(16) == 0) {
      unsigned const age = below(clients.size());
      std::uint64_t const first = below(48);
      ClientRange const range{Space::port, first, first + below(3)};
      if (below(2) == 0 && reference.rules.size() < 6) {
        add(clients[age], range);
        reference.rules.push_back({clients[age], age, range});
      } else if (!reference.rules.empty()) {
        auto const gone =
            reference.rules.begin() + below(static_cast<unsigned>(reference.rules.size()));
        auto const newest =
            std::find_if(reference.rules.rbegin(), reference.rules.rend(), [&](auto const& rule) {
              return rule.client == gone->client && rule.range == gone->range;
            });
        ASSERT_TRUE(table_.remove_range(gone->client, gone->range));
        reference.rules.erase(std::next(newest).base());
      }
    }
    Access const wanted = access(Space::port, below(52), static_cast<std::uint8_t>(1U << below(3)));
    ASSERT_EQ(table_.find(wanted), reference.find(wanted)) << "step " << step;
  }
}

}  // namespace
}  // namespace acrn::core
